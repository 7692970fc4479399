// Statistics as headers of version 2 store them: as differences from min, each in just the
// bits that the fields already read leave possible. Those of int64 are here, those of doubles
// in frame/header_statistics_double.hpp.
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
// The increase is last - first plus the value before each reset. Each of these values is at
// least min, so their sum is stored less resets * min, as the sum of all values is stored
// less numbers * min.
#pragma once

#include <chronopack/bits/lsb_stream.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/frame/statistics.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

/// A bit of the form byte: there are NaNs (doubles), or the sums are inexact (int64).
inline constexpr unsigned noted = 0x40;

/// An upper bound of the bytes of statistics in a header.
inline constexpr std::size_t max_statistics_bytes =
    1 + 2 * max_varint_bytes + field_bytes(4 * (64 + 1) + 2 * 21 + 2 * 3, 1);

/// Returns the bits of a * b, or 64 where the product has more.
[[nodiscard]] constexpr unsigned product_bits(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? 64 : bit_width(product);
}

/// The fields that the others are stored relative to; integers modulo 2^64.
struct reference {
    std::uint64_t min = 0;
    std::uint64_t range = 0;    ///< max - min
    std::uint64_t numbers = 0;  ///< values that are not NaN
    std::uint64_t resets = 0;

    [[nodiscard]] unsigned point_bits() const noexcept { return bit_width(range); }
    [[nodiscard]] unsigned sum_bits() const noexcept { return product_bits(numbers, range); }
    [[nodiscard]] unsigned increase_bits() const noexcept { return product_bits(resets, range); }
    [[nodiscard]] std::uint64_t sum_origin() const noexcept { return numbers * min; }
    /// Returns the origin of the increase, where `first` and `last` are less min.
    [[nodiscard]] std::uint64_t increase_origin(std::uint64_t first,
                                                std::uint64_t last) const noexcept {
        return last - first + resets * min;
    }
};

/// Writes and reads the statistics of a frame of `samples` samples.
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

    /// Returns the statistics, or corrupt with the reader at an unspecified place.
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
