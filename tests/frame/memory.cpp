// G7: what reading allocates is bounded by what the input has earned.

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

TEST_CASE("a frame without a second stage is encoded without allocating", "[frame][memory]") {
    const auto in = make_columns<double>("jitter", "decimals", 5000);
    std::vector<std::byte> wire(frame::max_bytes<double>(in.size()));
    const std::size_t before = allocated_bytes();
    const auto size = frame::encode<double>(in.timestamps, in.values, {}, wire);
    REQUIRE(allocated_bytes() - before == 0);
    REQUIRE(size);
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

TEST_CASE("a few bytes cannot ask for more than 32 KiB a block", "[frame][memory]") {
    // One block, a valid checksum, a body of four bytes that claims to unpack
    // to as much as a header may claim.
    wire w;
    w.u8('C').u8('P').u8('K').u8('F').u8(1).u8(2).u16(0).u8(1).u8(0).u8(1);
    w.varint(1024).varint(4).varint(frame::max_block_bytes);
    w.signed_varint(0).signed_varint(1023).fill(48, 0).varint(0).varint(0);
    w.varint(frame::max_block_bytes / 2).varint(frame::max_block_bytes / 2);
    const std::byte body[4] = {};
    for (unsigned i = 0; i < 4; ++i) w.u8(kernel::crc32c(body) >> (8 * i) & 0xff);
    w.fill(4, 0);
    store_le(w.bytes.data() + 6, static_cast<std::uint16_t>(w.bytes.size()));
    reseal_header(w.bytes);
    w.fill(4, 0);
    const std::size_t before = allocated_bytes();
    const auto opened = frame::reader<double>::open(w.bytes);
    REQUIRE(allocated_bytes() - before <= 2 * frame::max_block_bytes);
    REQUIRE_FALSE(opened);
}
