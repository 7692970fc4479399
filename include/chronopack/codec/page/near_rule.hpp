// Turns integers into the doubles of a form of near_decimal, and doubles into integers.
//
//   decoding     to_doubles     divide             print             kernel::nears::move
//                i / b          / q, if counts     if printed        if there are residuals
//   encoding     split: finds i, and q, then decodes them to see how far each double is
#pragma once

#include <chronopack/codec/page/near_form.hpp>
#include <chronopack/core/rounded.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Where split() writes.
struct near_parts {
    std::int64_t* integers;
    std::int64_t* counts;
    std::int64_t* residuals;
    std::uint64_t* misfits;  ///< a bit for each value
};

class near_rule {
public:
    explicit near_rule(const near_form& form) noexcept
        : form_(form),
          base_(form.base()),
          printed_(
              kernel::decimal_of(form.printed == printing::after_point ? form.digits : 0, false)) {}

    [[nodiscard]] bool has_counts() const noexcept { return form_.counts; }

    /// Writes the doubles of biased integers (kernel/decimal.hpp), and returns whether all were
    /// legal. With counts, these are the integers themselves.
    [[nodiscard]] bool to_doubles(std::span<const std::int64_t> words, double* out) const noexcept {
        const kernel::decimal by = form_.counts ? kernel::decimal_of(0, false) : base_;
        const bool legal =
            kernel::decimals::to_doubles(kernel::as_words(words), words.size(), by, out);
        // Printed in any case, for split() looks at each double.
        const bool printed = form_.counts || print(words.size(), out);
        return legal && printed;
    }
    /// Divides them by biased counts, and returns whether all were legal.
    [[nodiscard]] bool divide(std::span<const std::int64_t> counts, double* out) const noexcept {
        const bool legal =
            kernel::nears::divide(kernel::as_words(counts), counts.size(), base_.power, out);
        const bool printed = print(counts.size(), out);
        return legal && printed;
    }

    /// The most values that split() takes.
    static constexpr std::size_t most_split = 512;

    /// The farthest from its decimal that an encoder looks for a value. Numbers that went through
    /// an average or a printer of 15 digits are some places away.
    static constexpr std::uint64_t most_places = 1023;

    /// Writes the integer of each value, its count if the form has counts, and its residual: the
    /// places that the value lies farther from zero than the double of the integer. A value that
    /// is farther away than most_places is a misfit: its residual is 0, and its integer and count
    /// are not to be used.
    void split(std::span<const double> in, const near_parts& to) const noexcept {
        const std::size_t n = in.size();
        std::array<double, most_split> doubles;
        std::array<std::int64_t, most_split> words;
        if (form_.counts) {
            for (std::size_t i = 0; i < n; ++i) to_ratio(in[i], to.integers[i], to.counts[i]);
        } else {
            kernel::decimal exact = base_;
            exact.narrow = 0;  // the integer nearest to v b, either way
            kernel::decimals::to_integers(
                in.data(), n, exact, reinterpret_cast<std::uint64_t*>(to.integers), to.misfits);
        }
        const auto biased = [&](const std::int64_t* from) {
            for (std::size_t i = 0; i < n; ++i)
                words[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(from[i]) +
                                                     kernel::decimal_bias);
            return std::span<const std::int64_t>(words).first(n);
        };
        // What is illegal among them is a misfit below.
        (void)to_doubles(biased(to.integers), doubles.data());
        if (form_.counts) (void)divide(biased(to.counts), doubles.data());
        constexpr std::uint64_t bound = std::uint64_t{1} << 51;
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t moved =
                bit_cast<std::uint64_t>(in[i]) - bit_cast<std::uint64_t>(doubles[i]);
            const bool fits = moved + most_places <= 2 * most_places &&
                              static_cast<std::uint64_t>(to.integers[i]) + bound < 2 * bound;
            to.residuals[i] = fits ? static_cast<std::int64_t>(moved) : 0;
            if (i % 64 == 0) to.misfits[i / 64] = 0;
            to.misfits[i / 64] |= std::uint64_t{!fits} << (i % 64);
        }
    }

private:
    [[nodiscard]] bool print(std::size_t n, double* out) const noexcept {
        if (form_.printed == printing::after_point) return kernel::nears::print(out, n, printed_);
        if (form_.printed == printing::in_all)
            return kernel::nears::print_digits(out, n, form_.digits);
        return true;
    }

    // Finds the ratio i / q of the smallest numbers that is v b, as far as v is known: it is the
    // first good approximation among the convergents of the continued fraction of v b. Where there
    // is none, i is out of range.
    void to_ratio(double v, std::int64_t& integer, std::int64_t& count) const noexcept {
        constexpr double most_integer = 0x1p40;
        constexpr double most_count = 0x1p20;
        integer = INT64_MIN;
        count = 1;
        const double x = rounded_product(v < 0 ? -v : v, base_.power);
        if (!(x < most_integer)) return;
        const double known = uncertainty(x);
        double p0 = 0, q0 = 1, p1 = 1, q1 = 0;
        double rest = x;
        for (;;) {
            const auto whole = static_cast<double>(static_cast<std::int64_t>(rest));
            const double p = rounded_product(whole, p1) + p0;
            const double q = rounded_product(whole, q1) + q0;
            if (!(p <= most_integer && q <= most_count)) return;
            const double off = rounded_product(x, q) - p;
            if ((off < 0 ? -off : off) <= rounded_product(known, q)) {
                integer = static_cast<std::int64_t>(v < 0 ? -p : p);
                count = static_cast<std::int64_t>(q);
                return;
            }
            p0 = p1;
            q0 = q1;
            p1 = p;
            q1 = q;
            rest = 1 / (rest - whole);
            if (!(rest < most_integer)) return;
        }
    }
    // Returns by how much v b may miss the ratio that it was.
    [[nodiscard]] double uncertainty(double x) const noexcept {
        const double places = rounded_product(x, 0x1p-49);
        if (form_.printed == printing::no) return places;
        double unit = base_.power;  // of the last digit, times b
        if (form_.printed == printing::after_point) {
            unit /= printed_.power;
        } else {
            double above = base_.power;  // the least power of ten above v, times b
            unsigned digits = form_.digits;
            for (; above <= x && digits > 0; --digits) above *= 10;
            for (; above / 10 > x && digits < kernel::max_decimal_exponent; ++digits) above /= 10;
            unit /= kernel::decimal_of(digits, false).power;
        }
        return rounded_product(unit, 0.5) + places;
    }

    near_form form_;
    kernel::decimal base_;
    kernel::decimal printed_;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
