// Bit streams, least significant bit first: fields of any widths, one after the
// other, each with its low bits first.
//
//   widths 3, 5, 4, fields 1 2 7:   byte 0 = 00010'001   byte 1 = ....0111
//
// Fields of one width, and many of them, are bits/lsb.hpp's. Numbers of unknown size are in Elias's
// codes: gamma, where a number of w bits has w - 1 zeros before it, or delta, where it has the
// gamma code of w, which is shorter from 32 on.
//
//   gamma   1 -> 1      2, 3 -> 01 + 1 bit      4 to 7 -> 001 + 2 bits
//   delta   1 -> 1      2, 3 -> 010 + 1 bit     4 to 7 -> 011 + 2 bits
//
// As with bits/msb.hpp the reader keeps no buffer: it looks at 64 bits from any
// bit on, zeros standing past the end, and a caller asks overrun() whether that
// was all there.
#pragma once

#include <chronopack/bits/lsb.hpp>
#include <chronopack/core/bit.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Bits of the codes of `value` >= 1.
[[nodiscard]] constexpr unsigned gamma_bits(std::uint64_t value) noexcept {
    return 2 * bit_width(value) - 1;
}
[[nodiscard]] constexpr unsigned delta_bits(std::uint64_t value) noexcept {
    return gamma_bits(bit_width(value)) + bit_width(value) - 1;
}

class lsb_writer {
public:
    explicit constexpr lsb_writer(bytes out) noexcept : out_(out) {}

    /// Appends `value` < 2^width, 0 <= width <= 64. A full output drops the bits
    /// and sets failed(). Bytes behind the stream, up to 8, are overwritten.
    [[gnu::always_inline]] void write(std::uint64_t value, unsigned width) noexcept {
        // Stored every time, whole bytes full or not: that takes no unforeseen branch.
        held_ |= value << pending_;
        store();
        const unsigned total = pending_ + width;
        at_ += total >> 3;
        if (total < 64) {
            held_ >>= total & 56;
        } else {
            held_ = pending_ == 0 ? 0 : value >> (64 - pending_);
            if (total > 64) store();
        }
        pending_ = total & 7;
    }

    /// The code of `value` >= 1.
    void write_gamma(std::uint64_t value) noexcept {
        const unsigned below = bit_width(value) - 1;
        write(std::uint64_t{1} << below, below + 1);
        write(value & low_mask(below), below);
    }

    void write_delta(std::uint64_t value) noexcept {
        const unsigned below = bit_width(value) - 1;
        write_gamma(below + 1);
        write(value & low_mask(below), below);
    }

    /// Bytes of the stream so far, a partial last byte included.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return at_ + (pending_ != 0); }

    /// Whether there was no room; what is in the output is then of no use.
    [[nodiscard]] bool failed() const noexcept { return size_bytes() > out_.size(); }

private:
    [[gnu::always_inline]] void store() noexcept {
        if (at_ + 8 <= out_.size()) [[likely]]
            store_le(out_.data() + at_, held_);
        else
            for (std::size_t i = at_; i < out_.size(); ++i)
                out_[i] = static_cast<std::byte>(held_ >> (8 * (i - at_)));
    }

    bytes out_;
    std::size_t at_ = 0;
    std::uint64_t held_ = 0;  // the bits of the byte at at_, and above only in write()
    unsigned pending_ = 0;    // how many, 0..7
};

class lsb_reader {
public:
    explicit constexpr lsb_reader(cbytes in) noexcept : in_(in) {}

    /// The next 64 bits, the first of them lowest; zeros past the end.
    [[nodiscard]] std::uint64_t window() const noexcept {
        const std::size_t byte = bit_ >> 3;
        std::byte tail[9] = {};
        const std::byte* at = tail;
        if (byte + sizeof tail <= in_.size()) [[likely]]
            at = in_.data() + byte;
        else if (byte < in_.size())
            std::memcpy(tail, in_.data() + byte, in_.size() - byte);
        return load_bits<true>(at, bit_ & 7);
    }

    /// The next `width` bits, 0 <= width <= 64, and moves on.
    [[nodiscard]] std::uint64_t read(unsigned width) noexcept {
        const std::uint64_t value = window() & low_mask(width);
        bit_ += width;
        return value;
    }

    /// The number in code, or 0 where there is none: 64 zeros or the end, or a number of more
    /// than 64 bits. Moves on past what was read.
    [[nodiscard]] std::uint64_t read_gamma() noexcept {
        const std::uint64_t bits = window();
        const unsigned below = countr_zero(bits);
        bit_ += below < 64 ? below + 1 : below;
        if (below < 32) {  // the rest is in the same window
            bit_ += below;
            return std::uint64_t{1} << below | (bits >> 1 >> below & low_mask(below));
        }
        if (below == 64) return 0;
        return std::uint64_t{1} << below | read(below);
    }

    [[nodiscard]] std::uint64_t read_delta() noexcept {
        const std::uint64_t bits = read_gamma();
        if (bits == 0 || bits > 64) return 0;
        return std::uint64_t{1} << (bits - 1) | read(static_cast<unsigned>(bits) - 1);
    }

    /// Whether more bits were read than there are.
    [[nodiscard]] bool overrun() const noexcept { return bit_ > 8 * in_.size(); }

    /// The bit the reader is at.
    [[nodiscard]] std::size_t position() const noexcept { return bit_; }

    /// Bytes used so far, a partial last byte included.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return (bit_ + 7) / 8; }

    /// The bits of a partial last byte that were not read.
    [[nodiscard]] std::uint64_t left_over() const noexcept {
        return window() & low_mask(static_cast<unsigned>(-bit_ & 7));
    }

private:
    cbytes in_;
    std::size_t bit_ = 0;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
