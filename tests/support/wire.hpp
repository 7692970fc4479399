// Bytes written by hand, for input that no encoder would write.
//
//   wire().u8(0).u16(1024).varint(300).bytes
//   lsb_bits().field(5, 3).gamma(2).bytes
//   msb_bits("10 0000011")     ->   0b1000'0001, 0b1000'0000
#pragma once

#include <chronopack/bits/zigzag.hpp>
#include <chronopack/core/bytes.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::test {

struct wire {
    std::vector<std::byte> bytes;

    wire& u8(std::uint64_t value) {
        bytes.push_back(static_cast<std::byte>(value));
        return *this;
    }
    wire& u16(std::uint64_t value) { return u8(value & 0xff).u8(value >> 8); }
    wire& u16_big(std::uint64_t value) { return u8(value >> 8).u8(value & 0xff); }
    wire& varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) u8((value & 0x7f) | 0x80);
        return u8(value);
    }
    wire& signed_varint(std::int64_t value) { return varint(zigzag(value)); }
    wire& fill(std::size_t n, std::uint64_t value) {
        bytes.resize(bytes.size() + n, static_cast<std::byte>(value));
        return *this;
    }
    wire& put(const std::vector<std::byte>& more) {
        // One by one: gcc 12 takes insert() of a range for an overflow.
        for (const std::byte b : more) bytes.push_back(b);
        return *this;
    }
};

/// Fields of any widths, the low bits first; numbers in Elias's codes.
struct lsb_bits {
    std::vector<std::byte> bytes;
    std::size_t count = 0;

    lsb_bits& field(std::uint64_t value, unsigned width) {
        for (unsigned i = 0; i < width; ++i, ++count) {
            if (count % 8 == 0) bytes.push_back(std::byte{0});
            if ((value >> i & 1) != 0) bytes.back() |= std::byte{1} << (count % 8);
        }
        return *this;
    }
    lsb_bits& gamma(std::uint64_t value) {
        unsigned below = 0;
        while (value >> below > 1) ++below;
        return field(0, below).field(1, 1).field(value, below);
    }
    lsb_bits& delta(std::uint64_t value) {
        unsigned below = 0;
        while (value >> below > 1) ++below;
        return gamma(below + 1).field(value, below);
    }
};

/// Bytes of the zeros and ones of `text`, most significant first, zero bits to
/// the end of the last byte. Other characters only help the eye.
inline std::vector<std::byte> msb_bits(std::string_view text) {
    std::vector<std::byte> out;
    std::size_t bit = 0;
    for (const char c : text) {
        if (c != '0' && c != '1') continue;
        if (bit % 8 == 0) out.push_back(std::byte{0});
        if (c == '1') out.back() |= std::byte{0x80} >> (bit % 8);
        ++bit;
    }
    return out;
}

/// The low `width` bits of `value` as text, the highest first.
inline std::string binary(std::uint64_t value, unsigned width) {
    std::string out;
    for (unsigned i = width; i-- > 0;) out += (value >> i & 1) != 0 ? '1' : '0';
    return out;
}

}  // namespace chronopack::test
