// Bit streams, least significant bit first: fields of any width, one after the other, each with
// its low bits first.
//
//   widths 3, 5, 4, fields 1 2 7:   byte 0 = 00010'001   byte 1 = ....0111
//
// (Many fields of one width are faster with bits/lsb.hpp.) Numbers of unknown size are in codes
// of Elias. Gamma puts w - 1 zeros before a number of w bits. Delta puts the gamma code of w
// before it, which is shorter from 32 on.
//
//   gamma   1 -> 1      2, 3 -> 01 + 1 bit      4 to 7 -> 001 + 2 bits
//   delta   1 -> 1      2, 3 -> 010 + 1 bit     4 to 7 -> 011 + 2 bits
//
// As in bits/msb.hpp, the reader keeps no buffer. It looks at 64 bits from any bit on, with
// zeros past the end; afterwards the caller asks overrun() whether the bits were there.
#pragma once

#include <chronopack/bits/lsb.hpp>
#include <chronopack/core/bit.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Returns the bits of the code of `value` >= 1.
[[nodiscard]] constexpr unsigned gamma_bits(std::uint64_t value) noexcept {
    return 2 * bit_width(value) - 1;
}
[[nodiscard]] constexpr unsigned delta_bits(std::uint64_t value) noexcept {
    return gamma_bits(bit_width(value)) + bit_width(value) - 1;
}

class lsb_writer {
public:
    explicit constexpr lsb_writer(bytes out) noexcept : out_(out) {}

    /// Appends `value` < 2^width, 0 <= width <= 64. A full output drops the bits and sets
    /// failed(). Up to 8 bytes after the stream are overwritten.
    [[gnu::always_inline]] void write(std::uint64_t value, unsigned width) noexcept {
        // Stores every time, whether whole bytes are full or not: no branch to mispredict.
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

    /// Appends the code of `value` >= 1.
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

    /// Returns the bytes of the stream so far, with a partial last byte.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return at_ + (pending_ != 0); }

    /// Returns whether some bits found no room; the output is then unusable.
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
    std::uint64_t held_ = 0;  // the bits of the byte at at_; more only within write()
    unsigned pending_ = 0;    // how many, 0..7
};

class lsb_reader {
public:
    explicit constexpr lsb_reader(cbytes in) noexcept : in_(in) {}

    /// Returns the next 64 bits, the first of them lowest, with zeros past the end.
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

    /// Reads the next `width` bits, 0 <= width <= 64.
    [[nodiscard]] std::uint64_t read(unsigned width) noexcept {
        const std::uint64_t value = window() & low_mask(width);
        bit_ += width;
        return value;
    }

    /// Reads a code and returns its number; or 0 where there is no code, but 64 zeros, the end,
    /// or a number of more than 64 bits.
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

    /// Returns whether more bits were read than there are.
    [[nodiscard]] bool overrun() const noexcept { return bit_ > 8 * in_.size(); }

    /// Returns the bit that is read next.
    [[nodiscard]] std::size_t position() const noexcept { return bit_; }

    /// Returns the bytes that were read so far, with a partial last byte.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return (bit_ + 7) / 8; }

    /// Returns the bits of a partial last byte that were not read.
    [[nodiscard]] std::uint64_t left_over() const noexcept {
        return window() & low_mask(static_cast<unsigned>(-bit_ & 7));
    }

private:
    cbytes in_;
    std::size_t bit_ = 0;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
