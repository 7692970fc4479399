// Chooses the form of a page of near_decimal by a sample of 64 values.
//
// A form costs, for each value, the bits by which b makes its integer longer, those of its
// residual, or those of an exception. Forms are tried from the likely to the rare, and none whose
// b alone costs more than the best form so far:
//
//   a float of few digits            where most values are floats, or a few places away
//   its digits as they were printed  where ALP finds decimals, but long ones
//   a decimal, a few places away     10^k, k ascending, where ALP finds exceptions
//   an average of so many readings   of integers, tenths, hundredths or thousandths
//   ... of another number each       where all of these take over 24 bits
//
// Where ALP finds decimals of up to three digits after the point, nothing is tried.
//
// A form is only tried on all of the sample if most of 16 values of it, times b, are integers but
// for a 2^43rd part.
#pragma once

#include <chronopack/codec/alp.hpp>
#include <chronopack/codec/page/near_rule.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// A form, and what a sample takes in it.
struct near_choice {
    near_form form;
    std::size_t exceptions = 0;
    std::size_t sampled = 0;
    bool plain = false;      ///< that of ALP
    bool residuals = false;  ///< some are not 0
    estimate cost{};         ///< of all that was sampled

    /// Returns an ALP choice as a form, with its cost.
    [[nodiscard]] static near_choice of(const alp_choice& how) noexcept {
        near_choice made;
        made.plain = true;
        made.form.exponent = how.exponent;
        made.form.narrow = how.narrow;
        made.exceptions = how.exceptions;
        made.sampled = how.sampled;
        made.cost = made.form.bits() * how.sampled +
                    estimate::of_bits(alp_page::exception_bits) * how.exceptions;
        return made;
    }
};

class near_chooser {
public:
    explicit near_chooser(const value_sample& sample) noexcept : values_(sample.values()) {}

    /// Returns the form without counts that costs least, where `decimals` is what ALP would do:
    /// its form, if no other costs less.
    [[nodiscard]] near_choice choose(const alp_choice& decimals) noexcept {
        best_ = near_choice::of(decimals);
        const bool most_fit = 4 * decimals.exceptions <= decimals.sampled;
        if (decimals.exceptions == 0 && decimals.exponent < fewest_printed) return best_;
        if (near_floats()) try_decimals(true);
        if (most_fit && !decimals.narrow) {
            try_printed(printing::after_point, decimals.exponent);
            try_printed(printing::in_all, significant_digits());
        }
        if (decimals.exceptions != 0) try_decimals(false);
        if (decimals.exceptions != 0 || decimals.exponent >= fewest_of_averages) try_averages();
        return best_;
    }

    /// Returns the form with counts that costs least, or none, which has sampled nothing, if it
    /// costs more than `other`.
    [[nodiscard]] near_choice choose_counted(const near_choice& other) noexcept {
        const estimate most = std::min(other.cost, full_precision());
        if (most < estimate::of_bits(fewest_counted_bits) * values_.size()) return {};
        near_form form;
        form.counts = true;
        form.digits = significant_digits();
        if (form.digits != 0) form.printed = printing::in_all;
        const auto competes = [&](const near_choice& made, estimate slack) {
            return (made.cost - slack * made.sampled) * values_.size() < most * made.sampled;
        };
        // What is a ratio of shorter decimals is one of the longest as well, of no larger counts.
        form.exponent = most_counted_exponent;
        if (!competes(tried(form, first(4)), form.bits())) return {};
        near_choice likely = tried(form, first(16));
        for (form.exponent = 0; form.exponent < most_counted_exponent; ++form.exponent) {
            const near_choice made = tried(form, first(16));
            if (made.cost < likely.cost) likely = made;
        }
        if (!competes(likely, estimate())) return {};
        const near_choice made = tried(likely.form, values_);
        return made.cost < most ? made : near_choice{};
    }

private:
    // Public price files print floats with %f (6 digits), or %.5f to %.8f.
    static constexpr unsigned fewest_printed = 4;

    // Averages that were printed in full are decimals of about 15 digits.
    static constexpr unsigned fewest_of_averages = 9;

    // The readings of an average, which a divisor multiplies by 1, 10, 100 and 1,000: other
    // numbers of readings, 2, 4, 5, 8, make decimals.
    //   3, 6, 12, 24   of a few minutes in a quarter of an hour, half an hour, an hour, a day
    //   7              days in a week
    //   9, 36          60 and 3,600 are 6 and 36, times 10 and 100
    //   2520           any number up to ten
    static constexpr std::array<std::uint64_t, 8> readings{3, 6, 9, 12, 7, 24, 36, 2520};

    // Beyond these an integer and its residual take as many bits as the double.
    static constexpr unsigned most_exponent = 12;

    // Averages of numbers of readings that differ are of integers to ten-thousandths. Their
    // numerators and counts have no order, so they must save more than others.
    static constexpr unsigned most_counted_exponent = 4;
    static constexpr std::uint64_t fewest_counted_bits = 24;

    void try_decimals(bool narrow) noexcept {
        near_form form;
        form.narrow = narrow;
        for (form.exponent = 0; form.exponent <= most_exponent; ++form.exponent)
            if (!try_form(form)) return;
    }
    void try_printed(printing how, unsigned digits) noexcept {
        near_form form;
        form.narrow = true;
        form.printed = how;
        form.digits = digits;
        for (form.exponent = 0; form.exponent + 1 < digits; ++form.exponent)
            if (!try_form(form)) return;
    }
    void try_averages() noexcept {
        near_form form;
        for (std::uint64_t power = 1; power <= 1000; power *= 10)
            for (const std::uint64_t n : readings) {
                form.divisor = n * power;
                if (form.divisor <= kernel::max_divisor) (void)try_form(form);
            }
    }

