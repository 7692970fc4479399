// What a frame refuses: all damage (G3), and every header that lies under a
// checksum that holds.

#include "support/frames.hpp"
#include "support/guard.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("every bit flip, every prefix and one byte more of 64 frames are refused",
          "[frame][damage]") {
    const auto frames = golden_frames();
    REQUIRE(frames.size() == 64);
    for (std::size_t f = 0; f < frames.size(); ++f) {
        INFO("frame " << f);
        auto wire = frames[f];
        REQUIRE(frame::verify(wire));
        std::size_t accepted = 0;
        for (std::size_t bit = 0; bit < 8 * wire.size(); ++bit) {
            wire[bit / 8] ^= std::byte{1} << (bit % 8);
            accepted += frame::verify(wire).has_value();
            wire[bit / 8] ^= std::byte{1} << (bit % 8);
        }
        REQUIRE(accepted == 0);
        for (std::size_t n = 0; n < wire.size(); ++n) {
            const auto cut = frame::verify(cbytes(wire).first(n));
            REQUIRE_FALSE(cut);
            REQUIRE(cut.error() == errc::truncated);
        }
        for (const std::byte more : {std::byte{0}, std::byte{0x43}, std::byte{0xff}}) {
            wire.push_back(more);
            REQUIRE_FALSE(frame::verify(wire));
            wire.pop_back();
        }
    }
}

TEST_CASE("a staged frame refuses every flip as well", "[frame][damage]") {
    const auto in = make_columns<double>("jitter", "steps", 200);
    for (const stage s : {stage::zstd, stage::snappy}) {
        auto wire = encode_frame(in, {.values = codec_id::raw, .second_stage = s});
        REQUIRE(frame::inspect(wire)->second_stage == s);
        for (std::size_t bit = 0; bit < 8 * wire.size(); ++bit) {
            wire[bit / 8] ^= std::byte{1} << (bit % 8);
            REQUIRE_FALSE(frame::verify(wire));
            wire[bit / 8] ^= std::byte{1} << (bit % 8);
        }
    }
}

TEST_CASE("a header of a later version is unsupported, a damaged version byte is damage",
          "[frame][damage]") {
    auto wire = encode_frame(make_columns<double>("regular", "decimals", 10));
    wire[4] = std::byte{2};
    REQUIRE(frame::inspect(wire).error() == errc::checksum_mismatch);
    reseal_header(wire);
    REQUIRE(frame::inspect(wire).error() == errc::unsupported);
}

TEST_CASE("reserved bits and values of the fixed fields are corrupt", "[frame][damage]") {
    const auto good = encode_frame(make_columns<double>("regular", "decimals", 10));
    const auto with = [&](std::size_t at, unsigned value) {
        auto wire = good;
        wire[at] = static_cast<std::byte>(value);
        reseal_header(wire);
        const auto answer = frame::inspect(wire);
        return answer ? std::optional<errc>() : answer.error();
    };
    for (unsigned bit = 3; bit < 8; ++bit)
        REQUIRE(with(5, std::to_integer<unsigned>(good[5]) | 1u << bit) == errc::corrupt);
    REQUIRE(with(8, 4) == errc::corrupt);   // time unit
    REQUIRE(with(9, 19) == errc::corrupt);  // divisor
    REQUIRE(with(10, 3) == errc::corrupt);  // second stage
    REQUIRE(with(11, 0) == errc::corrupt);  // no samples
    REQUIRE(with(11, 11) == std::nullopt);  // more samples: the header cannot tell, but
    auto wire = good;
    wire[11] = std::byte{11};
    reseal_header(wire);
    REQUIRE(frame::verify(wire).error() == errc::count_mismatch);  // the block can
}

namespace {

// A header by hand: ten samples in one block of ten bytes of each column. More
// blocks start `step` apart and are empty.
struct fields {
    std::uint64_t samples = 10;
    std::uint64_t body = 20;
    std::uint64_t timestamp_bytes = 10;
    std::uint64_t value_bytes = 10;
    std::size_t checksums = 1;
    unsigned flags = 2;  // ordered
    unsigned second_stage = 0;
    std::uint64_t raw_body = 20;
    std::int64_t last = 9;
    std::size_t spare = 0;  // bytes between the index and the checksums
    std::size_t blocks = 1;
    std::int64_t step = 1;
};

std::optional<errc> refusal(const fields& f) {
    wire w;
    w.u8('C').u8('P').u8('K').u8('F').u8(1).u8(f.flags).u16(0).u8(1).u8(0).u8(f.second_stage);
    w.varint(f.samples).varint(f.body);
    if (f.second_stage != 0) w.varint(f.raw_body);
    w.signed_varint(0).signed_varint(f.last);
    w.fill(48, 0).varint(0).varint(0);
    for (std::size_t b = 0; b < f.blocks; ++b) {
        if (b == 0)
            w.varint(f.timestamp_bytes).varint(f.value_bytes);
        else
            w.signed_varint(f.step).varint(0).varint(0);
    }
    w.fill(f.spare, 0).fill(4 * f.checksums, 0).fill(4, 0);
    store_le(w.bytes.data() + 6, static_cast<std::uint16_t>(w.bytes.size()));
    reseal_header(w.bytes);
    const auto answer = frame::inspect(w.bytes);
    return answer ? std::optional<errc>() : answer.error();
}

}  // namespace

