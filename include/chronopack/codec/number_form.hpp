// What kind of numbers a column of doubles turned out to hold, read from its first bytes: for
// people who want to know why it takes as many bits as it does.
//
//   alp, exponent 2                        hundredths
//   near_decimal, 10^2, float, 6 digits    hundredths, kept as float32, printed with 6 digits
//   dictionary of those                    the same
//   ordered                                no decimals
#pragma once

#include <chronopack/codec/near_decimal.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// How values were made of integers: the integer / (readings * 10^decimals), and what became of
/// that.
struct number_form {
    bool decimal = false;        ///< there are such integers; if not, only float32 is known
    unsigned decimals = 0;       ///< digits after the point of what was read: 2 for hundredths
    std::uint64_t readings = 1;  ///< averaged in each value
    bool counted = false;        ///< in each value another number of readings
    bool float32 = false;        ///< rounded to a float
    unsigned after_point = 0;    ///< then printed with so many digits after the point, or
    unsigned in_all = 0;         ///< with so many digits in all; 0 if not
    bool moved = false;          ///< some are a few places of a double away
};

/// Returns the form of the first page of a column as frames store it: the id of a codec for
/// doubles and its bytes. Returns truncated or corrupt. The rest of the column is not looked at.
[[nodiscard]] inline result<number_form> number_form_of(cbytes column) noexcept {
    byte_reader in(column);
    // A dictionary or runs hold a count, and then a column of one of the other kinds.
    for (bool nested = false;; nested = true) {
        const auto id = static_cast<codec_id>(in.u8());
        if (in.failed()) return errc::truncated;
        const bool pages = id == codec_id::alp || id == codec_id::near_decimal ||
                           id == codec_id::ordered || id == codec_id::dictionary ||
                           id == codec_id::run_length;
        if (!pages) return number_form{};
        const auto page = read_varint(in);
        if (!page) return page.error();
        if (*page == 0) return number_form{};  // the values as they are
        number_form made;
        detail::near_form form;
        switch (id) {
            case codec_id::dictionary:
            case codec_id::run_length:
                if (nested) return errc::corrupt;
                if (const auto count = read_varint(in); !count) return count.error();
                continue;
            case codec_id::ordered:
                made.float32 = in.u8() == 1;
                if (in.failed()) return errc::truncated;
                return made;
            case codec_id::alp: {
                const auto how = detail::alp_page::read_form(in);
                if (!how) return how.error();
                form.exponent = how->exponent;
                form.narrow = how->narrow;
                break;
            }
            default:
                if (const auto ok = detail::near_form::read(in, form, made.moved); !ok)
                    return ok.error();
        }
        made.decimal = true;
        made.decimals = form.exponent;
        if (form.divisor != 0) {
            made.readings = form.divisor;
            for (; made.readings % 10 == 0; made.readings /= 10) ++made.decimals;
        }
        made.counted = form.counts;
        made.float32 = form.narrow;
        if (form.printed == detail::printing::after_point) made.after_point = form.digits;
        if (form.printed == detail::printing::in_all) made.in_all = form.digits;
        return made;
    }
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
