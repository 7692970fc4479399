// Headers of version 1, which can be read and are no longer written. Their blocks have 1,024
// samples.
//
//   0  magic "CPKF"            8  time unit     u8  0 s 1 ms 2 us 3 ns
//   4  version        u8  1    9  divisor       u8  exponent, 0..18
//   5  flags          u8      10  second stage  u8  0 none 1 zstd 2 snappy
//   6  header bytes   u16     11  varints:
//     count, body bytes, [body bytes before the second stage],
//     first timestamp, last, [min, max: unless ordered],
//     statistics: min max sum first last increase (8 bytes each), resets, NaNs,
//     for each block: [first timestamp less the block before's], bytes of the
//                     timestamps column, bytes of the values column,
//     CRC-32C of each block (of the whole body under a second stage), u32 each,
//     CRC-32C of the header so far, u32
#pragma once

#include <chronopack/frame/header.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail::v1 {

inline constexpr std::size_t fixed_bytes = 11;
inline constexpr std::size_t max_block_bytes = 32768;

inline constexpr std::uint8_t integer_flag = 0x01;
inline constexpr std::uint8_t ordered_flag = 0x02;
inline constexpr std::uint8_t inexact_flag = 0x04;
inline constexpr std::uint8_t known_flags = integer_flag | ordered_flag | inexact_flag;

/// Reads the bytes of a header from its length field, where `in` stands after the version.
/// Returns truncated or corrupt.
[[nodiscard]] inline result<std::size_t> header_size(byte_reader& in) noexcept {
    in.skip(1);  // flags
    const std::size_t size = in.u16();
    if (in.failed()) return errc::truncated;
    if (size < fixed_bytes + crc_bytes) return errc::corrupt;
    return size;
}

/// Reads the varints between the fixed fields and the statistics.
[[nodiscard]] inline result<void> read_extent(byte_reader& in, header& h) noexcept {
    frame::info& info = h.info;
    const auto next_q = [&] {
        return static_cast<std::uint64_t>(take_signed_varint(in));
    };
    info.samples = take_varint(in);
    h.body_bytes = take_varint(in);
    h.raw_body_bytes = info.second_stage == stage::none ? h.body_bytes : take_varint(in);
    info.first_timestamp = take_signed_varint(in);
    info.last_timestamp = h.timestamp(next_q());
    info.min_timestamp = info.ordered ? info.first_timestamp : h.timestamp(next_q());
    info.max_timestamp = info.ordered ? info.last_timestamp : h.timestamp(next_q());
    if (info.samples == 0 || info.samples > max_samples) return errc::corrupt;
    if (h.raw_body_bytes > max_block_bytes * info.blocks()) return errc::corrupt;
    return {};
}

template <class V>
[[nodiscard]] statistics<V> read_statistics(byte_reader& in, bool exact) noexcept {
    statistics<V> s;
    for (V* v : {&s.min, &s.max, &s.sum, &s.first, &s.last, &s.increase})
        *v = bit_cast<V>(in.u64());
    s.resets = take_varint(in);
    s.nans = take_varint(in);
    s.exact = exact;
    return s;
}

/// Reads the fields of a header, whose bytes without the CRC are `in`, up to its index into
/// `h`, a new header. `in` is then at the index. After an error `h` is unspecified.
[[nodiscard]] inline result<void> read(byte_reader& in, header& h) noexcept {
    in.skip(5);  // magic and version
    const std::uint8_t flags = in.u8();
    in.skip(2);  // header bytes
    const std::uint8_t unit = in.u8();
    const std::uint8_t divisor = in.u8();
    const std::uint8_t second = in.u8();
    if ((flags & ~known_flags) != 0 || unit > 3 || divisor > max_divisor || second > 2)
        return errc::corrupt;
    h.info.version = 1;
    h.info.unit = static_cast<time_unit>(unit);
    h.info.divisor = divisor;
    h.info.second_stage = static_cast<stage>(second);
    h.info.ordered = (flags & ordered_flag) != 0;
    if (const auto ok = read_extent(in, h); !ok) return ok;
    const bool exact = (flags & inexact_flag) == 0;
    if ((flags & integer_flag) != 0)
        h.info.values = read_statistics<std::int64_t>(in, exact);
    else
        h.info.values = read_statistics<double>(in, exact);
    return {};
}

}  // namespace frame::detail::v1
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
