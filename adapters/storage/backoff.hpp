// Chooses how long to wait before the next try: exponential backoff with full jitter.
//
//   attempt   1        2        3        4
//   window    0..0.5s  0..1s    0..2s    0..4s   ... 0..60s
//
// Every wait in the window is equally likely, so clients that failed together do not return
// together. Where the store asked for a time, the wait is that time, up to a cap, plus a wait from
// the first window. (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
#pragma once

#include <chronopack/core/abi.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace chronopack::storage {

struct backoff_options {
    std::chrono::milliseconds first{500};
    std::chrono::milliseconds most{60'000};
    std::chrono::milliseconds most_asked_for{600'000};  ///< the longest Retry-After that is obeyed
};

/// Keeps the state of one sequence of tries. Not thread-safe.
class backoff {
public:
    backoff(backoff_options how, std::uint64_t seed) noexcept : how_(how), random_(seed) {}

    /// Returns the wait after one more failure.
    [[nodiscard]] std::chrono::milliseconds next(
        std::optional<std::chrono::milliseconds> retry_after = {}) noexcept {
        const auto first = std::max(how_.first, std::chrono::milliseconds(1));
        const auto most = std::max(how_.most, first);
        window_ = window_.count() == 0 ? first : std::min(2 * window_, most);
        if (!retry_after) return any_of(window_);
        const auto least = std::chrono::milliseconds(0);
        return std::clamp(*retry_after, least, std::max(how_.most_asked_for, least)) +
               any_of(first);
    }

    /// Starts over after a success.
    void reset() noexcept { window_ = std::chrono::milliseconds(0); }

private:
    // Returns 0 to `window`, both included. splitmix64 (Steele et al., 2014).
    std::chrono::milliseconds any_of(std::chrono::milliseconds window) noexcept {
        std::uint64_t z = random_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        const auto n = static_cast<std::uint64_t>(window.count()) + 1;
        return std::chrono::milliseconds(static_cast<std::int64_t>(z % n));
    }

    backoff_options how_;
    std::uint64_t random_;
    std::chrono::milliseconds window_{0};
};

}  // namespace chronopack::storage
