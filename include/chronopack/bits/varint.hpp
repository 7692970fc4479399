// LEB128 variable-length integers: seven bits a byte, low bits first. The top bit is set in all
// bytes but the last.
//
//   300  ->  1'0101100 0'0000010
//
// A 64-bit value takes 1 to 10 bytes, and has one encoding. A longer one, whose last byte is
// zero, is corrupt, and so is one of more than 64 bits; one without a last byte is truncated.
#pragma once

#include <chronopack/bits/zigzag.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/cursor.hpp>
#include <chronopack/core/result.hpp>

#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

inline constexpr std::size_t max_varint_bytes = 10;

/// Returns the bytes that write_varint() writes.
[[nodiscard]] constexpr std::size_t varint_bytes(std::uint64_t value) noexcept {
    return (static_cast<std::size_t>(bit_width(value | 1)) + 6) / 7;
}

/// Writes a value; or fails the writer, where there is no space, and writes nothing of it.
inline void write_varint(byte_writer& out, std::uint64_t value) noexcept {
    const bytes room = out.reserve(varint_bytes(value));
    for (std::size_t i = 0; i < room.size(); ++i, value >>= 7)
        room[i] = static_cast<std::byte>(value | (i + 1 < room.size() ? 0x80 : 0));
}

inline void write_signed_varint(byte_writer& out, std::int64_t value) noexcept {
    write_varint(out, zigzag(value));
}

/// Reads a value from bytes that `next` returns, one a call, and nothing past the end.
template <class Next>
[[nodiscard]] result<std::uint64_t> read_varint_from(Next next) noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::optional<std::uint8_t> byte = next();
        if (!byte) return errc::truncated;
        if (shift == 63 && *byte > 1) return errc::corrupt;
        value |= std::uint64_t{*byte & 0x7fu} << shift;
        if (*byte < 0x80) {
            if (*byte == 0 && shift != 0) return errc::corrupt;
            return value;
        }
    }
    return errc::corrupt;
}

/// Reads a value; or truncated or corrupt, with the reader at an unspecified place.
[[nodiscard]] inline result<std::uint64_t> read_varint(byte_reader& in) noexcept {
    const cbytes rest = in.rest();
    if (rest.size() >= 8) {
        // All bytes but the last have the top bit set. Where the last is among these eight, and
        // is no zero after others, the groups of seven bits are moved together.
        std::uint64_t word = load_le<std::uint64_t>(rest.data());
        const std::uint64_t last = ~word & 0x8080'8080'8080'8080;
        const unsigned bits = last == 0 ? 0 : countr_zero(last) + 1;
        if (bits == 8 || (bits != 0 && (word >> (bits - 8) & 0xff) != 0)) {
            in.skip(bits / 8);
            word &= (~std::uint64_t{0} >> (64 - bits)) & 0x7f7f'7f7f'7f7f'7f7f;
            word = (word & 0x007f'007f'007f'007f) | (word & 0x7f00'7f00'7f00'7f00) >> 1;
            word = (word & 0x0000'3fff'0000'3fff) | (word & 0x3fff'0000'3fff'0000) >> 2;
            return (word & 0x0000'0000'0fff'ffff) | (word & 0x0fff'ffff'0000'0000) >> 4;
        }
    }
    return read_varint_from([&]() -> std::optional<std::uint8_t> {
        const std::uint8_t byte = in.u8();
        if (in.failed()) return std::nullopt;
        return byte;
    });
}

[[nodiscard]] inline result<std::int64_t> read_signed_varint(byte_reader& in) noexcept {
    const auto value = read_varint(in);
    if (!value) return value.error();
    return unzigzag(*value);
}

/// Reads a value, or fails the reader and returns zero: for headers, which are read field by
/// field and checked once.
[[nodiscard]] inline std::uint64_t take_varint(byte_reader& in) noexcept {
    const auto value = read_varint(in);
    if (value) return *value;
    in.fail();
    return 0;
}

[[nodiscard]] inline std::int64_t take_signed_varint(byte_reader& in) noexcept {
    return unzigzag(take_varint(in));
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
