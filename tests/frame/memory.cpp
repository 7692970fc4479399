// Memory of frames: encoding allocates a stated amount, and reading allocates nothing before
// checksums have been checked.

#include "support/counted_new.hpp"
#include "support/frames.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("a frame without a second stage is read without allocating", "[frame][memory]") {
    const auto in = make_columns<double>("jitter", "decimals", 5000);
    const auto wire = encode_frame(in);
    columns<double> back = in;
    const std::size_t before = allocated_bytes();
    const auto info = frame::inspect(wire);
    const auto read = frame::decode<double>(wire, back.timestamps, back.values);
    const auto verified = frame::verify(wire);
    REQUIRE(allocated_bytes() - before == 0);
    REQUIRE((info && read && verified));
}

namespace {

// The bytes of two encodings of a column of n samples, of its timestamps, and of the index of
// `blocks` blocks.
std::size_t room_to_encode(std::size_t n, std::size_t blocks) {
    return frame::column_room_bytes(n) + 8 * n + 28 * blocks;
}

}  // namespace

TEST_CASE("a frame is encoded in the room of a block, and 28 bytes for each", "[frame][memory]") {
    for (const std::size_t n : {5000u, 50'000u}) {
        const auto in = make_columns<double>("jitter", "decimals", n);
        std::vector<std::byte> wire(frame::max_bytes<double>(in.size()));
        const std::size_t before = allocated_bytes();
        const auto size = frame::encode<double>(in.timestamps, in.values, {}, wire);
        REQUIRE(allocated_bytes() - before == room_to_encode(1024, frame::block_count(n)));
        REQUIRE(size);
    }
}

TEST_CASE("a scratch that has grown encodes frames of both types without allocating",
          "[frame][memory]") {
    const auto level = GENERATE(preset::fastest, preset::balanced, preset::smallest);
    const auto decimals = make_columns<double>("jitter", "decimals", 5000);
    const auto counter = make_columns<std::int64_t>("regular", "counter", 4000);
    std::vector<std::byte> wire(frame::max_bytes<double>(5000));
    frame::scratch kept;
    std::size_t during = 0;
    for (int turn = 0; turn < 3; ++turn) {
        const std::size_t before = allocations();
        const auto first = frame::encode<double>(decimals.timestamps, decimals.values,
                                                 {.level = level}, wire, kept);
        const auto second = frame::encode<std::int64_t>(counter.timestamps, counter.values,
                                                        {.level = level}, wire, kept);
        during = allocations() - before;
        REQUIRE((first && second));
        REQUIRE((turn == 0) == (during != 0));
    }
}

TEST_CASE("nothing is allocated for a second stage whose checksum does not hold",
          "[frame][memory]") {
    const auto in = make_columns<double>("jitter", "steps", 4000);
    auto wire = encode_frame(in, {.values = codec_id::raw, .second_stage = stage::zstd});
    wire.back() ^= std::byte{1};
    columns<double> back = in;
    const std::size_t before = allocated_bytes();
    const auto read = frame::decode<double>(wire, back.timestamps, back.values);
    REQUIRE(allocated_bytes() - before == 0);
    REQUIRE(read.error() == errc::checksum_mismatch);
}

TEST_CASE(
    "larger blocks take room for one of theirs to encode, none to decode, 16 bytes a sample "
    "to verify",
    "[frame][memory]") {
    const auto in = make_columns<double>("jitter", "decimals", 5000);
    columns<double> back = in;
    for (const std::size_t each : {std::size_t{2048}, std::size_t{8192}}) {
        const std::size_t block = std::min(each, in.size());
        std::vector<std::byte> wire(frame::max_bytes<double>(in.size()));
        std::size_t before = allocated_bytes();
        const auto size =
            frame::encode<double>(in.timestamps, in.values, {.block_samples = each}, wire);
        REQUIRE(allocated_bytes() - before ==
                room_to_encode(block, frame::block_count(in.size(), each)));
        REQUIRE(size);
        wire.resize(*size);
        before = allocated_bytes();
        const auto read = frame::decode<double>(wire, back.timestamps, back.values);
        REQUIRE(allocated_bytes() - before == 0);
        const auto verified = frame::verify(wire);
        REQUIRE(allocated_bytes() - before == 16 * block);
        REQUIRE((read && verified));

        // Nothing is allocated before the header's checksum holds.
        wire[10] ^= std::byte{1};
        before = allocated_bytes();
        const auto damaged = frame::verify(wire);
        REQUIRE(allocated_bytes() - before == 0);
        REQUIRE(damaged.error() == errc::checksum_mismatch);
    }
}

namespace {

// Returns the bytes that opening a frame allocates whose body has four bytes and whose header
// claims that they unpack to `claimed`.
std::size_t allocated_by(wire header, std::size_t claimed) {
    const std::byte body[4] = {};
    for (unsigned i = 0; i < 4; ++i) header.u8(kernel::crc32c(body) >> (8 * i) & 0xff);
    header.fill(4, 0);
    if (header.bytes[4] == std::byte{1})
        store_le(header.bytes.data() + 6, static_cast<std::uint16_t>(header.bytes.size()));
    else
        header.bytes[5] = static_cast<std::byte>(header.bytes.size() - 6);
    reseal_header(header.bytes);
    header.fill(4, 0);
    REQUIRE(frame::inspect(header.bytes));
    const std::size_t before = allocated_bytes();
    const auto opened = frame::reader<std::int64_t>::open(header.bytes);
    const std::size_t allocated = allocated_bytes() - before;
    REQUIRE_FALSE(opened);
    REQUIRE(allocated <= claimed + 4096);  // allocated by the decompressor
    return allocated;
}

}  // namespace

TEST_CASE("a few bytes cannot ask for more than 32 KiB a block of version 1", "[frame][memory]") {
    wire w;
    w.u8('C').u8('P').u8('K').u8('F').u8(1).u8(3).u16(0).u8(1).u8(0).u8(1);
    w.varint(1024).varint(4).varint(32768);
    w.signed_varint(0).signed_varint(1023).fill(48, 0).varint(0).varint(0);
    w.varint(16384).varint(16384);
    allocated_by(w, 32768);
}

TEST_CASE("a few bytes cannot ask for more than 32 bytes a sample and 1 KiB a block",
          "[frame][memory]") {
    for (const std::uint64_t n : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 20}) {
        const auto most = static_cast<std::int64_t>(frame::max_body_bytes(n));
        wire w;
        w.u8('C').u8('P').u8('K').u8('F').u8(2).u8(0).u16(10 << 5 | 1 << 11 | 3 << 13);
        w.varint(n).signed_varint(0).varint(0);
        w.u8(0).varint(0).varint(0).fill((bit_width(n - 1) + 7) / 8, 0);  // statistics, all 0
        w.varint(4).signed_varint(most / 2).signed_varint(most - most / 2);
        allocated_by(w, static_cast<std::size_t>(most));
    }
}
