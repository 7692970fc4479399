#include "support/frames.hpp"
#include "support/generators.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace chronopack;
using namespace chronopack::test;

TEMPLATE_TEST_CASE("any series survives a frame, bit for bit", "[frame]", double, std::int64_t) {
    using V = TestType;
    rc::prop("under any options", [] {
        frame::options how;
        how.unit = static_cast<time_unit>(*rc::gen::inRange(0, 4));
        how.second_stage = static_cast<stage>(*rc::gen::inRange(0, 3));
        how.timestamps = *rc::gen::element<std::optional<codec_id>>(
            std::nullopt, codec_id::raw, codec_id::packed, codec_id::delta,
            codec_id::delta_of_delta, codec_id::gorilla_timestamps);
        const auto t = *any_series<std::int64_t>();
        RC_PRE(!t.empty());
        auto v = *any_series<V>();
        v.resize(t.size());
        const columns<V> in{t, v};
        const auto wire = encode_frame<V>(in, how);
        const auto back = decode_frame<V>(wire);
        RC_ASSERT(back);
        RC_ASSERT(*back == in);
        RC_ASSERT(frame::verify(wire));
        RC_ASSERT(frame::inspect(wire)->unit == how.unit);
        RC_ASSERT(frame::inspect(wire)->bytes == wire.size());
    });
}

