// Rollups of frames: rows against samples put into buckets one by one, headers
// against decoding, and everything that is refused.

#include "support/property.hpp"
#include "support/rollups.hpp"
#include "support/scratch.hpp"
#include "support/tzif.hpp"

#include <chronopack/rollup/calendar.hpp>
#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>

#include <catch2/catch.hpp>

#include <map>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});

fixed_buckets every(std::int64_t width, std::int64_t offset = 0) {
    return *fixed_buckets::every(width, offset);
}

template <class V>
bool is_nan_value(V v) {
    if constexpr (std::is_same_v<V, double>) return std::isnan(v);
    return false;
}

/// Rows the plain way: samples of the range into buckets, one by one.
template <class V, bucketing B>
std::vector<rollup_row<V>> by_hand(const columns<V>& in, const B& buckets,
                                   const rollup_options& how) {
    std::vector<rollup_row<V>> rows;
    std::optional<V> before;
    std::optional<V> held;
    const auto pass = [&](V v) {
        if (!is_nan_value(v)) before = held = v;
        if (same_value(v, std::bit_cast<V>(stale)) && std::is_same_v<V, double>) held.reset();
    };
    std::size_t i = 0;
    for (; i < in.size() && in.timestamps[i] < how.range.first; ++i) pass(in.values[i]);
    while (i < in.size() && in.timestamps[i] <= how.range.last) {
        rollup_row<V> row;
        row.bucket = buckets.containing(in.timestamps[i]);
        std::size_t end = i;
        while (end < in.size() && in.timestamps[end] <= std::min(row.bucket.last, how.range.last))
            ++end;
        const auto t = std::span(in.timestamps).subspan(i, end - i);
        const auto v = std::span(in.values).subspan(i, end - i);
        row.values = walked<V>(t, v, before);
        if (how.time_weighted) {
            row.held.before = held;
            row.held.add(t, v);
        }
        rows.push_back(row);
        for (; i < end; ++i) pass(in.values[i]);
    }
    return rows;
}

template <class V>
bool same_rows(const std::vector<rollup_row<V>>& a, const std::vector<rollup_row<V>>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return same(x, y); });
}

/// Sums of these are exact in any order. A few gaps, NaN and stale markers, in runs.
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

/// What a rollup of this series ends with.
template <class V, bucketing B>
std::optional<errc> failure(cbytes series, const B& buckets, const rollup_options& how = {}) {
    const auto reader = series_reader<V>::open(series);
    REQUIRE(reader);
    const auto done = rollup(
        *reader, buckets, [](const auto&) {}, how);
    return done ? std::optional<errc>() : done.error();
}

columns<double> clock(std::size_t n, std::int64_t step = 1) {
    columns<double> in;
    for (std::size_t i = 0; i < n; ++i) {
        in.timestamps.push_back(static_cast<std::int64_t>(i) * step);
        in.values.push_back(static_cast<double>(i));
    }
    return in;
}

}  // namespace

