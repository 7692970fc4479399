// Frames refuse all damage, and every header that lies although its checksum holds.

#include "support/frames.hpp"
#include "support/guard.hpp"
#include "support/released_frames.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Damages `wire` in every way, one after the other, and mends it each time.
void refuses_all_damage(std::vector<std::byte> wire) {
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

}  // namespace

TEST_CASE("every bit flip, every prefix and one byte more of 64 frames are refused",
          "[frame][damage]") {
    const auto frames = golden_frames();
    REQUIRE(frames.size() == 64);
    for (std::size_t f = 0; f < frames.size(); ++f) {
        INFO("frame " << f);
        refuses_all_damage(frames[f]);
    }
}

TEST_CASE("all damage to frames of version 1 is refused", "[frame][damage]") {
    for (const released_frame& f : released_frames("v1")) {
        INFO(f.line.substr(0, 80));
        if (f.wire.size() < 1000) refuses_all_damage(f.wire);
    }
}

TEST_CASE("all damage to frames of large blocks is refused", "[frame][damage]") {
    const auto in = make_columns<std::int64_t>("regular", "constant", 5000);
    for (const std::size_t each : {std::size_t{2048}, std::size_t{4096}, frame::max_samples}) {
        const auto wire = encode_frame(in, {.block_samples = each});
        REQUIRE(frame::inspect(wire)->blocks() == (each == 2048 ? 3 : each == 4096 ? 2 : 1));
        refuses_all_damage(wire);
    }
}

TEST_CASE("every bit flip of a frame under a second stage is refused", "[frame][damage]") {
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
    REQUIRE(wire[4] == std::byte{frame::format_version});
    for (const unsigned version : {0, 3, 255}) {
        auto later = wire;
        later[4] = static_cast<std::byte>(version);
        REQUIRE(frame::inspect(later).error() == errc::checksum_mismatch);
        reseal_header(later);
        REQUIRE(frame::inspect(later).error() == errc::unsupported);
    }
    wire[4] = std::byte{1};  // a version with its length at another place
    REQUIRE_FALSE(frame::inspect(wire));
}

TEST_CASE("any header under a checksum that holds is refused or safe to read", "[frame][damage]") {
    prng random(7);
    auto frames = golden_frames();
    for (const released_frame& f : released_frames("v1")) frames.push_back(f.wire);
    for (const std::size_t each : {std::size_t{2048}, std::size_t{4096}})
        frames.push_back(
            encode_frame(make_columns<double>("gaps", "steps", 5000), {.block_samples = each}));
    std::size_t opened = 0;
    for (int i = 0; i < 40'000; ++i) {
        auto wire = frames[random.below(frames.size())];
        const std::size_t size = header_bytes(wire);
        // The length is kept: at 6 and 7 in version 1, from 5 on in version 2.
        const bool first = wire[4] == std::byte{1};
        const std::size_t from = first ? 5 : 5 + varint_bytes(size - 6);
        for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
            const std::size_t at = from + random.below(size - 4 - from);
            if (first && (at == 6 || at == 7)) continue;
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
    // The column's length is a signed varint of two bytes, before two checksums.
    REQUIRE(wire[body - 10] == std::byte{0x80 | (2 * 81 & 0x7f)});
    wire[body - 10] = std::byte{0x80 | (2 * 82 & 0x7f)};
    wire.push_back(std::byte{0});
    store_le(wire.data() + body - 8, kernel::crc32c(cbytes(wire).subspan(body)));
    reseal_header(wire);
    REQUIRE(frame::inspect(wire));
    REQUIRE(frame::verify(wire).error() == errc::corrupt);
}

TEST_CASE("a block that starts elsewhere than the index says is corrupt", "[frame][damage]") {
    auto wire = encode_frame(make_columns<double>("regular", "decimals", 1100));
    frame::detail::header header;
    REQUIRE(frame::detail::read_header(wire, header));
    byte_reader index(header.index);
    (void)take_varint(index);
    (void)take_varint(index);
    const auto step = static_cast<std::size_t>(index.rest().data() - wire.data());
    wire[step] ^= std::byte{2};
    reseal_header(wire);
    REQUIRE(frame::inspect(wire));
    REQUIRE(frame::verify(wire).error() == errc::corrupt);
}

TEST_CASE("inspect reads the header and nothing after it", "[frame]") {
    const auto wire = encode_frame(make_columns<double>("jitter", "decimals", 5000));
    const std::size_t size = header_bytes(wire);
    guarded_bytes memory(size);
    copy_bits(std::span(wire).first(size), memory.at_end(size));
    // The span includes the body, but reading it would fault.
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
