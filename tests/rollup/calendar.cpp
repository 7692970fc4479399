// Buckets of the calendar, compared with a walk from day to day and with a clock that is read
// every minute; and days that do not have 24 hours.

#include "support/property.hpp"
#include "support/tzif.hpp"

#include <chronopack/rollup/calendar.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr bool same(time_range a, time_range b) {
    return a.first == b.first && a.last == b.last;
}

constexpr calendar periods[] = {calendar::day,   calendar::week,    calendar::sunday_week,
                                calendar::month, calendar::quarter, calendar::year};
constexpr unsigned divisors[] = {1, 2, 3, 4, 6, 8, 12, 24};

const tzif_file* const zones[] = {&berlin,    &new_york,      &lord_howe, &dublin,
                                  &kathmandu, &sao_paulo,     &apia,      &st_johns,
                                  &kwajalein, &always_summer, &twice_back};

/// Returns the first instant, in seconds, and the hours of the bucket that holds `t`.
struct found {
    std::int64_t start;
    double hours;
    friend bool operator==(const found&, const found&) = default;
};
std::ostream& operator<<(std::ostream& out, const found& f) {
    return out << f.start << " for " << f.hours << " h";
}

found look(const calendar_buckets& buckets, std::int64_t t) {
    const time_range b = buckets.containing(t);
    return {b.first, static_cast<double>(b.last - b.first + 1) / 3600};
}
found day_of(const tzif_file& zone, std::int64_t t) {
    return look({calendar::day, time_unit::seconds, zone.zone()}, t);
}

void partitions(const calendar_buckets& buckets, std::int64_t t) {
    const time_range b = buckets.containing(t);
    REQUIRE(b.contains(t));
    REQUIRE(same(buckets.containing(b.first), b));
    REQUIRE(same(buckets.containing(b.last), b));
    if (b.last < INT64_MAX) REQUIRE(buckets.containing(b.last + 1).first == b.last + 1);
    if (b.first > INT64_MIN) REQUIRE(buckets.containing(b.first - 1).last == b.first - 1);
}

}  // namespace

TEST_CASE("dates follow each other as in the Gregorian calendar", "[rollup][calendar]") {
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    detail::civil_date d{-5, 1, 1};
    for (std::int64_t n = detail::days_of(-5, 1, 1); d.year < 2405; ++n) {
        REQUIRE(detail::civil_of(n) == d);
        REQUIRE(detail::days_of(d.year, d.month, d.day) == n);
        const bool leap = d.year % 4 == 0 && (d.year % 100 != 0 || d.year % 400 == 0);
        const int last = days[d.month - 1] + (d.month == 2 && leap);
        if (++d.day > last) d = {d.year + d.month / 12, d.month % 12 + 1, 1};
    }
}

TEST_CASE("buckets of the calendar cut int64 into ranges", "[rollup][calendar]") {
    prng random(1);
    std::vector<time_zone> all{time_zone()};
    for (const tzif_file* file : zones) all.push_back(file->zone());
    for (const time_zone& zone : all)
        for (unsigned u = 0; u < 4; ++u) {
            const auto unit = static_cast<time_unit>(u);
            std::vector<calendar_buckets> ways;
            for (const calendar p : periods) ways.emplace_back(p, unit, zone);
            for (const unsigned n : divisors)
                ways.push_back(*calendar_buckets::hours(n, unit, zone));
            for (const calendar_buckets& buckets : ways) {
                for (const std::int64_t t : int64_shape::extreme_values) partitions(buckets, t);
                for (int i = 0; i < 100; ++i) {
                    partitions(buckets, static_cast<std::int64_t>(random()) >> random.below(40));
                    partitions(buckets, random.between(utc(1969, 1, 1) * per_second(unit),
                                                       utc(2025, 1, 1) * per_second(unit)));
                }
            }
        }
}

