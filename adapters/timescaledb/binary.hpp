// PostgreSQL's binary forms: numbers are big-endian, and times are microseconds since 2000.
//
//   put_be<std::uint32_t>(out, 7)                    00 00 00 07
//   microseconds_of(1'700'000'000'123'456'789)       since 2000, cut down to whole ones
//   nanoseconds_of(...)                              since 1970; the ends of 64 bits stay ends
#pragma once

#include <chronopack/core/bytes.hpp>

#include <cstdint>
#include <string>

namespace chronopack::timescaledb {

/// The numbers of types (pg_type.dat), which never change.
namespace oid {
inline constexpr std::uint32_t boolean = 16, bytea = 17, character = 18, name = 19, int8 = 20,
                               int2 = 21, int4 = 23, text = 25, object = 26, json = 114, xml = 142,
                               float4 = 700, float8 = 701, unknown = 705, bpchar = 1042,
                               varchar = 1043, date = 1082, time = 1083, timestamp = 1114,
                               timestamptz = 1184, interval = 1186, numeric = 1700, uuid = 2950,
                               jsonb = 3802;
inline constexpr std::uint32_t bytea_array = 1001, int2_array = 1005, text_array = 1009,
                               int8_array = 1016, float8_array = 1022, timestamptz_array = 1185;
}  // namespace oid

template <class T>
inline void put_be(std::string& out, T value) {
    const std::size_t at = out.size();
    out.resize(at + sizeof(T));
    store_be<T>(reinterpret_cast<std::byte*>(out.data() + at), value);
}

template <class T>
[[nodiscard]] inline std::string be_text(T value) {
    std::string out;
    put_be<T>(out, value);
    return out;
}

[[nodiscard]] inline cbytes bytes_of(std::string_view text) noexcept {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Microseconds from 1970 to 2000.
inline constexpr std::int64_t epoch_2000 = 946'684'800'000'000;

[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
    return a / b - (a % b < 0);
}

/// Nanoseconds since 1970 to microseconds since 2000, rounded down.
[[nodiscard]] constexpr std::int64_t microseconds_of(std::int64_t nanoseconds) noexcept {
    return floor_div(nanoseconds, 1'000) - epoch_2000;
}
/// The nanoseconds that microseconds_of() leaves out, 0 to 999.
[[nodiscard]] constexpr std::int64_t rest_of(std::int64_t nanoseconds) noexcept {
    const std::int64_t rest = nanoseconds % 1'000;
    return rest < 0 ? rest + 1'000 : rest;
}
/// The least time of microseconds_of() that is not before `nanoseconds`. At the earliest time
/// of 64 bits it is that time, cut.
[[nodiscard]] constexpr std::int64_t microseconds_from(std::int64_t nanoseconds) noexcept {
    return microseconds_of(nanoseconds) + (nanoseconds != INT64_MIN && rest_of(nanoseconds) != 0);
}
/// Microseconds since 2000, with the rest, to nanoseconds since 1970. Times outside of 64 bits
/// become the first or the last.
[[nodiscard]] constexpr std::int64_t nanoseconds_of(std::int64_t microseconds,
                                                    std::int64_t rest = 0) noexcept {
    std::int64_t since_1970 = 0;
    std::int64_t out = 0;
    const bool out_of_range = __builtin_add_overflow(microseconds, epoch_2000, &since_1970) ||
                              __builtin_mul_overflow(since_1970, std::int64_t{1'000}, &out);
    if (!out_of_range) return __builtin_add_overflow(out, rest, &out) ? INT64_MAX : out;
    if (since_1970 == floor_div(INT64_MIN, 1'000)) {  // its rest may be large enough
        const std::int64_t back = rest - rest_of(INT64_MIN);
        return back > 0 ? INT64_MIN + back : INT64_MIN;
    }
    return microseconds < 0 ? INT64_MIN : INT64_MAX;
}

}  // namespace chronopack::timescaledb
