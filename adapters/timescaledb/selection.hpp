// What reading and making buckets have in common: reading.cpp, buckets.cpp.
#pragma once

#include <adapters/storage/outcome.hpp>
#include <adapters/timescaledb/binary.hpp>

#include <chrono>
#include <cstdio>
#include <string>

namespace chronopack::timescaledb {

/// Series whose samples are asked for at once.
inline constexpr std::size_t most_ids = 5'000;

inline storage::failure damaged(const char* what) {
    return {storage::verdict::retry, std::nullopt, std::string("the answer is damaged: ") + what};
}

inline storage::failure too_many(std::size_t most, const char* of) {
    return {storage::verdict::refused, std::nullopt,
            "there are more than " + std::to_string(most) + ' ' + of + " in the range"};
}

/// A literal of timestamptz: microseconds since 2000, exactly.
inline std::string time_literal(std::int64_t microseconds) {
    const std::int64_t seconds = floor_div(microseconds, 1'000'000);
    const std::int64_t days = floor_div(seconds, 86'400);
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days + 10'957))};
    const std::int64_t of_day = seconds - days * 86'400;
    char text[64];
    std::snprintf(text, sizeof text, "'%04d-%02u-%02u %02d:%02d:%02d.%06d+00'::timestamptz",
                  int{date.year()}, unsigned{date.month()}, unsigned{date.day()},
                  static_cast<int>(of_day / 3'600), static_cast<int>(of_day / 60 % 60),
                  static_cast<int>(of_day % 60),
                  static_cast<int>(microseconds - seconds * 1'000'000));
    return text;
}

}  // namespace chronopack::timescaledb
