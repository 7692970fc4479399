// Reads when a server wants to be asked again: RFC 9110, 10.2.3.
//
//   Retry-After: 120                               120 s
//   Retry-After: Tue, 24 Nov 2026 10:00:00 GMT     what is left until then
//
// A server with a wrong date must not stop us for a day: longer waits are cut to max_retry_after. A
// value in neither form counts as absent.
#pragma once

#include <chronopack/core/abi.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace chronopack::http {

inline constexpr std::chrono::milliseconds max_retry_after = std::chrono::hours(1);

/// Returns the wait, 0 to max_retry_after. It is 0 for a date in the past. Returns nothing for an
/// empty or an invalid value.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

}  // namespace chronopack::http