    // Returns whether b is short enough for the form to be better than the best so far, and keeps
    // it if it is.
    bool try_form(const near_form& form) noexcept {
        if (form.bits() * values_.size() >= best_.cost) return false;
        if (!near_integers(form.base().power, form.narrow)) return true;
        const near_choice made = tried(form, values_);
        if (made.cost < best_.cost) best_ = made;
        return true;
    }

    // Returns what some values take in a form.
    [[nodiscard]] static near_choice tried(const near_form& form,
                                           std::span<const double> values) noexcept {
        std::array<std::int64_t, value_sample::most> integers, counts, residuals;
        std::uint64_t misfits = 0;
        near_rule(form).split(values, {integers.data(), counts.data(), residuals.data(), &misfits});
        near_choice made;
        made.form = form;
        made.sampled = values.size();
        made.exceptions = static_cast<std::size_t>(__builtin_popcountll(misfits));
        std::uint64_t bits = 0;
        for (const std::int64_t residual : std::span(residuals).first(values.size()))
            bits += bit_width(zigzag(residual));
        made.residuals = bits != 0;
        // A column of its own has a header, and fields as wide as its longer residuals.
        if (made.residuals) bits += values.size();
        if (form.counts) {
            // Once as the count, once in the numerator, and both in fields as wide as the longest.
            for (const std::int64_t count : std::span(counts).first(values.size()))
                bits += 2 * bit_width(static_cast<std::uint64_t>(count));
            bits += 2 * values.size();
        }
        made.cost = form.bits() * values.size() + estimate::of_bits(bits) +
                    estimate::of_bits(alp_page::exception_bits) * made.exceptions;
        return made;
    }

    // Returns whether all but a quarter of 16 values are integers once they are multiplied, but
    // for a 2^43rd part, or that of a float.
    [[nodiscard]] bool near_integers(double power, bool narrow) const noexcept {
        const double part = narrow ? 0x1p-23 : 0x1p-43;
        const double shift = bit_cast<double>(kernel::decimal_bias);  // adding it rounds
        const std::size_t n = std::min<std::size_t>(values_.size(), 16);
        std::size_t misses = 0;
        for (std::size_t s = 0; s < n; ++s) {
            const double scaled = rounded_product(values_[s], power);
            const double integer = scaled + shift - shift;
            const double off = scaled - integer;
            misses +=
                !((off < 0 ? -off : off) <= rounded_product(scaled < 0 ? -scaled : scaled, part));
        }
        return 4 * misses <= n;
    }

    // Returns whether most values are floats, or about as far away as residuals reach.
    [[nodiscard]] bool near_floats() const noexcept {
        std::size_t misses = 0;
        for (const double v : values_) {
            const double once = static_cast<double>(static_cast<float>(v));
            const std::uint64_t moved = bit_cast<std::uint64_t>(v) - bit_cast<std::uint64_t>(once);
            misses += moved + near_rule::most_places > 2 * near_rule::most_places;
        }
        return 4 * misses <= values_.size();
    }

    [[nodiscard]] std::span<const double> first(std::size_t n) const noexcept {
        return values_.first(std::min(values_.size(), n));
    }

    // Returns about what the values would take as they are, less the bits before their points, which
    // no form's cost has.
    [[nodiscard]] estimate full_precision() const noexcept {
        constexpr std::int64_t fraction = 46;  // of 52 bits; neighbours share some
        std::int64_t bits = 0;
        for (const double v : values_) {
            const auto exponent =
                static_cast<std::int64_t>(bit_cast<std::uint64_t>(v) >> 52 & 0x7ff) - 1023;
            bits += fraction - std::clamp<std::int64_t>(exponent, -fraction, fraction);
        }
        return estimate::of_bits(static_cast<std::uint64_t>(bits));
    }

    // Returns the fewest digits in all with which all but a few values were printed, or 0 if they
    // were not.
    [[nodiscard]] unsigned significant_digits() const noexcept {
        unsigned least = 0;
        for (unsigned digits = kernel::max_significant_digits; digits > 0; --digits) {
            std::array<double, value_sample::most> printed;
            for (std::size_t s = 0; s < values_.size(); ++s) printed[s] = values_[s];
            (void)kernel::nears::print_digits(printed.data(), values_.size(), digits);
            std::size_t misses = 0;
            for (std::size_t s = 0; s < values_.size(); ++s)
                misses +=
                    bit_cast<std::uint64_t>(printed[s]) != bit_cast<std::uint64_t>(values_[s]);
            if (16 * misses > values_.size()) break;
            least = digits;
        }
        return least;
    }

    std::span<const double> values_;
    near_choice best_;
};

/// What a page of decimals may be, from one sample of it.
struct decimal_choice {
    alp_choice plain;
    near_choice near;     ///< the best form without counts: near.plain says that it is ALP's
    near_choice counted;  ///< a form with counts that may be better, if it has sampled anything

    [[nodiscard]] static decimal_choice of(std::span<const double> in,
                                           bool with_counts = false) noexcept {
        const value_sample sample(in);
        const alp_choice plain = alp_page::choose(sample);
        near_chooser chooser(sample);
        const near_choice near = chooser.choose(plain);
        return {plain, near, with_counts ? chooser.choose_counted(near) : near_choice{}};
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
