// ALP: stores doubles that are decimals as integers and one exponent.
//
//   21.53  21.5  22.07  NaN        exponent 2
//    2153  2150   2207  2207       a column of integers
//                       (3: NaN)   an exception: no such decimal, stored as it is
//
//   a page of n values
//   +--------+------------+------------------+-------------------+--------------+
//   | form   | exceptions | integers         | positions         | values       |
//   |  u8    |  varint e  | nested_integers  | e fields, LSB     | 8 e bytes    |
//   +--------+------------+------------------+-------------------+--------------+
//   form   bits 0-4 exponent k, 0..18; bit 5 narrow; others 0
//
// v = i / 10^k, correctly rounded; if narrow, then rounded to a float. |i| <= 2^51.
//
// (After Afroozeh, Kuffo and Boncz, "ALP: Adaptive Lossless floating-Point Compression", SIGMOD
// 2023. They multiply by 10^f and 10^-e and round twice, so they need large e and f to arrive at
// the double of a parser, which divides. With a division, the integer of any decimal of up to 15
// digits has just those digits.)
#pragma once

#include <chronopack/codec/page/exceptions.hpp>
#include <chronopack/codec/page/nested_integers.hpp>
#include <chronopack/codec/page/value_sample.hpp>
#include <chronopack/kernel/dispatch.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

/// How to write a page, and how many of a sample of it would be exceptions.
struct alp_choice {
    unsigned exponent = 0;
    bool narrow = false;
    std::size_t exceptions = 0;
    std::size_t sampled = 0;
};

class alp_page {
public:
    [[nodiscard]] static result<void> write(std::span<const double> in, preset level,
                                            byte_writer& out) noexcept {
        return write(in, level, out, choose(in));
    }
    [[nodiscard]] static result<void> write(
        std::span<const double> in, preset level, byte_writer& out, const alp_choice& how,
        const std::optional<column_estimate>& known = {}) noexcept {
        std::array<std::int64_t, page_values> integers;
        const auto column = std::span(integers).first(in.size());
        const exception_positions exceptions = to_integers(in, how, column);
        out.u8(static_cast<std::uint8_t>(how.exponent | (how.narrow ? narrow_flag : 0)));
        write_varint(out, exceptions.all().size());
        write_integers(column, level, out, known);
        exceptions.write(in.size(), out);
        for (const std::uint16_t at : exceptions.all()) out.u64(bit_cast<std::uint64_t>(in[at]));
        return {};
    }

    [[nodiscard]] static result<void> read(byte_reader& in, std::span<double> out) noexcept {
        const auto form = read_form(in);
        if (!form) return form.error();
        const auto exceptions = read_varint(in);
        if (!exceptions) return exceptions.error();
        if (*exceptions > out.size()) return errc::corrupt;
        const auto how = kernel::decimal_of(form->exponent, form->narrow);
        const auto read =
            read_integers(in, out.size(), {kernel::decimal_bias, 1},
                          [&](std::size_t from, std::span<const std::int64_t> x) -> result<void> {
                              const bool legal = kernel::decimals::to_doubles(
                                  reinterpret_cast<const std::uint64_t*>(x.data()), x.size(), how,
                                  out.data() + from);
                              if (!legal) return errc::corrupt;
                              return {};
                          });
        if (!read) return read;
        return exception_positions::read_values(in, *exceptions, out);
    }

    /// Reads how a page was written; or truncated or corrupt.
    [[nodiscard]] static result<alp_choice> read_form(byte_reader& in) noexcept {
        const unsigned form = in.u8();
        if (in.failed()) return errc::truncated;
        const unsigned exponent = form & exponent_mask;
        if ((form & ~(exponent_mask | narrow_flag)) != 0 || exponent > kernel::max_decimal_exponent)
            return errc::corrupt;
        return alp_choice{exponent, (form & narrow_flag) != 0, 0, 0};
    }

    /// Writes the integers of a page, and returns where its exceptions are: an integer nearby
    /// stands in for each.
    [[nodiscard]] static exception_positions to_integers(
        std::span<const double> in, const alp_choice& how,
        std::span<std::int64_t> integers) noexcept {
        std::array<std::uint64_t, page_values / 64> misfits;
        kernel::decimals::to_integers(
            in.data(), in.size(), kernel::decimal_of(how.exponent, how.narrow),
            reinterpret_cast<std::uint64_t*>(integers.data()), misfits.data());
        exception_positions exceptions;
        for (std::size_t i = 0; i < in.size(); i += 64) exceptions.add_marked(i, misfits[i / 64]);
        exceptions.cover(integers, 0);
        return exceptions;
    }

    /// Returns the estimate of a page that is written so.
    [[nodiscard]] static column_estimate estimate_of(std::span<const double> in,
                                                     const alp_choice& how) noexcept {
        std::array<std::int64_t, page_values> integers;
        const auto column = std::span(integers).first(in.size());
        const std::size_t exceptions = to_integers(in, how, column).all().size();
        column_estimate estimated = detail::estimate_of(std::span<const std::int64_t>(column));
        estimated.exceptions = estimate::of_bits(exceptions * exception_bits);
        return estimated;
    }

    /// Returns the choice that costs least for a sample of the values.
    [[nodiscard]] static alp_choice choose(const value_sample& sample) noexcept {
        bool floats = true;
        for (const double v : sample.values())
            floats &= bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(v))) ==
                      bit_cast<std::uint64_t>(v);
        const alp_choice plain = cheapest(sample.values(), false);
        if (!floats || plain.exceptions == 0) return plain;
        const alp_choice narrow = cheapest(sample.values(), true);
        return cost(narrow) < cost(plain) ? narrow : plain;
    }
    [[nodiscard]] static alp_choice choose(std::span<const double> in) noexcept {
        return choose(value_sample(in));
    }

    /// The bits that an exception takes in a page of 4,096 values.
    static constexpr std::size_t exception_bits = 76;

private:
    static constexpr unsigned exponent_mask = 0x1f;
    static constexpr unsigned narrow_flag = 0x20;

    // In tenths of a bit a value: a digit is 3.3 bits.
    static std::size_t cost(const alp_choice& c) noexcept {
        return 33 * c.exponent +
               10 * exception_bits * c.exceptions / std::max<std::size_t>(c.sampled, 1);
    }
    static alp_choice cheapest(std::span<const double> sample, bool narrow) noexcept {
        alp_choice best{0, narrow, sample.size(), sample.size()};
        std::uint64_t misfits = ~std::uint64_t{0};
        for (unsigned k = 0; k <= kernel::max_decimal_exponent; ++k) {
            std::array<std::uint64_t, value_sample::most> integers;
            kernel::decimals::to_integers(sample.data(), sample.size(),
                                          kernel::decimal_of(k, narrow), integers.data(), &misfits);
            const auto exceptions = static_cast<std::size_t>(__builtin_popcountll(misfits));
            const alp_choice choice{k, narrow, exceptions, sample.size()};
            if (cost(choice) < cost(best)) best = choice;
            if (cost(best) <= 33 * (k + 1)) break;  // more digits cost more than they save
        }
        return best;
    }
};

}  // namespace detail

/// Codes decimals, whole numbers included.
struct alp : detail::paged<double, detail::alp_page> {
    static constexpr codec_id id = codec_id::alp;
    static constexpr std::string_view name = "alp";

    /// Returns how to write a page of these values, judged by a sample of them.
    [[nodiscard]] static detail::alp_choice choose(std::span<const double> in) noexcept {
        return detail::alp_page::choose(in);
    }
};

static_assert(block_codec<alp>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