// Computes the buckets of calendar.hpp minute by minute, from the latest time that was shown.
TEST_CASE("a bucket begins when the wall clock first shows its period", "[rollup][calendar]") {
    const auto watch = [](const tzif_file& file, std::int64_t around) {
        const time_zone zone = file.zone();
        constexpr std::int64_t span = 4 * 86'400;
        std::vector<calendar_buckets> all;
        for (const calendar p : periods) all.emplace_back(p, time_unit::seconds, zone);
        for (const unsigned n : divisors)
            all.push_back(*calendar_buckets::hours(n, time_unit::seconds, zone));
        for (std::size_t i = 0; i < all.size(); ++i) {
            const calendar_buckets plain =
                i < std::size(periods) ? calendar_buckets(periods[i], time_unit::seconds)
                                       : *calendar_buckets::hours(divisors[i - std::size(periods)],
                                                                  time_unit::seconds);
            std::int64_t shown = INT64_MIN;
            std::int64_t start = 0;
            bool whole = false;  // the first bucket began before the walk
            time_range period{0, -1};
            for (std::int64_t t = around - span; t < around + span; t += 60) {
                shown = std::max(shown, t + zone.offset(t) + 59);
                if (!period.contains(shown)) {
                    if (whole) REQUIRE(same(all[i].containing(start), {start, t - 1}));
                    whole = period.last >= period.first;
                    period = plain.containing(shown);
                    start = t;
                }
                if (whole) REQUIRE(all[i].containing(t).first == start);
            }
        }
    };
    watch(berlin, utc(2024, 3, 31));
    watch(berlin, utc(2024, 10, 27));
    watch(new_york, utc(2024, 11, 3));
    watch(lord_howe, utc(2024, 4, 6, 12));
    watch(lord_howe, utc(2024, 10, 5, 12));
    watch(dublin, utc(2024, 3, 31));
    watch(kathmandu, utc(2024, 1, 1));
    watch(sao_paulo, utc(2018, 11, 4));
    watch(sao_paulo, utc(2018, 2, 18));
    watch(apia, utc(2011, 12, 31));
    watch(st_johns, utc(2010, 11, 7));
    watch(kwajalein, utc(1969, 9, 30));
    watch(always_summer, utc(2024, 1, 1));
    watch(twice_back, utc(1970, 1, 2));
}

TEST_CASE("days on which clocks are set have 23 and 25 hours", "[rollup][calendar]") {
    CHECK(day_of(berlin, utc(2024, 3, 30, 12)) == found{utc(2024, 3, 29, 23), 24});
    CHECK(day_of(berlin, utc(2024, 3, 31, 12)) == found{utc(2024, 3, 30, 23), 23});
    CHECK(day_of(berlin, utc(2024, 4, 1, 12)) == found{utc(2024, 3, 31, 22), 24});
    CHECK(day_of(berlin, utc(2024, 10, 27, 12)) == found{utc(2024, 10, 26, 22), 25});
    CHECK(day_of(new_york, utc(2024, 3, 10, 12)) == found{utc(2024, 3, 10, 5), 23});
    CHECK(day_of(new_york, utc(2024, 11, 3, 12)) == found{utc(2024, 11, 3, 4), 25});
    CHECK(day_of(dublin, utc(2024, 10, 27, 12)) == found{utc(2024, 10, 26, 23), 25});
    // Half an hour.
    CHECK(day_of(lord_howe, utc(2024, 4, 6, 20)) == found{utc(2024, 4, 6, 13), 24.5});
    CHECK(day_of(lord_howe, utc(2024, 10, 5, 20)) == found{utc(2024, 10, 5, 13, 30), 23.5});
}

TEST_CASE("a day without a midnight begins with its first instant", "[rollup][calendar]") {
    CHECK(day_of(sao_paulo, utc(2018, 11, 3, 12)) == found{utc(2018, 11, 3, 3), 24});
    CHECK(day_of(sao_paulo, utc(2018, 11, 4, 12)) == found{utc(2018, 11, 4, 3), 23});
    CHECK(day_of(sao_paulo, utc(2018, 11, 5, 12)) == found{utc(2018, 11, 5, 2), 24});
    // Midnight twice: 23:00 to 24:00 of the 17th is shown again.
    CHECK(day_of(sao_paulo, utc(2018, 2, 17, 12)) == found{utc(2018, 2, 17, 2), 25});
}

TEST_CASE("days that are skipped, returned to and repeated", "[rollup][calendar]") {
    // The 29th ends when the 31st begins.
    CHECK(day_of(apia, utc(2011, 12, 30, 9)) == found{utc(2011, 12, 29, 10), 24});
    CHECK(day_of(apia, utc(2011, 12, 30, 10)) == found{utc(2011, 12, 30, 10), 24});
    // After a minute of the 7th, an hour of the 6th is shown again and belongs to the 7th.
    CHECK(day_of(st_johns, utc(2010, 11, 6, 12)) == found{utc(2010, 11, 6, 2, 30), 24});
    CHECK(day_of(st_johns, utc(2010, 11, 7, 3)) == found{utc(2010, 11, 7, 2, 30), 25});
    CHECK(day_of(kwajalein, utc(1969, 9, 30, 12)) == found{utc(1969, 9, 29, 13), 47});
}

