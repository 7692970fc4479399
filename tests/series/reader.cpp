#include "support/frames.hpp"
#include "support/generators.hpp"
#include "support/released_frames.hpp"

#include <chronopack/series/reader.hpp>
#include <chronopack/series/writer.hpp>

#include <stdexcept>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace chronopack;
using namespace chronopack::test;

namespace {

template <class V>
std::vector<std::byte> write_series(const columns<V>& in, series_options how) {
    std::vector<std::byte> out;
    series_writer<V> writer(append_to(out), how);
    if (!writer.append(in.timestamps, in.values) || !writer.flush())
        throw std::runtime_error("the writer refused");
    return out;
}

template <class V>
columns<V> collect(sample_cursor<V> cursor) {
    columns<V> out;
    for (const auto s : cursor) {
        REQUIRE(s);
        out.timestamps.push_back(s->timestamp);
        out.values.push_back(s->value);
    }
    REQUIRE(cursor.status());
    return out;
}

template <class V>
columns<V> filtered(const columns<V>& in, std::int64_t first, std::int64_t last) {
    columns<V> out;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (in.timestamps[i] < first || in.timestamps[i] > last) continue;
        out.timestamps.push_back(in.timestamps[i]);
        out.values.push_back(in.values[i]);
    }
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("a series survives being cut into frames", "[series]", double, std::int64_t) {
    using V = TestType;
    rc::prop("of any length", [] {
        auto t = *any_series<std::int64_t>();
        auto v = *any_series<V>();
        v.resize(t.size());
        const columns<V> in{t, v};
        series_options how;
        how.frame_samples = *rc::gen::element<std::size_t>(1, 2, 100, 1024, 4096);
        how.frame.block_samples = *rc::gen::element<std::size_t>(1024, 2048, 4096);
        if (how.frame_samples < 100 && in.size() > 300) how.frame_samples = 100;
        const auto wire = write_series(in, how);
        const auto reader = series_reader<V>::open(wire);
        RC_ASSERT(reader);
        RC_ASSERT(reader->size() == in.size());
        RC_ASSERT(reader->frames().size() ==
                  (in.size() + how.frame_samples - 1) / how.frame_samples);
        columns<V> back{std::vector<std::int64_t>(in.size()), std::vector<V>(in.size())};
        RC_ASSERT(reader->read(back.timestamps, back.values));
        RC_ASSERT(back == in);
        RC_ASSERT(collect(reader->samples()) == in);
        columns<V> apart{std::vector<std::int64_t>(in.size()), std::vector<V>(in.size())};
        RC_ASSERT(reader->read_values(apart.values));
        RC_ASSERT(reader->read_timestamps(apart.timestamps));
        RC_ASSERT(apart == in);
    });
}

TEST_CASE("a range gives the samples that a filter gives, in any order of time", "[series]") {
    for (const char* shape : {"regular", "jitter", "constant", "random_walk", "extremes"}) {
        const auto in = make_columns<double>(shape, "decimals", 6000);
        const std::size_t each = shape[0] == 'j' ? 2048 : 1024;
        const auto wire =
            write_series(in, {.frame = {.block_samples = each}, .frame_samples = 2500});
        const auto reader = series_reader<double>::open(wire);
        REQUIRE(reader);
        prng random(5);
        for (int i = 0; i < 60; ++i) {
            std::int64_t first = in.timestamps[random.below(in.size())];
            std::int64_t last = in.timestamps[random.below(in.size())];
            if (random.one_in(2)) first -= first > INT64_MIN;
            if (random.one_in(2)) last += last < INT64_MAX;
            INFO(shape << " from " << first << " to " << last);
            REQUIRE(collect(reader->range(first, last)) == filtered(in, first, last));
        }
        REQUIRE(collect(reader->range(INT64_MIN, INT64_MAX)) == in);
        REQUIRE(collect(reader->range(1, 0)).size() == 0);
    }
}

TEST_CASE("seeking decodes only the blocks that can hold the answer", "[series]") {
    const auto in = make_columns<double>("regular", "decimals", 100'000);
    const auto wire = write_series(in, {.frame_samples = 20'000});
    const auto reader = series_reader<double>::open(wire);
    REQUIRE(reader);

    auto one = reader->range(in.timestamps[50'000], in.timestamps[50'000]);
    REQUIRE(one.next()->timestamp == in.timestamps[50'000]);
    REQUIRE_FALSE(one.next());
    REQUIRE(one.blocks_decoded() == 1);

    auto tail = reader->seek(in.timestamps[99'990]);
    std::size_t n = 0;
    while (tail.next()) ++n;
    REQUIRE(n == 10);
    REQUIRE(tail.blocks_decoded() == 1);

    auto none = reader->range(in.timestamps.back() + 1, INT64_MAX);
    REQUIRE_FALSE(none.next());
    REQUIRE(none.blocks_decoded() == 0);
    REQUIRE(none.status());
}

TEST_CASE("damage outside the range is not noticed, damage inside ends the walk with an error",
          "[series][damage]") {
    const auto in = make_columns<double>("regular", "decimals", 10'000);
    auto wire = write_series(in, {.frame_samples = 10'000});
    wire.back() ^= std::byte{1};
    const auto reader = series_reader<double>::open(wire);
    REQUIRE(reader);

    auto early = reader->range(in.timestamps[0], in.timestamps[5000]);
    std::size_t n = 0;
    while (early.next()) ++n;
    REQUIRE(n == 5001);
    REQUIRE(early.status());

    auto all = reader->samples();
    n = 0;
    while (all.next()) ++n;
    REQUIRE(n == 9 * 1024);  // all blocks but the damaged last
    REQUIRE(all.status().error() == errc::checksum_mismatch);
    REQUIRE_FALSE(all.next());
}

TEST_CASE("a loop over a damaged series gets the error as its last element", "[series][damage]") {
    const auto in = make_columns<double>("regular", "decimals", 10'000);
    auto wire = write_series(in, {.frame_samples = 10'000});
    wire.back() ^= std::byte{1};
    const auto reader = series_reader<double>::open(wire);
    REQUIRE(reader);
    std::size_t samples = 0;
    std::vector<errc> errors;
    for (const auto s : reader->samples()) {
        if (!s) {
            errors.push_back(s.error());
            continue;
        }
        REQUIRE(errors.empty());
        REQUIRE(s->timestamp == in.timestamps[samples]);
        ++samples;
    }
    REQUIRE(samples == 9 * 1024);  // all blocks but the damaged last
    REQUIRE(errors == std::vector{errc::checksum_mismatch});

    // A second loop over a cursor that has failed gets the error again.
    auto cursor = reader->samples();
    while (cursor.next()) continue;
    errors.clear();
    for (const auto s : cursor) errors.push_back(s.error());
    REQUIRE(errors == std::vector{errc::checksum_mismatch});
}

TEST_CASE("a series cut short is truncated, and one of another type is refused",
          "[series][damage]") {
    const auto wire =
        write_series(make_columns<double>("regular", "steps", 300), {.frame_samples = 100});
    std::size_t whole = 0;
    for (std::size_t n = 0; n < wire.size(); ++n) {
        const auto reader = series_reader<double>::open(cbytes(wire).first(n));
        if (reader)
            ++whole;  // the cut falls between frames
        else
            REQUIRE(reader.error() == errc::truncated);
    }
    REQUIRE(whole == 3);
    REQUIRE(series_reader<std::int64_t>::open(wire).error() == errc::wrong_type);
}

TEST_CASE("a series of frames of both versions is read as one", "[series]") {
    std::vector<std::byte> both;
    columns<double> expected;
    for (const char* version : {"v2", "v1"}) {
        for (const released_frame& f : released_frames(version)) {
            if (!std::holds_alternative<statistics<double>>(frame::inspect(f.wire)->values))
                continue;
            both.insert(both.end(), f.wire.begin(), f.wire.end());
            const auto part = *decode_frame<double>(f.wire);
            expected.timestamps.insert(expected.timestamps.end(), part.timestamps.begin(),
                                       part.timestamps.end());
            expected.values.insert(expected.values.end(), part.values.begin(), part.values.end());
        }
    }
    const auto reader = series_reader<double>::open(both);
    REQUIRE(reader);
    REQUIRE(collect(reader->samples()) == expected);
}

TEST_CASE("an empty series has no frames and no samples", "[series]") {
    const auto reader = series_reader<double>::open(cbytes());
    REQUIRE(reader);
    REQUIRE(reader->size() == 0);
    REQUIRE(collect(reader->samples()).size() == 0);
    REQUIRE(reader->read({}, {}));
    REQUIRE(reader->read_values({}));
}