TEST_CASE("a header that lies about sizes is refused though its checksum holds",
          "[frame][damage]") {
    REQUIRE(refusal({}) == std::nullopt);
    REQUIRE(refusal({.samples = 1100, .checksums = 2, .last = 600, .blocks = 2, .step = 500}) ==
            std::nullopt);
    REQUIRE(refusal({.second_stage = 1}) == std::nullopt);
    const fields lies[] = {
        {.samples = 0},
        {.samples = 0, .body = 0, .checksums = 0, .blocks = 0},
        {.samples = frame::max_samples + 1},
        {.samples = frame::max_samples + 1, .checksums = 1025, .last = 2000, .blocks = 1025},
        {.samples = std::uint64_t{1} << 63},
        {.samples = 1025},                            // a block more than the index has
        {.body = 21},                                 // more than the columns take
        {.body = 19},                                 // less
        {.body = 40'000, .timestamp_bytes = 39'990},  // more than a block may have
        {.body = ~std::uint64_t{0}},
        {.timestamp_bytes = ~std::uint64_t{0} - 9},  // overflows to 0
        {.value_bytes = ~std::uint64_t{0} - 9},
        {.timestamp_bytes = ~std::uint64_t{0} - 9, .value_bytes = 30},  // overflows to 20
        {.timestamp_bytes = 21},
        {.checksums = 0},
        {.checksums = 2},
        {.second_stage = 1, .raw_body = 19},  // the body grew under its stage
        {.second_stage = 1, .raw_body = 40'000},
        {.second_stage = 1, .raw_body = std::uint64_t{1} << 60},
        {.body = 21, .second_stage = 1},  // larger than before its stage
        {.samples = 1100, .checksums = 2, .last = 100, .blocks = 2, .step = 500},
        {.samples = 1100, .checksums = 2, .last = 600, .blocks = 2, .step = -1},
        {.last = -1},  // ordered, but the last is the least
        {.spare = 1},
    };
    for (const fields& lie : lies) {
        INFO("samples " << lie.samples << " body " << lie.body << " columns " << lie.timestamp_bytes
                        << " + " << lie.value_bytes);
        REQUIRE(refusal(lie) == errc::corrupt);
    }
}

TEST_CASE("a header too short to be one is corrupt", "[frame][damage]") {
    auto wire = encode_frame(make_columns<double>("regular", "decimals", 10));
    for (std::uint16_t size = 0; size < 15; ++size) {
        store_le(wire.data() + 6, size);
        REQUIRE(frame::inspect(wire).error() == errc::corrupt);
    }
}

TEST_CASE("any header under a checksum that holds is refused or safe to read", "[frame][damage]") {
    prng random(7);
    const auto frames = golden_frames();
    std::size_t opened = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto wire = frames[random.below(frames.size())];
        const std::size_t size = header_bytes(wire);
        for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
            const std::size_t at = 5 + random.below(size - 9);
            if (at == 6 || at == 7) continue;
            wire[at] = static_cast<std::byte>(random());
        }
        reseal_header(wire);
        opened += frame::inspect(wire).has_value();
        (void)frame::verify(wire);  // under the sanitizers: no undefined behaviour
    }
    REQUIRE(opened > 0);
}

TEST_CASE("a column names a codec of its type and fills its bytes", "[frame][damage]") {
    const auto in = make_columns<double>("regular", "decimals", 10);
    const auto good = encode_frame(in, {.values = codec_id::raw});
    const std::size_t body = header_bytes(good);
    const std::size_t checksum = body - 8;
    const auto with_id = [&](std::size_t at, unsigned id) {
        auto wire = good;
        wire[at] = static_cast<std::byte>(id);
        store_le(wire.data() + checksum, kernel::crc32c(cbytes(wire).subspan(body)));
        reseal_header(wire);
        const auto answer = frame::verify(wire);
        return answer ? std::optional<errc>() : answer.error();
    };
    const std::size_t values = good.size() - 81;
    REQUIRE(good[values] == std::byte{0});
    REQUIRE(with_id(values, 0) == std::nullopt);
    for (unsigned id = 1; id < 256; ++id) REQUIRE(with_id(values, id) != std::nullopt);
    for (const unsigned id : {1u, 6u, 7u, 255u}) REQUIRE(with_id(values, id) == errc::unsupported);
    REQUIRE(with_id(body, 5) == errc::unsupported);
    REQUIRE(with_id(values, 5) == errc::corrupt);  // Gorilla takes fewer bytes, or none fit
}

