// Fields of one width, least significant bit first, one after the other: field i of width w
// has the bits [i*w, (i+1)*w) of the little-endian string.
//
//   w = 3, fields 1 2 7:   byte 0 = 11'010'001   byte 1 = .......1
//
// They serve where a block is too short for lanes, and for exceptions.
#pragma once

#include <chronopack/core/bytes.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Returns the bytes of `count` <= 2^32 fields of `width` <= 64 bits.
[[nodiscard]] constexpr std::size_t field_bytes(std::size_t count, unsigned width) noexcept {
    return (count * width + 7) / 8;
}

/// Returns a mask of the low `width` bits, 0 to 64.
[[nodiscard]] constexpr std::uint64_t low_mask(unsigned width) noexcept {
    return width == 0 ? 0 : ~std::uint64_t{0} >> (64 - width);
}

/// Returns the bits from `bit` on, lowest first: 57 or more that count, of the 8 bytes from
/// that bit's on; if Wide, all 64 count, and 9 bytes are read.
template <bool Wide>
[[nodiscard, gnu::always_inline]] inline std::uint64_t load_bits(const std::byte* from,
                                                                 std::size_t bit) noexcept {
    const std::byte* const at = from + bit / 8;
    const std::uint64_t low = load_le<std::uint64_t>(at) >> bit % 8;
    if constexpr (!Wide) return low;
    return low | std::to_integer<std::uint64_t>(at[8]) << 1 << (63 - bit % 8);
}

/// Returns field `index`, which `in` must hold: field_bytes(index + 1, width) <= in.size().
[[nodiscard]] inline std::uint64_t load_field(cbytes in, std::size_t index,
                                              unsigned width) noexcept {
    const std::size_t bit = index * width;
    const std::size_t byte = bit >> 3;
    std::byte tail[9] = {};
    const std::byte* at = tail;
    if (byte + sizeof tail <= in.size()) [[likely]]
        at = in.data() + byte;
    else if (byte < in.size())
        std::memcpy(tail, in.data() + byte, in.size() - byte);
    return load_bits<true>(at, bit & 7) & low_mask(width);
}

namespace detail {

/// Reads fields from bit `bit` on, `PerLoad` from each word: PerLoad * width <= 57. The last
/// word begins at the byte where the last field begins.
template <std::size_t PerLoad>
inline void load_fields_by(const std::byte* from, std::size_t bit, unsigned width,
                           std::span<std::uint64_t> out) noexcept {
    const std::uint64_t mask = low_mask(width);
    std::uint64_t* to = out.data();
    std::size_t left = out.size();
    for (; left >= PerLoad; left -= PerLoad, to += PerLoad, bit += PerLoad * width) {
        const std::uint64_t word = load_bits<false>(from, bit);
        for (std::size_t k = 0; k < PerLoad; ++k) to[k] = word >> k * width & mask;
    }
    for (; left > 0; --left, ++to, bit += width) *to = load_bits<false>(from, bit) & mask;
}

}  // namespace detail

/// Reads fields 0 to out.size() - 1. `in` has their bytes, or more: with 8 more it is faster.
inline void load_fields(cbytes in, unsigned width, std::span<std::uint64_t> out) noexcept {
    if (width > 57) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = load_field(in, i, width);
        return;
    }
    const auto load = [width](const std::byte* from, std::size_t bit, std::span<std::uint64_t> to) {
        if (width <= 14) return detail::load_fields_by<4>(from, bit, width, to);
        if (width <= 28) return detail::load_fields_by<2>(from, bit, width, to);
        return detail::load_fields_by<1>(from, bit, width, to);
    };
    if ((out.size() * width >> 3) + 8 <= in.size()) return load(in.data(), 0, out);
    // Directly, as far as whole words lie within the input; the last fields from a copy that
    // is filled up with zeros.
    const std::size_t words = in.size() < 8 ? 0 : (in.size() - 8) * 8 + 8;
    const std::size_t whole = width == 0 ? 0 : std::min(out.size(), (words + width - 1) / width);
    load(in.data(), 0, out.first(whole));
    std::byte tail[24] = {};
    const std::size_t byte = whole * width >> 3;
    if (byte < in.size())
        std::memcpy(tail, in.data() + byte, std::min(in.size() - byte, sizeof tail - 8));
    load(tail, whole * width & 7, out.subspan(whole));
}

/// Writes fields in order. The output must have field_bytes(count, width).
class field_writer {
public:
    field_writer(bytes out, unsigned width) noexcept : out_(out), width_(width) {}

    /// Writes a field, `value` < 2^width.
    void write(std::uint64_t value) noexcept {
        held_ |= value << pending_;
        const unsigned total = pending_ + width_;
        if (total < 64) {
            pending_ = total;
            return;
        }
        store_le(out_.data() + at_, held_);
        at_ += 8;
        held_ = pending_ == 0 ? 0 : value >> (64 - pending_);
        pending_ = total - 64;
    }

    /// Writes the last partial word. Call it once, after the last field.
    void finish() noexcept {
        for (; pending_ > 0; pending_ = pending_ > 8 ? pending_ - 8 : 0, held_ >>= 8)
            out_[at_++] = static_cast<std::byte>(held_);
    }

private:
    bytes out_;
    unsigned width_;
    std::size_t at_ = 0;
    std::uint64_t held_ = 0;
    unsigned pending_ = 0;  // 0..63
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