TEST_CASE("weeks, months, quarters and years", "[rollup][calendar]") {
    const auto bucket = [](calendar period, std::int64_t t) {
        return calendar_buckets(period, time_unit::seconds).containing(t);
    };
    const std::int64_t leap_day = utc(2024, 2, 29, 12);  // a Thursday
    CHECK(same(bucket(calendar::week, leap_day), {utc(2024, 2, 26), utc(2024, 3, 4) - 1}));
    CHECK(same(bucket(calendar::sunday_week, leap_day), {utc(2024, 2, 25), utc(2024, 3, 3) - 1}));
    CHECK(same(bucket(calendar::month, leap_day), {utc(2024, 2, 1), utc(2024, 3, 1) - 1}));
    CHECK(same(bucket(calendar::quarter, leap_day), {utc(2024, 1, 1), utc(2024, 4, 1) - 1}));
    CHECK(same(bucket(calendar::year, leap_day), {utc(2024, 1, 1), utc(2025, 1, 1) - 1}));
    CHECK(same(bucket(calendar::quarter, utc(2023, 12, 31)),
               {utc(2023, 10, 1), utc(2024, 1, 1) - 1}));
    CHECK(same(bucket(calendar::month, -1), {utc(1969, 12, 1), -1}));
    CHECK(same(bucket(calendar::month, utc(1900, 2, 5)), {utc(1900, 2, 1), utc(1900, 3, 1) - 1}));

    const calendar_buckets month(calendar::month, time_unit::milliseconds, berlin.zone());
    CHECK(same(month.containing(utc(2024, 3, 5) * 1000),
               {utc(2024, 2, 29, 23) * 1000, utc(2024, 3, 31, 22) * 1000 - 1}));
    const calendar_buckets year(calendar::year, time_unit::nanoseconds, new_york.zone());
    CHECK(same(year.containing(utc(2024, 7, 4) * 1'000'000'000 + 7),
               {utc(2024, 1, 1, 5) * 1'000'000'000, utc(2025, 1, 1, 5) * 1'000'000'000 - 1}));
}

TEST_CASE("hours are counted from midnight by the wall clock", "[rollup][calendar]") {
    const auto hours = [](unsigned n, const tzif_file& zone) {
        return *calendar_buckets::hours(n, time_unit::seconds, zone.zone());
    };
    const auto one = hours(1, berlin);
    CHECK(look(one, utc(2024, 3, 31, 0, 30)) == found{utc(2024, 3, 31, 0), 1});  // 1:30, then
    CHECK(look(one, utc(2024, 3, 31, 1, 30)) == found{utc(2024, 3, 31, 1), 1});  // 3:30
    CHECK(look(one, utc(2024, 10, 27, 1, 30)) == found{utc(2024, 10, 27, 0), 2});
    const auto six = hours(6, berlin);
    CHECK(look(six, utc(2024, 3, 31, 1, 30)) == found{utc(2024, 3, 30, 23), 5});
    CHECK(look(six, utc(2024, 10, 27, 1, 30)) == found{utc(2024, 10, 26, 22), 7});
    CHECK(look(hours(1, lord_howe), utc(2024, 4, 6, 14, 45)) == found{utc(2024, 4, 6, 14), 1.5});
    CHECK(look(hours(1, kathmandu), 0) == found{-2700, 1});
    CHECK(look(hours(24, berlin), utc(2024, 10, 27, 12)) == found{utc(2024, 10, 26, 22), 25});

    for (const unsigned n : {0u, 5u, 7u, 25u, 48u, ~0u})
        CHECK(calendar_buckets::hours(n, time_unit::seconds).error() == errc::out_of_range);
}

TEST_CASE("the calendar repeats after 400 years, for ever", "[rollup][calendar]") {
    for (const tzif_file* file : {&berlin, &new_york, &lord_howe, &kathmandu})
        for (const calendar p : periods) {
            const calendar_buckets buckets(p, time_unit::seconds, file->zone());
            prng random(3);
            for (int i = 0; i < 200; ++i) {
                const std::int64_t t = random.between(utc(2030, 1, 1), utc(2430, 1, 1));
                const time_range b = buckets.containing(t);
                for (const std::int64_t eras : {1, 7, 1'000'000, 700'000'000}) {
                    const std::int64_t later = eras * detail::era_seconds;
                    REQUIRE(same(buckets.containing(t + later), {b.first + later, b.last + later}));
                }
            }
        }
}
