// Fields of any widths, least significant bit first, one after the other: how a
// header keeps numbers whose bounds the numbers before them tell.
//
//   widths 3, 5, 4, fields 1 2 7:   byte 0 = 00010'001   byte 1 = ....0111
//
// Bit k of the string is bit k mod 8 of byte k div 8. Fields of one width, and
// many of them, are bits/lsb.hpp's.
#pragma once

#include <chronopack/bits/lsb.hpp>
#include <chronopack/core/cursor.hpp>

namespace chronopack::inline CHRONOPACK_ABI {

/// Puts fields behind what `out` has, which it may not be written to meanwhile.
class lsb_writer {
public:
    explicit lsb_writer(byte_writer& out) noexcept : out_(out) {}

    /// `value` < 2^width, 0 <= width <= 64.
    void put(std::uint64_t value, unsigned width) noexcept {
        while (width > 0) {
            const unsigned n = std::min(8 - held_bits_, width);
            held_ |= (value & low_mask(n)) << held_bits_;
            held_bits_ += n;
            value >>= n;
            width -= n;
            if (held_bits_ == 8) finish();
        }
    }

    /// Writes the last byte, its other bits zero; call once, after the last field.
    void finish() noexcept {
        if (held_bits_ > 0) out_.u8(static_cast<std::uint8_t>(held_));
        held_ = 0;
        held_bits_ = 0;
    }

private:
    byte_writer& out_;
    std::uint64_t held_ = 0;
    unsigned held_bits_ = 0;  // 0..7
};

/// Takes fields from `in`, whose place is then behind their last byte. Past the
/// end of `in` they are zero, and it has failed.
class lsb_reader {
public:
    explicit lsb_reader(byte_reader& in) noexcept : in_(in) {}

    /// 0 <= width <= 64.
    [[nodiscard]] std::uint64_t take(unsigned width) noexcept {
        std::uint64_t value = 0;
        for (unsigned have = 0; have < width;) {
            if (held_bits_ == 0) {
                held_ = in_.u8();
                held_bits_ = 8;
            }
            const unsigned n = std::min(held_bits_, width - have);
            value |= (held_ & low_mask(n)) << have;
            held_ >>= n;
            held_bits_ -= n;
            have += n;
        }
        return value;
    }

    /// The bits of the last byte that no field took.
    [[nodiscard]] std::uint64_t left_over() const noexcept { return held_; }

private:
    byte_reader& in_;
    std::uint64_t held_ = 0;
    unsigned held_bits_ = 0;  // 0..8
};

}  // namespace chronopack
