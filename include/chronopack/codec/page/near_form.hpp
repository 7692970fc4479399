// The forms of near_decimal: what became of integers on their way to doubles.
//
//   i        i / b, or i / b q    kept as a float    printed         moved by places
//   139905   1399.05              1399.05004882...   1399.050049
//   3        0.3                                                     0.30000000000000004: +1
//   59605    59605 / 300                                             198.68333333333334: 0
//   364983   364983 / (100 x 41)                     89.020243902
//
//   +--------+-------------------+------------------+
//   | form   | exponent k or     | digits d         |
//   |  u8    | divisor b         |  u8, if printed  |
//   +--------+-------------------+------------------+
//   form   bit 0 float, bit 1 printed, bit 2 residuals, bit 3 divisor, bit 4 counts,
//          bit 5 digits in all; others 0
//
// b is 10^k, k 0..18 in a u8; or 1..2^20, a varint, if bit 3 is set. Counts q are a column of
// their own: of averages, how many readings each is of. Digits are those after the point, 0..18;
// or, if bit 5 is set, those in all, 1..15.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/core/estimate.hpp>
#include <chronopack/kernel/dispatch.hpp>

#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

enum class printing : std::uint8_t {
    no,
    after_point,  ///< with so many digits after the point, as %.6f does
    in_all,       ///< with so many digits in all, as %.6g does
};

struct near_form {
    std::uint64_t divisor = 0;  ///< b, or 0 where b is 10^exponent
    unsigned exponent = 0;
    unsigned digits = 0;
    printing printed = printing::no;
    bool narrow = false;  ///< kept as a float
    bool counts = false;  ///< an average of so many readings

    [[nodiscard]] kernel::decimal base() const noexcept {
        return divisor != 0 ? kernel::quotient_of(divisor, narrow)
                            : kernel::decimal_of(exponent, narrow);
    }
    /// Returns the bits by which b makes an integer longer than its value.
    [[nodiscard]] estimate bits() const noexcept {
        return divisor != 0 ? estimate::one_of(divisor) : estimate::one_of(10) * exponent;
    }

    void write(bool residuals, byte_writer& out) const noexcept {
        unsigned flags = narrow ? narrow_flag : 0;
        if (printed != printing::no) flags |= printed_flag;
        if (printed == printing::in_all) flags |= in_all_flag;
        if (residuals) flags |= residuals_flag;
        if (divisor != 0) flags |= divisor_flag;
        if (counts) flags |= counts_flag;
        out.u8(static_cast<std::uint8_t>(flags));
        if (divisor != 0)
            write_varint(out, divisor);
        else
            out.u8(static_cast<std::uint8_t>(exponent));
        if (printed != printing::no) out.u8(static_cast<std::uint8_t>(digits));
    }

    /// Reads a form, and whether there are residuals; or truncated or corrupt.
    [[nodiscard]] static result<void> read(byte_reader& in, near_form& form,
                                           bool& residuals) noexcept {
        const unsigned flags = in.u8();
        if (in.failed()) return errc::truncated;
        if (flags >= all_flags) return errc::corrupt;
        form = {};
        form.narrow = (flags & narrow_flag) != 0;
        form.counts = (flags & counts_flag) != 0;
        if ((flags & printed_flag) != 0)
            form.printed = (flags & in_all_flag) != 0 ? printing::in_all : printing::after_point;
        residuals = (flags & residuals_flag) != 0;
        if ((flags & divisor_flag) != 0) {
            const auto divisor = read_varint(in);
            if (!divisor) return divisor.error();
            if (*divisor == 0 || *divisor > kernel::max_divisor) return errc::corrupt;
            form.divisor = *divisor;
        } else {
            form.exponent = in.u8();
        }
        if (form.printed != printing::no) form.digits = in.u8();
        if (in.failed()) return errc::truncated;
        if (form.printed == printing::no && (flags & in_all_flag) != 0) return errc::corrupt;
        if (form.narrow && form.counts) return errc::corrupt;
        if (form.exponent > (form.counts ? max_counted_exponent : kernel::max_decimal_exponent))
            return errc::corrupt;
        if (form.printed == printing::in_all
                ? form.digits == 0 || form.digits > kernel::max_significant_digits
                : form.digits > kernel::max_decimal_exponent)
            return errc::corrupt;
        return {};
    }

    /// 10^k is then below max_divisor, and its product with any count is exact.
    static constexpr unsigned max_counted_exponent = 6;

private:
    static constexpr unsigned narrow_flag = 1;
    static constexpr unsigned printed_flag = 2;
    static constexpr unsigned residuals_flag = 4;
    static constexpr unsigned divisor_flag = 8;
    static constexpr unsigned counts_flag = 16;
    static constexpr unsigned in_all_flag = 32;
    static constexpr unsigned all_flags = 64;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
