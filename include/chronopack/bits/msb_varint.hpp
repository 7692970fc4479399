// LEB128 integers (bits/varint.hpp) in a bit stream, where their bytes may start at any bit.
#pragma once

#include <chronopack/bits/msb.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/core/bit.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

inline void write_varint(msb_writer& out, std::uint64_t value) noexcept {
    for (; value >= 0x80; value >>= 7) out.write((value & 0x7f) | 0x80, 8);
    out.write(value, 8);
}

/// Reads a value; or truncated or corrupt, with the reader at an unspecified place.
[[nodiscard]] inline result<std::uint64_t> read_varint(msb_reader& in) noexcept {
    // All bytes but the last have the top bit set. Most varints end within the window; others,
    // and overlong ones, are read byte by byte.
    const std::uint64_t window = in.window();
    const std::uint64_t last = ~window & 0x8080'8080'8080'8080;
    const unsigned bits = last == 0 ? 0 : countl_zero(last) + 8;
    if (bits != 0 && (window >> (64 - bits) & 0xff) != 0) {
        std::uint64_t value = 0;
        for (unsigned byte = bits; byte != 0; byte -= 8)
            value = value << 7 | (window >> (64 - byte) & 0x7f);
        in.skip(bits);
        return value;
    }
    return read_varint_from([&]() -> std::optional<std::uint8_t> {
        const auto byte = static_cast<std::uint8_t>(in.read(8));
        if (in.overrun()) return std::nullopt;
        return byte;
    });
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
