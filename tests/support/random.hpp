// A small seeded generator of random numbers (splitmix64), so that a series
// made from a seed is the same on every machine and standard library.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chronopack::test {

class prng {
public:
    explicit constexpr prng(std::uint64_t seed) noexcept : state_(seed) {}

    constexpr std::uint64_t operator()() noexcept {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    /// 0 <= result < n, n >= 1; the bias is of no matter here.
    constexpr std::uint64_t below(std::uint64_t n) noexcept { return (*this)() % n; }

    /// low <= result <= high, for ranges narrower than 2^63.
    constexpr std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }

    constexpr bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }

private:
    std::uint64_t state_;
};

}  // namespace chronopack::test
