// Estimated sizes: bits with 16 binary places, the unit that log2_fixed() counts in.
//
//   estimate::of_bits(3)      3 bits
//   estimate::one_of(10)      3.32 bits: which of ten things it is
//   estimate::one_of(10) * n  as much for each of n values
//
// Encoders compare forms by estimates before they write any. An estimate is signed, so that
// differences are estimates as well, and the same on every machine.
#pragma once

#include <chronopack/core/log2.hpp>

#include <compare>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

class estimate {
public:
    /// Leaves the bits unset, as of an integer, so that arrays cost nothing: estimate() has 0.
    estimate() noexcept = default;

    /// Returns the estimate of whole bits, fewer than 2^47.
    [[nodiscard]] static constexpr estimate of_bits(std::uint64_t bits) noexcept {
        return of_fractions(bits << log2_fraction);
    }

    /// Returns the estimate of `fractions` 2^-16ths of a bit, fewer than 2^63.
    [[nodiscard]] static constexpr estimate of_fractions(std::uint64_t fractions) noexcept {
        return estimate(static_cast<std::int64_t>(fractions));
    }

    /// Returns the bits that say which of `n` >= 1 equally likely things it is.
    [[nodiscard]] static constexpr estimate one_of(std::uint64_t n) noexcept {
        return of_fractions(log2_fixed(n));
    }

    /// Returns an estimate that no other is above: where nothing is known to fit.
    [[nodiscard]] static constexpr estimate most() noexcept { return estimate(INT64_MAX); }

    /// Returns the whole bits, rounded down, of an estimate that is not negative.
    [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
        return static_cast<std::uint64_t>(fractions_) >> log2_fraction;
    }

    constexpr estimate& operator+=(estimate other) noexcept {
        fractions_ += other.fractions_;
        return *this;
    }
    [[nodiscard]] friend constexpr estimate operator+(estimate a, estimate b) noexcept {
        return estimate(a.fractions_ + b.fractions_);
    }
    [[nodiscard]] friend constexpr estimate operator-(estimate a, estimate b) noexcept {
        return estimate(a.fractions_ - b.fractions_);
    }
    [[nodiscard]] friend constexpr estimate operator*(estimate each, std::uint64_t n) noexcept {
        return estimate(each.fractions_ * static_cast<std::int64_t>(n));
    }
    [[nodiscard]] friend constexpr estimate operator/(estimate all, std::uint64_t n) noexcept {
        return estimate(all.fractions_ / static_cast<std::int64_t>(n));
    }
    [[nodiscard]] friend constexpr auto operator<=>(estimate, estimate) noexcept = default;

private:
    constexpr explicit estimate(std::int64_t fractions) noexcept : fractions_(fractions) {}

    std::int64_t fractions_;
};

static_assert(estimate::one_of(8) == estimate::of_bits(3) && estimate::one_of(1) == estimate());
static_assert((estimate::of_bits(7) / 2).bits() == 3 &&
              estimate() - estimate::one_of(3) < estimate());

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
