// Everything that rollups refuse: time that goes backwards, frames of another kind, damage.

#include <chronopack/rollup/rollup.hpp>

#include <chronopack/rollup/calendar.hpp>

#include "support/rows_by_hand.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("time that goes backwards is refused, or sorted within a frame by choice", "[rollup]") {
    const columns<double> mixed{{30, 10, 20, 20, 5, 40}, {1, 2, 3, 4, 5, 6}};
    const columns<double> sorted{{5, 10, 20, 20, 30, 40}, {5, 2, 3, 4, 1, 6}};
    const auto series = write_series(mixed, 100);
    CHECK(failure<double>(series, every(20)) == errc::unordered);
    for (const rollup_options how : {rollup_options{.time_weighted = true, .sort = true},
                                     rollup_options{.range = {10, 30}, .sort = true}})
        CHECK(
            same_rows(roll<double>(series, every(20), how).rows, by_hand(sorted, every(20), how)));

    // From frame to frame it is always refused.
    const auto two = write_series(mixed, 3);
    CHECK(failure<double>(two, every(20), {.sort = true}) == errc::unordered);
    CHECK(failure<double>(write_series(columns<double>{{1, 2, 2, 3}, {1, 2, 3, 4}}, 2),
                          every(20)) == std::nullopt);
    // So it is outside of the range.
    CHECK(failure<double>(two, every(20), {.range = {100, 200}, .sort = true}) == errc::unordered);
}

TEST_CASE("samples in columns of different lengths, or out of order, are refused", "[rollup]") {
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

TEST_CASE("a frame that is not in the order its header says is corrupt", "[rollup]") {
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

    // So is a frame that can be sorted, but whose times are not those of its header.
    const columns<double> mixed{{50, 0, 90, 40}, {1, 2, 3, 4}};
    auto wire = encode_frame(mixed, {.timestamps = codec_id::raw, .values = codec_id::raw});
    const std::size_t start = header_bytes(wire);
    CHECK(failure<double>(wire, every(25), {.sort = true}) == std::nullopt);
    store_le(wire.data() + start + 1 + 8, static_cast<std::uint64_t>(-4));  // 10, not 0
    store_le(wire.data() + start - 8, kernel::crc32c(cbytes(wire).subspan(start)));
    reseal_header(wire);
    CHECK(failure<double>(wire, every(25), {.sort = true}) == errc::corrupt);
}

TEST_CASE("any damage is refused, or does not change the rows", "[rollup]") {
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