TEST_CASE("a column with a byte more than its codec reads is corrupt", "[frame][damage]") {
    auto wire =
        encode_frame(make_columns<double>("regular", "decimals", 10), {.values = codec_id::raw});
    const std::size_t body = header_bytes(wire);
    // Both lengths are varints of one byte: the body's, and the values column's.
    for (const std::size_t length : {std::size_t{12}, body - 9}) {
        REQUIRE(std::to_integer<unsigned>(wire[length]) < 127);
        wire[length] = static_cast<std::byte>(std::to_integer<unsigned>(wire[length]) + 1);
    }
    wire.push_back(std::byte{0});
    store_le(wire.data() + body - 8, kernel::crc32c(cbytes(wire).subspan(body)));
    reseal_header(wire);
    REQUIRE(frame::inspect(wire));
    REQUIRE(frame::verify(wire).error() == errc::corrupt);
}

TEST_CASE("inspect reads the header and nothing behind it", "[frame]") {
    const auto wire = encode_frame(make_columns<double>("jitter", "decimals", 5000));
    const std::size_t size = header_bytes(wire);
    guarded_bytes memory(size);
    copy_bits(std::span(wire).first(size), memory.at_end(size));
    // The span says the body is there; a touch of it would fault.
    const auto info = frame::inspect({memory.at_end(size).data(), wire.size()});
    REQUIRE(info);
    REQUIRE(info->samples == 5000);
    REQUIRE(info->bytes == wire.size());
    REQUIRE(frame::inspect(cbytes(wire).first(size)));
    REQUIRE(frame::inspect(cbytes(wire).first(size - 1)).error() == errc::truncated);
}

TEST_CASE("one block is read without touching the others", "[frame]") {
    const auto in = make_columns<double>("jitter", "decimals", 3000);
    auto wire = encode_frame(in);
    const auto reader = frame::reader<double>::open(wire);
    REQUIRE(reader);
    wire[wire.size() - 1] ^= std::byte{1};  // in the last block, after opening
    auto cursor = reader->blocks();
    for (std::size_t b = 0; b < 3; ++b) {
        const auto block = cursor.next();
        REQUIRE(block);
        std::vector<std::int64_t> t(block->samples);
        std::vector<double> v(block->samples);
        const auto ok = reader->read(*block, t, v);
        REQUIRE(ok.has_value() == (b < 2));
        if (!ok) {
            REQUIRE(ok.error() == errc::checksum_mismatch);
        } else {
            REQUIRE(t.front() == block->first_timestamp);
            REQUIRE(same_bits(v, std::span(in.values).subspan(block->first_sample, v.size())));
        }
    }
    REQUIRE(cursor.done());
}

TEST_CASE("frames are read and written within their spans", "[frame][bounds]") {
    constexpr std::size_t most = 2049;
    guarded_bytes frames(frame::max_bytes<double>(most));
    guarded_bytes times(8 * most);
    guarded_bytes values(8 * most);
    for (const std::size_t n : {1, 2, 1023, 1024, 1025, 2049}) {
        const auto in = make_columns<double>("extremes", "random_bits", n);
        const auto expected = encode_frame(in);
        const auto t = times.at_end<std::int64_t>(n);
        const auto v = values.at_end<double>(n);
        copy_bits(in.timestamps, t);
        copy_bits(in.values, v);
        const auto room = frames.at_end(frame::max_bytes<double>(n));
        const auto size = frame::encode<double>(t, v, {}, room);
        REQUIRE(size);
        REQUIRE(same_bits(room.first(*size), expected));

        const auto wire = frames.at_end(expected.size());
        copy_bits(expected, wire);
        REQUIRE(frame::decode<double>(wire, t, v));
        REQUIRE(same_bits(t, in.timestamps));
        REQUIRE(same_bits(v, in.values));
    }
}

TEST_CASE("an output that is too small is refused and not overrun", "[frame][bounds]") {
    const auto in = make_columns<double>("random_bits", "random_bits", 1100);
    const std::size_t needed = encode_frame(in).size();
    guarded_bytes memory(needed);
    for (std::size_t n = 0; n < needed; n += n < 300 ? 1 : 97) {
        const auto size = frame::encode<double>(in.timestamps, in.values, {}, memory.at_end(n));
        REQUIRE(size.error() == errc::no_space);
    }
}