TEMPLATE_TEST_CASE("rows are what samples give that are put into buckets one by one", "[rollup]",
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

TEST_CASE("a frame within one bucket is answered by its header: its body may be damaged",
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

TEST_CASE("only frames that lie across buckets are decoded", "[rollup]") {
    const auto series = write_series(clock(100'000), 4096);
    const auto rolled = roll<double>(series, every(10'000));
    CHECK(rolled.counts.rows == 10);
    CHECK(rolled.counts.frames_from_header == 25 - 9);
    CHECK(rolled.counts.blocks_decoded == 9 * 4);
}

TEST_CASE("of a range only the blocks are decoded that can hold its samples", "[rollup]") {
    const auto in = clock(100'000);
    const auto series = write_series(in, 20'000);
    // The block with the last sample before, and those of the range.
    const auto aligned = roll<double>(series, every(512), {.range = {30'240, 31'263}});
    CHECK(aligned.counts.blocks_decoded == 2);
    REQUIRE(aligned.rows.size() == 3);
    CHECK(aligned.rows[0].values.before == 30'239);
    const auto inside = roll<double>(series, every(512), {.range = {30'300, 30'400}});
    CHECK(inside.counts.blocks_decoded == 1);
    CHECK(inside.rows[0].values.before == 30'299);
    // From one frame to the next the header tells the last number.
    const auto next = roll<double>(series, every(512), {.range = {40'000, 40'001}});
    CHECK(next.counts.blocks_decoded == 1);
    CHECK(next.rows[0].values.before == 39'999);
    CHECK(next.rows[0].values.increase() == 2);
    CHECK(roll<double>(series, every(512), {.range = {200'000, 300'000}}).counts.blocks_decoded ==
          0);
    CHECK(roll<double>(series, every(512), {.range = {1, 0}}).counts.rows == 0);
}

TEST_CASE("the number before a range is found behind any NaN", "[rollup]") {
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

TEST_CASE("a day in Berlin has its samples, whether it is of 23 hours or 25", "[rollup]") {
    columns<double> in;
    for (std::int64_t t = 1'711'800'000; t < 1'711'800'000 + 400 * 86'400; t += 600) {
        in.timestamps.push_back(t * 1000);
        in.values.push_back(1);
    }
    const auto series = write_series(in, 4096, {.unit = time_unit::milliseconds});
    const calendar_buckets days(calendar::day, time_unit::milliseconds, berlin.zone());
    std::map<std::uint64_t, int> samples;
    for (const auto& row : roll<double>(series, days).rows) ++samples[row.values.count];
    CHECK(samples[6 * 23] == 2);  // of both years
    CHECK(samples[6 * 25] == 1);
    CHECK(samples[6 * 24] == 396);
}

TEST_CASE("time that goes backwards is refused, or sorted within a frame by choice", "[rollup]") {
    const columns<double> mixed{{30, 10, 20, 20, 5, 40}, {1, 2, 3, 4, 5, 6}};
    const columns<double> sorted{{5, 10, 20, 20, 30, 40}, {5, 2, 3, 4, 1, 6}};
    const auto series = write_series(mixed, 100);
    CHECK(failure<double>(series, every(20)) == errc::unordered);
    for (const rollup_options how : {rollup_options{.time_weighted = true, .sort = true},
                                     rollup_options{.range = {10, 30}, .sort = true}})
        CHECK(
            same_rows(roll<double>(series, every(20), how).rows, by_hand(sorted, every(20), how)));

    // From frame to frame always.
    const auto two = write_series(mixed, 3);
    CHECK(failure<double>(two, every(20), {.sort = true}) == errc::unordered);
    CHECK(failure<double>(write_series(columns<double>{{1, 2, 2, 3}, {1, 2, 3, 4}}, 2),
                          every(20)) == std::nullopt);
    // Outside of the range as well.
    CHECK(failure<double>(two, every(20), {.range = {100, 200}, .sort = true}) == errc::unordered);
}

TEST_CASE("large frames are sorted whole", "[rollup]") {
    property("samples of one time in their order", [] {
        auto in = draw_samples<double>(3000);
        const auto expected = by_hand(in, every(700), {.time_weighted = true});
        // Swapped where times differ, so that sorting brings just these back.
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

TEST_CASE("samples are refused in columns of two lengths and out of order", "[rollup]") {
    const std::vector<std::int64_t> t{1, 5, 3};
    const std::vector<double> v{1, 2, 3};
    const auto refused = [](const rollup_options& how, auto use) {
        auto builder = make_rollup<double>(
            every(10), [](const auto&) {}, how);
        return use(builder);
    };
    CHECK(refused({}, [&](auto& b) { return b.add(std::span(t).first(2), v); }).error() ==
          errc::count_mismatch);
    CHECK(refused({}, [&](auto& b) { return b.add(t, v); }).error() == errc::unordered);
    CHECK(refused({.sort = true}, [&](auto& b) { return b.add(t, v); }));
    CHECK(refused({.sort = true}, [&](auto& b) {
              REQUIRE(b.add(t, v));
              return b.add(std::span(t).first(1), std::span(v).first(1));
          }).error() == errc::unordered);
}

TEST_CASE("a frame of another type, unit or length is refused", "[rollup]") {
    const auto wire = encode_frame(clock(10), {.unit = time_unit::seconds});
    const auto refused = [&](const auto& buckets, cbytes frame) {
        auto builder = make_rollup<double>(buckets, [](const auto&) {});
        const auto ok = builder.add(frame);
        return ok ? std::optional<errc>() : ok.error();
    };
    CHECK(refused(every(10), wire) == std::nullopt);
    CHECK(refused(calendar_buckets(calendar::day, time_unit::seconds), wire) == std::nullopt);
    CHECK(refused(calendar_buckets(calendar::day, time_unit::milliseconds), wire) ==
          errc::wrong_type);
    CHECK(refused(every(10), encode_frame(columns<std::int64_t>{{1}, {1}})) == errc::wrong_type);
    for (std::size_t n = 0; n < wire.size(); ++n)
        REQUIRE(refused(every(10), cbytes(wire).first(n)) == errc::truncated);
    auto more = wire;
    more.push_back(std::byte{0});
    CHECK(refused(every(10), more) == errc::corrupt);
}

TEST_CASE("a frame that is not in the order its header tells is corrupt", "[rollup]") {
    const auto good =
        encode_frame(clock(10, 10), {.timestamps = codec_id::raw, .values = codec_id::raw});
    const std::size_t body = header_bytes(good);
    const auto with = [&](std::size_t i, std::int64_t q) {
        auto wire = good;
        store_le(wire.data() + body + 1 + 8 * i, static_cast<std::uint64_t>(q));
        store_le(wire.data() + body - 8, kernel::crc32c(cbytes(wire).subspan(body)));
        reseal_header(wire);
        return failure<double>(wire, every(25));
    };
    CHECK(with(5, 5) == std::nullopt);
    CHECK(with(5, 3) == errc::corrupt);
    CHECK(with(5, 7) == errc::corrupt);
    CHECK(with(9, 10) == errc::corrupt);  // later than the last
    CHECK(with(9, -1) == errc::corrupt);

    // So is one that is sorted and is not of the span it tells.
    const columns<double> mixed{{50, 0, 90, 40}, {1, 2, 3, 4}};
    auto wire = encode_frame(mixed, {.timestamps = codec_id::raw, .values = codec_id::raw});
    const std::size_t start = header_bytes(wire);
    CHECK(failure<double>(wire, every(25), {.sort = true}) == std::nullopt);
    store_le(wire.data() + start + 1 + 8, static_cast<std::uint64_t>(-4));  // 10, not 0
    store_le(wire.data() + start - 8, kernel::crc32c(cbytes(wire).subspan(start)));
    reseal_header(wire);
    CHECK(failure<double>(wire, every(25), {.sort = true}) == errc::corrupt);
}

TEST_CASE("any damage is refused, or does not matter to the rows", "[rollup]") {
    const auto in = make_columns<double>("jitter", "decimals", 300);
    auto wire = encode_frame(in);
    const auto good = roll<double>(wire, every(1'000'000)).rows;
    for (std::size_t bit = 0; bit < 8 * wire.size(); ++bit) {
        wire[bit / 8] ^= std::byte{1} << (bit % 8);
        std::vector<rollup_row<double>> rows;
        auto builder = make_rollup<double>(
            every(1'000'000), [&](const rollup_row<double>& row) { rows.push_back(row); });
        const bool refused = !builder.add(wire) || !builder.finish();
        REQUIRE((refused || same_rows(rows, good)));
        wire[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST_CASE("buckets without samples are left out, or have rows as far as is said", "[rollup]") {
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

TEST_CASE("a sink's error ends the rollup, and stays", "[rollup]") {
    const auto in = clock(100);
    std::size_t rows = 0;
    auto builder = make_rollup<double>(every(10), [&](const rollup_row<double>&) -> result<void> {
        if (++rows == 3) return errc::io_error;
        return {};
    });
    CHECK(builder.add(in.timestamps, in.values).error() == errc::io_error);
    CHECK(builder.add(in.timestamps, in.values).error() == errc::io_error);
    CHECK(builder.add(encode_frame(in)).error() == errc::io_error);
    CHECK(builder.finish().error() == errc::io_error);
    CHECK(rows == 3);
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
