// Rollups of frames: rows are those computed by hand, and headers give the same as decoding.
// Refusals are in rollup_refused.cpp.

#include <chronopack/rollup/rollup.hpp>

#include <chronopack/rollup/calendar.hpp>
#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>

#include "support/property.hpp"
#include "support/rows_by_hand.hpp"
#include "support/scratch.hpp"
#include "support/tzif.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace chronopack;
using namespace chronopack::test;

namespace {

/// Returns samples whose sums are exact in any order, with gaps, NaN and stale markers in runs.
template <class V>
columns<V> draw_samples(std::size_t n) {
    prng random(draw_bits());
    columns<V> in;
    std::int64_t t = random.between(-100'000, 100'000);
    std::size_t odd = 0;
    for (std::size_t i = 0; i < n; ++i) {
        t += random.one_in(100) ? random.between(0, 20'000) : random.between(0, 20);
        in.timestamps.push_back(t);
        if (random.one_in(300)) odd = random.one_in(3) ? 1 + random.below(2000) : 1;
        V v = static_cast<V>(random.between(0, 1000));
        if constexpr (std::is_same_v<V, double>)
            if (odd > 0) v = random.one_in(2) ? stale : not_a_number;
        odd -= odd > 0;
        in.values.push_back(v);
    }
    return in;
}

}  // namespace

TEMPLATE_TEST_CASE("rows are the same as those of samples put into buckets one by one", "[rollup]",
                   double, std::int64_t) {
    using V = TestType;
    property("of any width, from any frames, in any range", [] {
        const auto in = draw_samples<V>(draw_below(6000));
        const auto series = write_series(in, 1 + draw_below(4000));
        const auto buckets =
            every(1 + static_cast<std::int64_t>(draw_bits() >> 44 >> draw_below(20)));
        rollup_options how;
        how.time_weighted = draw_below(2) == 0;
        if (in.size() > 0 && draw_below(2) == 0)
            how.range = {
                in.timestamps[draw_below(in.size())] + static_cast<std::int64_t>(draw_below(2)),
                in.timestamps[draw_below(in.size())]};
        const auto rolled = roll<V>(series, buckets, how);
        HOLDS(same_rows(rolled.rows, by_hand(in, buckets, how)));
        HOLDS(rolled.counts.rows == rolled.rows.size());
    });
}

TEMPLATE_TEST_CASE("headers give the bits that decoding gives", "[rollup]", double, std::int64_t) {
    using V = TestType;
    std::uint64_t answered = 0;
    for (const auto& shape : shapes<V>())
        for (const std::size_t frame_samples : {7, 1000, 1024, 3000}) {
            INFO(shape.name << " in frames of " << frame_samples);
            const auto in = make_columns<V>("jitter", shape.name, 9000);
            const auto series = write_series(in, frame_samples);
            for (const std::int64_t width : {100'000, 10'000'000, 1'000'000'000}) {
                const auto from_headers = roll<V>(series, every(width));
                const auto decoded = roll<V>(series, every(width), {.time_weighted = true});
                REQUIRE(decoded.counts.frames_from_header == 0);
                answered += from_headers.counts.frames_from_header;
                REQUIRE(from_headers.rows.size() == decoded.rows.size());
                for (std::size_t i = 0; i < decoded.rows.size(); ++i)
                    REQUIRE(same(from_headers.rows[i].values, decoded.rows[i].values));
            }
        }
    CHECK(answered > 1000);
}

TEST_CASE("rows are the same whatever the size of a frame's blocks", "[rollup]") {
    const auto in = make_columns<double>("jitter", "decimals", 40'000);
    const rollup_options how{.range = {in.timestamps[777], in.timestamps[39'000]},
                             .time_weighted = true};
    const auto small = write_series(in, 20'000);
    for (const std::size_t block_samples : {4096, 32'768}) {
        const auto large = write_series(in, 20'000, {.block_samples = block_samples});
        for (const std::int64_t width : {100'000, 10'000'000, 100'000'000}) {
            CHECK(same_rows(roll<double>(small, every(width)).rows,
                            roll<double>(large, every(width)).rows));
            CHECK(same_rows(roll<double>(small, every(width), how).rows,
                            roll<double>(large, every(width), how).rows));
        }
    }
}

TEST_CASE("a frame within one bucket is rolled up by its header, even if its body is damaged",
          "[rollup]") {
    const auto in = clock(10'000);
    auto series = write_series(in, 1000);
    const auto good = roll<double>(series, every(5000));
    CHECK(good.counts.frames_from_header == 10);
    CHECK(good.counts.blocks_decoded == 0);
    CHECK(good.counts.rows == 2);

    const auto reader = series_reader<double>::open(series);
    std::size_t at = 0;
    for (const cbytes f : reader->frames()) {
        const std::size_t header = header_bytes(f);
        for (std::size_t i = header; i < f.size(); ++i) series[at + i] ^= std::byte{0xff};
        at += f.size();
    }
    const auto damaged = roll<double>(series, every(5000));
    CHECK(same_rows(damaged.rows, good.rows));
    CHECK(failure<double>(series, every(5000), {.time_weighted = true}) == errc::checksum_mismatch);
    CHECK(failure<double>(series, every(1500)) == errc::checksum_mismatch);
}

TEST_CASE("rows do not depend on the block size", "[rollup]") {
    auto in = make_columns<double>("regular", "decimals", 10'000);
    for (std::size_t i = 0; i < in.size(); ++i) in.values[i] *= i % 50 == 0 ? 1e9 : 1.1;
    const auto buckets = every(7 * 3'600'000);  // begin within blocks
    const auto expected = roll<double>(write_series(in, 6000), buckets).rows;
    REQUIRE(expected.size() == 7);
    for (const std::size_t each : {std::size_t{2048}, std::size_t{8192}, frame::max_samples}) {
        const auto series = write_series(in, 6000, {.block_samples = each});
        REQUIRE(same_rows(roll<double>(series, buckets).rows, expected));
    }
}

TEST_CASE("only frames that lie across buckets are decoded", "[rollup]") {
    const auto series = write_series(clock(100'000), 4096);
    const auto rolled = roll<double>(series, every(10'000));
    CHECK(rolled.counts.rows == 10);
    CHECK(rolled.counts.frames_from_header == 25 - 9);
    CHECK(rolled.counts.blocks_decoded == 9 * 4);
}

TEST_CASE("for a range only the blocks that can hold its samples are decoded", "[rollup]") {
    const auto in = clock(100'000);
    const auto series = write_series(in, 20'000);
    // The block with the last sample before the range, and those of the range.
    const auto aligned = roll<double>(series, every(512), {.range = {30'240, 31'263}});
    CHECK(aligned.counts.blocks_decoded == 2);
    REQUIRE(aligned.rows.size() == 3);
    CHECK(aligned.rows[0].values.before == 30'239);
    const auto inside = roll<double>(series, every(512), {.range = {30'300, 30'400}});
    CHECK(inside.counts.blocks_decoded == 1);
    CHECK(inside.rows[0].values.before == 30'299);
    // The last number of an earlier frame comes from its header.
    const auto next = roll<double>(series, every(512), {.range = {40'000, 40'001}});
    CHECK(next.counts.blocks_decoded == 1);
    CHECK(next.rows[0].values.before == 39'999);
    CHECK(next.rows[0].values.increase() == 2);
    CHECK(roll<double>(series, every(512), {.range = {200'000, 300'000}}).counts.blocks_decoded ==
          0);
    CHECK(roll<double>(series, every(512), {.range = {1, 0}}).counts.rows == 0);
}

TEST_CASE("the number before a range is found before any NaN between", "[rollup]") {
    auto in = clock(5000);
    std::fill(in.values.begin() + 10, in.values.begin() + 4500, not_a_number);
    for (const std::size_t frame_samples : {5000, 2500, 100}) {
        const auto series = write_series(in, frame_samples);
        const auto rolled =
            roll<double>(series, every(1000), {.range = {4400, 4999}, .time_weighted = true});
        REQUIRE(rolled.rows.size() == 1);
        CHECK(rolled.rows[0].values.before == 9);
        CHECK(rolled.rows[0].held.before == 9);
    }
    in.values[3000] = stale;
    for (const std::size_t frame_samples : {5000, 2500, 100}) {
        const auto series = write_series(in, frame_samples);
        const auto rolled =
            roll<double>(series, every(1000), {.range = {4400, 4999}, .time_weighted = true});
        CHECK(rolled.rows[0].values.before == 9);
        CHECK_FALSE(rolled.rows[0].held.before);
    }
}

TEST_CASE("increases over all buckets are the increase of the whole", "[rollup]") {
    const auto in = make_columns<double>("gaps", "counter", 20'000);
    const auto series = write_series(in, 1500);
    const auto whole = aggregate<double>::of(in.timestamps, in.values);
    for (const std::int64_t width : {1'000, 60'000, 3'600'000, 86'400'000}) {
        double increase = 0;
        std::uint64_t resets = 0;
        for (const auto& row : roll<double>(series, every(width)).rows) {
            increase += row.values.increase();
            resets += row.values.resets();
        }
        CHECK(increase == whole.increase());
        CHECK(resets == whole.resets());
    }
}

TEST_CASE("rows of hours make rows of days", "[rollup]") {
    property("to the bit, where sums are exact", [] {
        const auto in = draw_samples<double>(3000);
        const auto series = write_series(in, 700);
        const rollup_options how{.time_weighted = true};
        std::vector<rollup_row<double>> days;
        std::int64_t day = 0;
        for (const auto& hour : roll<double>(series, every(500), how).rows) {
            const std::int64_t of = every(12'000).containing(hour.bucket.first).first;
            if (days.empty() || of != day) days.emplace_back();
            day = of;
            HOLDS(days.back().append(hour));
        }
        const auto direct = roll<double>(series, every(12'000), how).rows;
        HOLDS(days.size() == direct.size());
        for (std::size_t i = 0; i < days.size(); ++i) {
            HOLDS(same(days[i].values, direct[i].values));
            HOLDS(same(days[i].held, direct[i].held));
        }
    });
    rollup_row<double> a{{0, 9}, {}, {}};
    CHECK(a.append({{5, 14}, {}, {}}).error() == errc::unordered);
    CHECK(a.append({{-10, -1}, {}, {}}).error() == errc::unordered);
    CHECK(a.append({{20, 29}, {}, {}}));
    CHECK(a.bucket.last == 29);
}

TEST_CASE("a day in Berlin has all its samples, whether it has 23 hours or 25", "[rollup]") {
    columns<double> in;
    for (std::int64_t t = 1'711'800'000; t < 1'711'800'000 + 400 * 86'400; t += 600) {
        in.timestamps.push_back(t * 1000);
        in.values.push_back(1);
    }
    const auto series = write_series(in, 4096, {.unit = time_unit::milliseconds});
    const calendar_buckets days(calendar::day, time_unit::milliseconds, berlin.zone());
    std::map<std::uint64_t, int> samples;
    for (const auto& row : roll<double>(series, days).rows) ++samples[row.values.count];
    CHECK(samples[6 * 23] == 2);  // in both years
    CHECK(samples[6 * 25] == 1);
    CHECK(samples[6 * 24] == 396);
}

TEST_CASE("large frames are sorted as a whole", "[rollup]") {
    property("samples of one time in their order", [] {
        auto in = draw_samples<double>(3000);
        const auto expected = by_hand(in, every(700), {.time_weighted = true});
        // Neighbours are swapped where times differ, so that sorting restores the order.
        prng random(draw_bits());
        for (int k = 0; k < 50; ++k) {
            const std::size_t i = random.below(in.size() - 1);
            if (in.timestamps[i] == in.timestamps[i + 1]) continue;
            if (i > 0 && in.timestamps[i] == in.timestamps[i - 1]) continue;
            if (i + 2 < in.size() && in.timestamps[i + 1] == in.timestamps[i + 2]) continue;
            std::swap(in.timestamps[i], in.timestamps[i + 1]);
            std::swap(in.values[i], in.values[i + 1]);
        }
        const auto series = write_series(in, 3000);
        HOLDS(
            same_rows(roll<double>(series, every(700), {.time_weighted = true, .sort = true}).rows,
                      expected));
    });
}

TEST_CASE("samples are rolled up as they come, between frames too", "[rollup]") {
    const auto in = make_columns<double>("jitter", "steps", 5000);
    std::vector<rollup_row<double>> rows;
    auto builder = make_rollup<double>(every(1'000'000),
                                       [&](const rollup_row<double>& row) { rows.push_back(row); },
                                       {.time_weighted = true});
    const auto slice = [&](std::size_t from, std::size_t n) {
        return columns<double>{{in.timestamps.begin() + static_cast<std::ptrdiff_t>(from),
                                in.timestamps.begin() + static_cast<std::ptrdiff_t>(from + n)},
                               {in.values.begin() + static_cast<std::ptrdiff_t>(from),
                                in.values.begin() + static_cast<std::ptrdiff_t>(from + n)}};
    };
    const auto a = slice(0, 1700);
    const auto b = slice(1700, 1300);
    const auto c = slice(3000, 2000);
    REQUIRE(builder.add(a.timestamps, a.values));
    REQUIRE(builder.add(encode_frame(b)));
    REQUIRE(builder.add({}, {}));
    REQUIRE(builder.add(c.timestamps, c.values));
    REQUIRE(builder.finish());
    const auto expected = by_hand(in, every(1'000'000), {.time_weighted = true});
    REQUIRE(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(same_but_sums(rows[i].values, expected[i].values));
        CHECK(same(rows[i].held, expected[i].held));
    }
}

TEST_CASE("buckets without samples have no rows, or have as many as the options allow",
          "[rollup]") {
    const columns<double> in{{0, 35, 36, 71}, {7, 8, not_a_number, 1}};
    const auto series = write_series(in, 2);
    CHECK(roll<double>(series, every(10)).rows.size() == 3);
    const auto all = roll<double>(series, every(10), {.time_weighted = true, .max_empty_rows = 5});
    REQUIRE(all.rows.size() == 8);
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(all.rows[i].bucket.first == static_cast<std::int64_t>(10 * i));
        CHECK((all.rows[i].values.count == 0) == (i != 0 && i != 3 && i != 7));
    }
    CHECK(all.rows[1].values.increase() == 0);
    CHECK(std::isnan(all.rows[1].values.mean()));
    CHECK(all.rows[1].time_weighted_mean() == 7);
    CHECK(all.rows[2].values.before == 7);
    CHECK(all.rows[6].time_weighted_mean() == 8);
    CHECK(failure<double>(series, every(10), {.max_empty_rows = 4}) == errc::out_of_range);

    const columns<double> far{{INT64_MIN, INT64_MAX}, {1, 2}};
    CHECK(failure<double>(write_series(far, 10), every(1), {.max_empty_rows = 1000}) ==
          errc::out_of_range);
    CHECK(roll<double>(write_series(far, 10), every(1)).rows.size() == 2);
}

TEST_CASE("samples at the ends of time have rows", "[rollup]") {
    const columns<std::int64_t> in{{INT64_MIN, INT64_MIN, -1, 0, INT64_MAX, INT64_MAX},
                                   {1, 2, 3, INT64_MIN, INT64_MAX, 6}};
    const auto series = write_series(in, 100);
    for (const std::int64_t width : {std::int64_t{1}, std::int64_t{1000}, INT64_MAX})
        for (const rollup_options how :
             {rollup_options{},
              rollup_options{.range = {INT64_MIN, INT64_MAX}, .time_weighted = true},
              rollup_options{.range = {INT64_MAX, INT64_MAX}, .time_weighted = true}})
            CHECK(same_rows(roll<std::int64_t>(series, every(width), how).rows,
                            by_hand(in, every(width), how)));
    for (const time_unit unit : {time_unit::seconds, time_unit::nanoseconds}) {
        const auto named = write_series(in, 100, {.unit = unit});
        const calendar_buckets years(calendar::year, unit, new_york.zone());
        CHECK(same_rows(roll<std::int64_t>(named, years).rows, by_hand(in, years, {})));
    }
}

TEST_CASE("no samples are no rows", "[rollup]") {
    const auto rolled = roll<double>({}, every(10), {.max_empty_rows = 10});
    CHECK(rolled.rows.empty());
    CHECK(rolled.counts.rows == 0);
}

TEST_CASE("series of an archive roll up, under a second stage too", "[rollup]") {
    const scratch_directory dir;
    const auto in = clock(50'000, 100);
    auto writer = archive_writer::create(
        dir / "a.cpk", {.frame = {.values = codec_id::raw, .second_stage = stage::zstd}});
    const auto series = writer->add<double>({{"host", "a"}});
    REQUIRE(series);
    for (std::size_t i = 0; i < in.size(); ++i)
        REQUIRE(writer->append(*series, in.timestamps[i], in.values[i]));
    REQUIRE(writer->finish());
    const auto archive = archive_reader::open(dir / "a.cpk");
    const auto reader = archive->read<double>(0);
    std::vector<rollup_row<double>> rows;
    const auto done = rollup(*reader, every(1'000'000),
                             [&](const rollup_row<double>& row) { rows.push_back(row); });
    REQUIRE(done);
    CHECK(done->frames_from_header > 0);
    CHECK(done->blocks_decoded > 0);
    CHECK(same_rows(rows, by_hand(in, every(1'000'000), {})));
}
