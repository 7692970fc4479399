// TZif files made by hand, so that tests need no tzdata, and a few zones as the tz database has
// them for the years that tests look at.
#pragma once

#include <chronopack/rollup/tzif.hpp>

#include <stdexcept>

namespace chronopack::test {

/// Returns the seconds since 1970 of a time in UTC.
[[nodiscard]] constexpr std::int64_t utc(std::int64_t year, std::int64_t month, std::int64_t day,
                                         std::int64_t hour = 0, std::int64_t minute = 0) {
    return chronopack::detail::days_of(year, month, day) * 86'400 + hour * 3600 + minute * 60;
}

struct tzif_file {
    std::int32_t offset = 0;
    std::vector<time_zone::transition> table = {};
    std::string rule = {};

    unsigned version = '2';
    std::uint32_t leap_seconds = 0;
    std::size_t ut_flags = 0;
    std::size_t standard_flags = 0;

    [[nodiscard]] std::vector<std::byte> bytes() const {
        std::vector<std::byte> out;
        const auto be = [&](std::uint64_t value, unsigned size) {
            for (unsigned i = size; i-- > 0;) out.push_back(static_cast<std::byte>(value >> 8 * i));
        };
        const auto text = [&](std::string_view s) {
            for (const char c : s) out.push_back(static_cast<std::byte>(c));
        };
        const auto header = [&](std::size_t times, std::size_t types, std::size_t ut,
                                std::size_t standard) {
            text("TZif");
            be(version, 1);
            be(0, 8);
            be(0, 7);
            be(ut, 4);
            be(standard, 4);
            be(leap_seconds, 4);
            be(times, 4);
            be(types, 4);
            be(4, 4);  // characters
        };
        header(0, 1, 0, 0);  // the data of version 1, as little as may be
        be(0, 4);
        be(0, 2);
        text({"UTC\0", 4});
        if (leap_seconds > 0) be(0, 8);

        header(table.size(), 1 + table.size(), ut_flags, standard_flags);
        for (const auto& t : table) be(static_cast<std::uint64_t>(t.at), 8);
        for (std::size_t i = 0; i < table.size(); ++i) be(i + 1, 1);
        be(static_cast<std::uint32_t>(offset), 4);
        be(0, 2);
        for (const auto& t : table) {
            be(static_cast<std::uint32_t>(t.offset), 4);
            be(0, 2);
        }
        text({"ZZZ\0", 4});
        if (leap_seconds > 0) {
            be(78'796'800, 8);
            be(1, 4);
        }
        out.resize(out.size() + standard_flags + ut_flags);
        text("\n" + rule + "\n");
        return out;
    }

    [[nodiscard]] time_zone zone() const {
        const auto read = read_time_zone(bytes());
        if (!read) throw std::runtime_error(std::string(message(read.error())));
        return *read;
    }
};

/// Where nothing is in the table the rule holds always.
inline const tzif_file berlin{3600, {}, "CET-1CEST,M3.5.0,M10.5.0/3"};
inline const tzif_file new_york{-5 * 3600, {}, "EST5EDT,M3.2.0,M11.1.0"};
inline const tzif_file lord_howe{37'800, {}, "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"};
inline const tzif_file dublin{0, {}, "IST-1GMT0,M10.5.0,M3.5.0/1"};
inline const tzif_file kathmandu{20'700, {}, "<+0545>-5:45"};

/// Summer time from midnight on, which there is none of on 2018-11-04.
inline const tzif_file sao_paulo{-10'800,
                                 {{1'508'036'400, -7200},    // 2017-10-15
                                  {1'518'919'200, -10'800},  // 2018-02-18
                                  {1'541'300'400, -7200},    // 2018-11-04
                                  {1'550'368'800, -10'800}},
                                 "<-03>3"};

/// No 30 December in 2011.
inline const tzif_file apia{
    -36'000, {{1'325'239'200, 50'400}, {1'333'202'400, 46'800}}, "<+13>-13"};

/// Clocks set back at a minute past midnight, into the day before.
inline const tzif_file st_johns{-9000, {{1'289'097'060, -12'600}}, "NST3:30"};

/// A day twice: the date line moved. Clocks set back by 23 hours.
inline const tzif_file kwajalein{39'600, {{-7'988'400, -43'200}}, "<-12>12"};

/// Summer time all year, written as RFC 8536 says. Standard time would be two and a half hours
/// behind, so that a moment of winter between two summers would show.
inline const tzif_file always_summer{-19'800, {}, "XXX3YYY5:30,0/0,J365/21:30"};

/// Set back twice within an hour: what was shown before the first is not shown
/// again before long after the second. No zone was like this.
inline const tzif_file twice_back{0, {{86'400, -7200}, {87'000, -10'800}}, "XXX3"};

}  // namespace chronopack::test
