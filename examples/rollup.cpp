// Rolls a year of power readings up to days by the wall clock of Berlin, those days to a
// month, and chooses 60 points of the year to draw.
#include <chronopack/chronopack.hpp>

#include <array>
#include <cmath>
#include <cstdio>

namespace cp = chronopack;

static int fail(const char* what, cp::errc error) {
    std::fprintf(stderr, "%s: %s\n", what, cp::message(error).data());
    return 1;
}

int main() {
    // One reading a minute, times in ms, and one frame for each day.
    std::vector<std::int64_t> times;
    std::vector<double> watts;
    for (int i = 0; i < 366 * 1440; ++i) {
        times.push_back(1'704'063'600'000 + 60'000LL * i);  // midnight in Berlin, 2024
        watts.push_back(std::round(500 + 300 * std::sin(i / 229.2) + i % 7));
    }
    std::vector<std::byte> file;
    cp::series_writer writer(cp::append_to(file), {.frame_samples = 1440});
    if (const auto ok = writer.append(times, watts); !ok) return fail("append", ok.error());
    if (const auto ok = writer.flush(); !ok) return fail("flush", ok.error());

    // Systems with the tz database can use load_time_zone("Europe/Berlin").
    const auto berlin = cp::time_zone::from(3600, {}, "CET-1CEST,M3.5.0,M10.5.0/3");
    if (!berlin) return fail("time zone", berlin.error());
    const cp::calendar_buckets days(cp::calendar::day, cp::time_unit::milliseconds, *berlin);

    const auto series = cp::series_reader<>::open(file);
    if (!series) return fail("open", series.error());
    cp::rollup_row<> march;
    const auto done = cp::rollup(*series, days, [&](const cp::rollup_row<>& day) {
        const auto hours = (day.bucket.last - day.bucket.first + 1) / 3'600'000;
        if (hours != 24)
            std::printf("a day of %lld hours: %llu readings, mean %.1f W, peak %.0f W\n",
                        static_cast<long long>(hours),
                        static_cast<unsigned long long>(day.values.count), day.values.mean(),
                        day.values.max);
        if (day.bucket.first >= 1'709'247'600'000 && day.bucket.first < 1'711'922'400'000)
            (void)march.append(day);
    });
    if (!done) return fail("rollup", done.error());
    std::printf("March: mean %.2f W of %llu readings; %llu of 366 frames were not decoded\n",
                march.values.mean(), static_cast<unsigned long long>(march.values.count),
                static_cast<unsigned long long>(done->frames_from_header));

    std::array<cp::sample, 60> points;
    const auto drawn = cp::lttb(times, watts, points);
    return done->rows == 366 && march.values.count == 31 * 1440 - 60 && drawn && *drawn == 60 ? 0
                                                                                              : 1;
}
