#include <chronopack/core/time_point.hpp>

#include <catch2/catch.hpp>

#include <chrono>

using namespace chronopack;
using namespace std::chrono;

namespace {

template <class Rep, class Period>
using at = sys_time<duration<Rep, Period>>;

constexpr sys_seconds new_year = sys_days(2024y / 1 / 1);

// A duration of any integral type and any part or multiple of seconds.
static_assert(system_time<sys_days> && system_time<system_clock::time_point>);
static_assert(system_time<at<std::uint64_t, std::nano>> &&
              system_time<at<short, std::ratio<3, 7>>>);
// What is no instant of system_clock, or not exact.
static_assert(!system_time<steady_clock::time_point> && !system_time<local_seconds>);
static_assert(!system_time<at<double, std::milli>> && !system_time<seconds>);
static_assert(!system_time<std::int64_t> && !tick_duration<sys_seconds>);

static_assert(*to_ticks(new_year, time_unit::seconds) == 1'704'067'200);
static_assert(*to_ticks(sys_days(1969y / 12 / 31), time_unit::nanoseconds) == -86'400'000'000'000);

}  // namespace

TEST_CASE("a time point is the timestamp that is equal to it, in each unit", "[core]") {
    const auto t = new_year + 1ms;
    CHECK(to_ticks(t, time_unit::milliseconds) == 1'704'067'200'001);
    CHECK(to_ticks(t, time_unit::microseconds) == 1'704'067'200'001'000);
    CHECK(to_ticks(t, time_unit::nanoseconds) == 1'704'067'200'001'000'000);
    CHECK(to_ticks(t, time_unit::seconds) == errc::out_of_range);
    CHECK(to_ticks(sys_time<milliseconds>(-1ms), time_unit::seconds) == errc::out_of_range);
    CHECK(to_ticks(sys_time<milliseconds>(-1000ms), time_unit::seconds) == -1);
    // A third of a second is no timestamp; three of them are one.
    CHECK(to_ticks(at<int, std::ratio<1, 3>>(duration<int, std::ratio<1, 3>>(1)),
                   time_unit::nanoseconds) == errc::out_of_range);
    CHECK(to_ticks(at<int, std::ratio<1, 3>>(duration<int, std::ratio<1, 3>>(-3)),
                   time_unit::nanoseconds) == -1'000'000'000);
}

TEST_CASE("time points at the ends of int64 are exact, and beyond refused", "[core]") {
    const auto ns = [](std::int64_t n) {
        return sys_time<nanoseconds>(nanoseconds(n));
    };
    CHECK(to_ticks(ns(INT64_MAX), time_unit::nanoseconds) == INT64_MAX);
    CHECK(to_ticks(ns(INT64_MIN), time_unit::nanoseconds) == INT64_MIN);
    CHECK(to_ticks(sys_seconds(seconds(INT64_MAX)), time_unit::seconds) == INT64_MAX);
    CHECK(to_ticks(sys_seconds(seconds(INT64_MAX)), time_unit::milliseconds) == errc::out_of_range);
    CHECK(to_ticks(sys_seconds(seconds(INT64_MIN)), time_unit::nanoseconds) == errc::out_of_range);
    CHECK(to_ticks(sys_seconds(9'223'372'036s), time_unit::nanoseconds) ==
          9'223'372'036'000'000'000);
    CHECK(to_ticks(sys_seconds(9'223'372'037s), time_unit::nanoseconds) == errc::out_of_range);
    using wide = duration<std::uint64_t, std::nano>;
    CHECK(to_ticks(sys_time<wide>(wide(UINT64_MAX)), time_unit::nanoseconds) == errc::out_of_range);
    using long_years = duration<std::int64_t, years::period>;
    CHECK(to_ticks(sys_time<long_years>(long_years(INT64_MIN)), time_unit::nanoseconds) ==
          errc::out_of_range);
}

TEST_CASE("a timestamp is the time point that is equal to it", "[core]") {
    CHECK(to_time_point<sys_seconds>(1'704'067'200'000, time_unit::milliseconds) == new_year);
    CHECK(to_time_point<sys_days>(1'704'067'200, time_unit::seconds) == sys_days(2024y / 1 / 1));
    CHECK(to_time_point<sys_days>(1'704'067'201, time_unit::seconds) == errc::out_of_range);
    CHECK(to_time_point<sys_seconds>(-1, time_unit::milliseconds) == errc::out_of_range);
    CHECK(to_time_point<sys_time<nanoseconds>>(INT64_MAX, time_unit::seconds) ==
          errc::out_of_range);
    using narrow = sys_time<duration<short>>;
    CHECK(to_time_point<narrow>(32'767, time_unit::seconds)->time_since_epoch().count() == 32'767);
    CHECK(to_time_point<narrow>(32'768, time_unit::seconds) == errc::out_of_range);
    using natural = sys_time<duration<std::uint64_t>>;
    CHECK(to_time_point<natural>(-1, time_unit::seconds) == errc::out_of_range);
}

TEST_CASE("a range has the timestamps that lie between two time points", "[core]") {
    const auto ms = [](std::int64_t n) {
        return sys_time<milliseconds>(milliseconds(n));
    };
    const auto same = [](time_range a, time_range b) {
        return a.first == b.first && a.last == b.last;
    };
    CHECK(same(between(ms(1000), ms(2999), time_unit::seconds), {1, 2}));
    CHECK(same(between(ms(1001), ms(3000), time_unit::seconds), {2, 3}));
    CHECK(same(between(ms(-1001), ms(-1), time_unit::seconds), {-1, -1}));
    CHECK(same(between(ms(1), ms(2), time_unit::nanoseconds), {1'000'000, 2'000'000}));
    CHECK(same(between(sys_seconds::min(), sys_seconds::max(), time_unit::nanoseconds),
               {INT64_MIN, INT64_MAX}));
    CHECK(same(at_or_after(ms(1001), time_unit::seconds), {2, INT64_MAX}));
    CHECK(same(at_or_after(sys_seconds::min(), time_unit::nanoseconds), {INT64_MIN, INT64_MAX}));

    for (const time_range none :
         {between(ms(1001), ms(1999), time_unit::seconds),
          between(ms(2), ms(1), time_unit::milliseconds),
          between(sys_seconds::max(), sys_seconds::max(), time_unit::nanoseconds),
          between(sys_seconds::min(), sys_seconds::min(), time_unit::nanoseconds),
          at_or_after(sys_seconds::max(), time_unit::nanoseconds)})
        for (const std::int64_t t : {INT64_MIN, std::int64_t{0}, INT64_MAX})
            CHECK_FALSE(none.contains(t));
}

TEST_CASE("durations are ticks where they are whole ones", "[core]") {
    CHECK(to_ticks(5min, time_unit::milliseconds) == 300'000);
    CHECK(to_ticks(1us, time_unit::milliseconds) == errc::out_of_range);
}
