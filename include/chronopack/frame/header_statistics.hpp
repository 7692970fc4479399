// Statistics as a frame's header keeps them since version 2: relative to min, in
// as many bits as what stands before them allows. Here those of int64; those of
// doubles are in frame/header_statistics_double.hpp.
//
//   min 1998   max 2225   first 2000   last 2150   sum of 1,024 values 2,150,413
//      1998      +227         +2         +152      1024 * 1998 + 104461
//      varint   varint      8 bits      8 bits     19 bits
//
//   +---------+-----------------------------+---------------------------------------+
//   | form u8 | min, max - min: two varints | bits: resets, first, last, sum,       |
//   +---------+-----------------------------+       increase, zeros to a byte       |
//                                           +---------------------------------------+
//
// An increase is last - first and the values before resets. Each of these is min
// at least, so their sum, like that of all values, is told from there.
#pragma once

#include <chronopack/bits/lsb_stream.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/frame/statistics.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

/// Of the form byte: NaNs are counted, or of int64, sums are inexact.
inline constexpr unsigned noted = 0x40;

/// Bytes of statistics in a header at most.
inline constexpr std::size_t max_statistics_bytes =
    1 + 2 * max_varint_bytes + field_bytes(4 * (64 + 1) + 2 * 21 + 2 * 3, 1);

/// Bits of a product; 64 where it has more.
[[nodiscard]] constexpr unsigned product_bits(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? 64 : bit_width(product);
}

/// What statistics are told from; integers modulo 2^64.
struct reference {
    std::uint64_t min = 0;
    std::uint64_t range = 0;    ///< max less min
    std::uint64_t numbers = 0;  ///< values but NaN
    std::uint64_t resets = 0;

    [[nodiscard]] unsigned point_bits() const noexcept { return bit_width(range); }
    [[nodiscard]] unsigned sum_bits() const noexcept { return product_bits(numbers, range); }
    [[nodiscard]] unsigned increase_bits() const noexcept { return product_bits(resets, range); }
    [[nodiscard]] std::uint64_t sum_origin() const noexcept { return numbers * min; }
    /// Of first and last less min.
    [[nodiscard]] std::uint64_t increase_origin(std::uint64_t first,
                                                std::uint64_t last) const noexcept {
        return last - first + resets * min;
    }
};

/// Writes and reads them: `samples` are the frame's.
template <class V>
class statistics_code;

template <>
class statistics_code<std::int64_t> {
public:
    static void write(byte_writer& out, const statistics<std::int64_t>& s,
                      std::size_t samples) noexcept {
        const auto min = static_cast<std::uint64_t>(s.min);
        const auto first = static_cast<std::uint64_t>(s.first) - min;
        const auto last = static_cast<std::uint64_t>(s.last) - min;
        const reference r{min, static_cast<std::uint64_t>(s.max) - min, samples, s.resets};
        out.u8(s.exact ? 0 : noted);
        write_signed_varint(out, s.min);
        write_varint(out, r.range);
        lsb_writer bits(out.rest());
        bits.write(s.resets, bit_width(samples - 1));
        bits.write(first, r.point_bits());
        bits.write(last, r.point_bits());
        bits.write(static_cast<std::uint64_t>(s.sum) - r.sum_origin(), r.sum_bits());
        bits.write(static_cast<std::uint64_t>(s.increase) - r.increase_origin(first, last),
                   r.increase_bits());
        (void)out.reserve(bits.size_bytes());
    }

    /// Or corrupt, with the reader at an unspecified place.
    [[nodiscard]] static result<statistics<std::int64_t>> read(byte_reader& in,
                                                               std::size_t samples) noexcept {
        const unsigned form = in.u8();
        if ((form & ~noted) != 0) return errc::corrupt;
        statistics<std::int64_t> s;
        s.exact = form == 0;
        s.min = take_signed_varint(in);
        reference r{static_cast<std::uint64_t>(s.min), take_varint(in), samples, 0};
        if (r.range > std::uint64_t{INT64_MAX} - r.min) return errc::corrupt;
        lsb_reader bits(in.rest());
        s.resets = r.resets = bits.read(bit_width(samples - 1));
        const std::uint64_t first = bits.read(r.point_bits());
        const std::uint64_t last = bits.read(r.point_bits());
        if (s.resets >= samples || first > r.range || last > r.range) return errc::corrupt;
        s.max = static_cast<std::int64_t>(r.min + r.range);
        s.first = static_cast<std::int64_t>(r.min + first);
        s.last = static_cast<std::int64_t>(r.min + last);
        s.sum = static_cast<std::int64_t>(r.sum_origin() + bits.read(r.sum_bits()));
        s.increase = static_cast<std::int64_t>(r.increase_origin(first, last) +
                                               bits.read(r.increase_bits()));
        in.skip(bits.size_bytes());
        if (in.failed() || bits.left_over() != 0) return errc::corrupt;
        return s;
    }
};

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
