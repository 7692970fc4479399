// Memory of rollups and time zones: a rollup allocates the memory of a block, however long the
// series is, and reading a TZif file no more than its size justifies.

#include "support/counted_new.hpp"
#include "support/rollups.hpp"
#include "support/tzif.hpp"

#include <chronopack/rollup/downsample.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("a rollup needs no more memory for ten times the samples", "[rollup][memory]") {
    const auto peak_of = [](std::size_t samples, const rollup_options& how) {
        const auto series = write_series(make_columns<double>("jitter", "decimals", samples), 5000);
        const auto reader = series_reader<double>::open(series);
        const std::size_t before = live_bytes();
        reset_peak();
        double sum = 0;
        const auto done = rollup(
            *reader, *fixed_buckets::every(1'000'000),
            [&](const rollup_row<double>& row) { sum += row.values.sum; }, how);
        REQUIRE(done);
        REQUIRE(sum != 0);
        return peak_bytes() - before;
    };
    constexpr std::size_t block = 2 * 8 * frame::block_samples;
    CHECK(peak_of(20'000, {.time_weighted = true}) <= block + 1024);
    CHECK(peak_of(200'000, {.time_weighted = true}) <= block + 1024);
}

TEST_CASE("rows from headers allocate nothing", "[rollup][memory]") {
    const auto series = write_series(make_columns<double>("regular", "decimals", 50'000), 1000);
    const auto reader = series_reader<double>::open(series);
    double sum = 0;
    const std::size_t before = allocations();
    const auto done = rollup(*reader, *fixed_buckets::every(INT64_MAX),
                             [&](const rollup_row<double>& row) { sum += row.values.sum; });
    REQUIRE(allocations() == before);
    REQUIRE(done->frames_from_header == 50);
}

TEST_CASE("a few bytes cannot ask for more than a rule takes", "[rollup][memory]") {
    auto wire = berlin.bytes();
    const auto asked = [&] {
        const std::size_t before = allocated_bytes();
        (void)read_time_zone(wire);
        return allocated_bytes() - before;
    };
    constexpr std::size_t rule = std::size_t{1} << 17;  // with what growing vectors freed
    CHECK(asked() <= rule);
    for (std::size_t i = 0; i + 4 <= wire.size(); ++i) {
        const auto kept = load_le<std::uint32_t>(wire.data() + i);
        for (const std::uint32_t count : {~0u, 0x7fffffffu, 0x00ffffffu}) {
            store_le(wire.data() + i, count);
            CHECK(asked() <= rule);
        }
        store_le(wire.data() + i, kept);
    }
}

TEST_CASE("downsampling allocates nothing", "[rollup][memory]") {
    const auto in = make_columns<double>("jitter", "specials", 5000);
    std::vector<sample> out(100);
    const std::size_t before = allocations();
    const auto a = lttb<double>(in.timestamps, in.values, out);
    const auto b = min_max<double>(in.timestamps, in.values, out);
    REQUIRE(allocations() == before);
    REQUIRE((a && b));
}
