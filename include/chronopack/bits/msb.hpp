// Bit streams, most significant bit first: the order of Gorilla and of Prometheus chunks.
//
//   write(0b10, 2) write(0b011, 3)  ->  1 0 0 1 1 . . .
//
// The reader keeps no buffer. It looks at a window of 64 bits from any bit on, with zeros past
// the end. A caller skips the bits that it used, and afterwards asks overrun() whether they were
// there. No byte outside of the span is read.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

class msb_writer {
public:
    explicit constexpr msb_writer(bytes out) noexcept : out_(out) {}

    /// Appends the low `width` bits of `value`, 0 <= width <= 64; the bits above must be zero.
    /// A full output drops the bits and sets failed().
    void write(std::uint64_t value, unsigned width) noexcept {
        const unsigned total = pending_ + width;
        if (total < 64) {
            held_ = (held_ << width) | value;
            pending_ = total;
            return;
        }
        const unsigned left = total - 64;  // bits of `value` that stay held
        const std::uint64_t word =
            pending_ == 0 ? value : (held_ << (64 - pending_)) | (value >> left);
        if (out_.size() - at_ < 8) {
            failed_ = true;
        } else {
            store_be(out_.data() + at_, word);
            at_ += 8;
        }
        held_ = value;  // bits above `left` are shifted out before they count
        pending_ = left;
    }

    /// Writes the held bits to the output, the last byte filled up with zeros. Writing may go
    /// on afterwards as if this had not been called.
    void sync() noexcept {
        if (pending_ == 0) return;
        const std::uint64_t word = held_ << (64 - pending_);
        const std::size_t n = (pending_ + 7) / 8;
        if (n > out_.size() - at_) {
            failed_ = true;
            return;
        }
        for (std::size_t i = 0; i < n; ++i)
            out_[at_ + i] = static_cast<std::byte>(word >> (56 - 8 * i));
    }

    /// Returns the bytes of the stream so far, with a partial last byte.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return at_ + (pending_ + 7) / 8; }

    /// Returns whether some bits found no room; the output is then unusable.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    bytes out_;
    std::size_t at_ = 0;      // whole bytes written
    std::uint64_t held_ = 0;  // the low pending_ bits are not written yet
    unsigned pending_ = 0;    // 0..63
    bool failed_ = false;
};

class msb_reader {
public:
    explicit constexpr msb_reader(cbytes in) noexcept : msb_reader(in, 8 * in.size()) {}

    /// Reads the first `bits` bits of `in`. It may look at those after them, but never uses them.
    constexpr msb_reader(cbytes in, std::size_t bits) noexcept : in_(in), end_(bits) {}

    /// Returns the next 64 bits, the first of them on top, with zeros past the end.
    [[nodiscard]] std::uint64_t window() const noexcept {
        const std::size_t byte = bit_ >> 3;
        const unsigned shift = bit_ & 7;
        if (byte + 9 <= in_.size()) [[likely]]
            return aligned_window(in_.data() + byte, shift);
        std::byte tail[9] = {};
        if (byte < in_.size()) std::memcpy(tail, in_.data() + byte, in_.size() - byte);
        return aligned_window(tail, shift);
    }

    /// Reads the next `width` bits as an integer, 1 <= width <= 64.
    [[nodiscard]] std::uint64_t read(unsigned width) noexcept {
        const std::uint64_t value = window() >> (64 - width);
        skip(width);
        return value;
    }

    void skip(std::size_t bits) noexcept { bit_ += bits; }

    /// Returns whether more bits were skipped or read than there are.
    [[nodiscard]] bool overrun() const noexcept { return bit_ > end_; }

    /// Returns the bytes that were read so far, with a partial last byte.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return (bit_ + 7) / 8; }

    // For loops that read ahead without checks, as long as the end is not near:

    /// Returns the bit that is read next; seek() moves to another.
    [[nodiscard]] std::size_t position() const noexcept { return bit_; }
    void seek(std::size_t bit) noexcept { bit_ = bit; }

    /// Returns the bit below which window_at and short_window_at stay within the input.
    [[nodiscard]] std::size_t windows_end() const noexcept {
        return in_.size() < 9 ? 0 : (in_.size() - 8) * 8;
    }

    static constexpr std::size_t reach = 160;
    /// Returns the bit below which they do so even `reach` bits further on.
    [[nodiscard]] std::size_t reach_end() const noexcept {
        return windows_end() < reach ? 0 : windows_end() - reach;
    }

    /// Returns the 64 bits from `bit` on.
    [[nodiscard]] std::uint64_t window_at(std::size_t bit) const noexcept {
        return aligned_window(in_.data() + (bit >> 3), bit & 7);
    }

    static constexpr unsigned short_window_bits = 57;
    /// Returns the 57 bits from `bit` on, on top of 7 that mean nothing.
    [[nodiscard]] std::uint64_t short_window_at(std::size_t bit) const noexcept {
        return load_be<std::uint64_t>(in_.data() + (bit >> 3)) << (bit & 7);
    }

    /// Returns how many zeros there are from `bit` on, where `window` was read. It counts all
    /// up to `limit`, which is reach_end() at most, and fewer than `reach` after it.
    [[nodiscard]] std::size_t count_zeros_at(std::size_t bit, std::uint64_t window,
                                             std::size_t limit) const noexcept {
        constexpr std::uint64_t stop = std::uint64_t{1} << (64 - short_window_bits - 1);
        static_assert(2 * short_window_bits < reach);
        std::size_t zeros = 0;
        while (window < 2 * stop && bit + zeros < limit) {
            zeros += short_window_bits;
            window = short_window_at(bit + zeros);
        }
        return zeros + static_cast<std::size_t>(countl_zero(window | stop));
    }

private:
    static std::uint64_t aligned_window(const std::byte* at, unsigned shift) noexcept {
        const std::uint64_t low = std::to_integer<std::uint64_t>(at[8]);
        return (load_be<std::uint64_t>(at) << shift) | (low << shift >> 8);
    }

    cbytes in_;
    std::size_t end_;
    std::size_t bit_ = 0;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