TEMPLATE_TEST_CASE("writing a frame returns the info that inspecting it returns", "[frame]", double,
                   std::int64_t) {
    using V = TestType;
    frame::scratch kept;
    for (const char* times : {"regular", "jitter", "random_bits", "extremes"})
        for (const std::size_t n : {std::size_t{1}, std::size_t{1025}, std::size_t{20'000}})
            for (const auto second : {stage::none, stage::zstd}) {
                const auto in = make_columns<V>(times, "counter", n);
                const frame::options how{.level = preset::fastest, .second_stage = second};
                std::vector<std::byte> wire(frame::max_bytes<V>(n));
                const auto said = frame::write<V>(in.timestamps, in.values, how, wire, kept);
                const auto read = frame::inspect(wire);
                INFO(times << ' ' << n);
                REQUIRE((said && read));
                const auto fields = [](const frame::info& i) {
                    return std::tuple(i.version, i.samples, i.bytes, i.block_samples, i.unit,
                                      i.divisor, i.second_stage, i.ordered, i.first_timestamp,
                                      i.last_timestamp, i.min_timestamp, i.max_timestamp,
                                      i.values.index());
                };
                REQUIRE(fields(*said) == fields(*read));
                const auto of = [](const frame::info& i) {
                    const auto& s = std::get<statistics<V>>(i.values);
                    return std::tuple(s.min, s.max, s.first, s.last, s.sum, s.increase, s.resets);
                };
                REQUIRE(of(*said) == of(*read));
            }
}

TEST_CASE("frames of every count around the end of a block survive", "[frame]") {
    for (const std::size_t n : {1, 2, 3, 1023, 1024, 1025, 2047, 2048, 2049, 5000}) {
        for (const char* shape : {"regular", "jitter", "random_bits", "extremes"}) {
            const auto in = make_columns<double>(shape, "decimals", n);
            const auto back = decode_frame<double>(encode_frame(in));
            REQUIRE(back);
            REQUIRE(*back == in);
        }
    }
}

TEST_CASE("a frame of the most samples survives, and one sample more is out of range", "[frame]") {
    const auto in = make_columns<std::int64_t>("regular", "counter", frame::max_samples + 1);
    std::vector<std::byte> wire(frame::max_bytes<std::int64_t>(frame::max_samples));
    const auto encode = [&](std::size_t n) {
        return frame::encode<std::int64_t>(std::span(in.timestamps).first(n),
                                           std::span(in.values).first(n), {}, wire);
    };
    REQUIRE(encode(frame::max_samples + 1).error() == errc::out_of_range);
    REQUIRE(encode(0).error() == errc::out_of_range);
    const auto size = encode(frame::max_samples);
    REQUIRE(size);
    REQUIRE(frame::verify(cbytes(wire).first(*size)));
}

TEST_CASE("a frame reports the codecs of a block after checking the block's checksum", "[frame]") {
    for (const stage second : {stage::none, stage::zstd}) {
        frame::options how;
        how.timestamps = codec_id::delta;
        how.values = codec_id::raw;
        how.second_stage = second;
        auto wire = encode_frame(make_columns<double>("jitter", "decimals", 3000), how);
        {
            const auto reader = frame::reader<double>::open(wire);
            REQUIRE(reader);
            std::size_t blocks = 0;
            for (auto cursor = reader->blocks(); !cursor.done(); ++blocks) {
                const auto codecs = reader->codecs(*cursor.next());
                REQUIRE(codecs);
                REQUIRE(codecs->timestamps == codec_id::delta);
                REQUIRE(codecs->values == codec_id::raw);
            }
            REQUIRE(blocks == 3);
        }
        if (second != stage::none) continue;  // checked as a whole when it is opened
        wire.back() ^= std::byte{1};
        const auto reader = frame::reader<double>::open(wire);
        auto cursor = reader->blocks();
        REQUIRE(reader->codecs(*cursor.next()));
        REQUIRE(reader->codecs(*cursor.next()));
        REQUIRE(reader->codecs(*cursor.next()).error() == errc::checksum_mismatch);
    }
}

TEST_CASE("columns of different lengths are refused", "[frame]") {
    const std::vector<std::int64_t> t(3);
    const std::vector<double> v(2);
    std::vector<std::byte> wire(frame::max_bytes<double>(3));
    REQUIRE(frame::encode<double>(t, v, {}, wire).error() == errc::count_mismatch);
}

TEST_CASE("a codec for another type is unsupported", "[frame]") {
    const std::vector<std::int64_t> t(3);
    const std::vector<double> v(3);
    std::vector<std::byte> wire(frame::max_bytes<double>(3));
    for (const codec_id id : {codec_id::packed, codec_id::prometheus_xor, codec_id{200}})
        REQUIRE(frame::encode<double>(t, v, {.values = id}, wire).error() == errc::unsupported);
    REQUIRE(frame::encode<double>(t, v, {.timestamps = codec_id::gorilla_values}, wire).error() ==
            errc::unsupported);
}

TEST_CASE("spans of another size than the frame's are refused before anything is read", "[frame]") {
    const auto in = make_columns<double>("regular", "decimals", 100);
    const auto wire = encode_frame(in);
    for (const std::size_t n : {0, 99, 101}) {
        std::vector<std::int64_t> t(n);
        std::vector<double> v(n);
        REQUIRE(frame::decode<double>(wire, t, v).error() == errc::count_mismatch);
    }
}

TEST_CASE("integers are not read as doubles, nor doubles as integers", "[frame]") {
    const auto doubles = encode_frame(make_columns<double>("regular", "decimals", 10));
    const auto integers = encode_frame(make_columns<std::int64_t>("regular", "counter", 10));
    REQUIRE(decode_frame<std::int64_t>(doubles).error() == errc::wrong_type);
    REQUIRE(decode_frame<double>(integers).error() == errc::wrong_type);
}

TEST_CASE("timestamps are divided by the largest power of ten that divides their steps",
          "[frame]") {
    const auto divisor = [](std::vector<std::int64_t> t) {
        const std::vector<double> v(t.size());
        const columns<double> in{std::move(t), v};
        const auto wire = encode_frame(in);
        REQUIRE(*decode_frame<double>(wire) == in);
        return frame::inspect(wire)->divisor;
    };
    REQUIRE(divisor({5}) == 0);
    REQUIRE(divisor({5, 5}) == 18);
    REQUIRE(divisor({7, 1007, 3007}) == 3);
    REQUIRE(divisor({7, 1007, 3017}) == 1);
    REQUIRE(divisor({0, -1'000'000, 5'000'000}) == 6);
    REQUIRE(divisor({INT64_MIN, INT64_MAX}) == 0);
    REQUIRE(divisor({0, 1'000'000'000'000'000'000, -8'000'000'000'000'000'000}) == 18);
}

TEST_CASE("a nanosecond clock that ticks in milliseconds takes the bytes of a millisecond clock",
          "[frame]") {
    const auto ms = make_columns<double>("jitter", "constant", 4096);
    auto ns = ms;
    for (std::int64_t& t : ns.timestamps) t *= 1'000'000;
    const auto wire_ms = encode_frame(ms);
    const auto wire_ns = encode_frame(ns, {.unit = time_unit::nanoseconds});
    REQUIRE(wire_ns.size() <= wire_ms.size() + 8);
}

TEST_CASE("a second stage is kept only where it shrinks the frame", "[frame]") {
    const auto noise = make_columns<double>("regular", "random_bits", 3000);
    const auto waves = make_columns<double>("regular", "steps", 3000);
    for (const stage s : {stage::zstd, stage::snappy}) {
        REQUIRE(frame::stage_available(s));
        const auto kept = encode_frame(noise, {.second_stage = s});
        REQUIRE(frame::inspect(kept)->second_stage == stage::none);
        REQUIRE(kept.size() == encode_frame(noise).size());
    }
    const auto shrunk = encode_frame(waves, {.values = codec_id::raw, .second_stage = stage::zstd});
    REQUIRE(frame::inspect(shrunk)->second_stage == stage::zstd);
    REQUIRE(shrunk.size() < encode_frame(waves, {.values = codec_id::raw}).size() / 4);
    REQUIRE(*decode_frame<double>(shrunk) == waves);
}

TEST_CASE("no column is larger than its raw form and a codec id", "[frame]") {
    for (const auto& s : shapes<double>()) {
        prng random(9);
        const columns<double> in{make_series<std::int64_t>("random_bits", 3000),
                                 s.make(random, 3000)};
        const auto wire = encode_frame(in);
        REQUIRE(wire.size() <= header_bytes(wire) + 2 * 3 + 16 * 3000);
    }
}

TEST_CASE("encoding the same samples twice gives the same bytes", "[frame]") {
    const auto in = make_columns<double>("gaps", "decimals", 5000);
    REQUIRE(encode_frame(in) == encode_frame(in));
}
