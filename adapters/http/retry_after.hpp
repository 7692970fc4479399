// When a server asks to be asked again: RFC 9110, 10.2.3.
//
//   Retry-After: 120                               120 s
//   Retry-After: Tue, 24 Nov 2026 10:00:00 GMT     what is left until then
//
// A server that is wrong about it must not stop us for a day: longer waits than
// max_retry_after are cut to that, and what is neither form counts as absent.
#pragma once

#include <chronopack/core/abi.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace chronopack::http {

inline constexpr std::chrono::milliseconds max_retry_after = std::chrono::hours(1);

/// 0 to max_retry_after, 0 for a date that is past; nothing for an empty or an
/// invalid value.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

}  // namespace chronopack::http
