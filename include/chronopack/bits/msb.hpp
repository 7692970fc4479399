// Bit streams, most significant bit first: the order of Gorilla and of
// Prometheus chunks.
//
//   write(0b10, 2) write(0b011, 3)  ->  1 0 0 1 1 . . .
//
// The reader keeps no buffer. It looks at a 64-bit window that starts at any
// bit, and zeros stand past the end; a caller skips what it used and asks
// overrun() whether that was all there. It reads no byte outside its span.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

class msb_writer {
public:
    explicit constexpr msb_writer(bytes out) noexcept : out_(out) {}

    /// Appends the low `width` bits of `value`, 0 <= width <= 64; the bits
    /// above must be zero. A full output drops the bits and sets failed().
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

    /// Puts the held bits into the output, the last byte padded with zeros.
    /// Writing may go on afterwards as if this had not been called.
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

    /// Bytes of the stream so far, a partial last byte included.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return at_ + (pending_ + 7) / 8; }

    /// Whether some write found no room; what is in the output is then of no use.
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

    /// Over the first `bits` bits of `in`; those behind are looked at, not used.
    constexpr msb_reader(cbytes in, std::size_t bits) noexcept : in_(in), end_(bits) {}

    /// The next 64 bits, the first of them on top; zeros past the end.
    [[nodiscard]] std::uint64_t window() const noexcept {
        const std::size_t byte = bit_ >> 3;
        const unsigned shift = bit_ & 7;
        if (byte + 9 <= in_.size()) [[likely]]
            return aligned_window(in_.data() + byte, shift);
        std::byte tail[9] = {};
        if (byte < in_.size()) std::memcpy(tail, in_.data() + byte, in_.size() - byte);
        return aligned_window(tail, shift);
    }

    /// The next `width` bits as an integer, 1 <= width <= 64, and moves on.
    [[nodiscard]] std::uint64_t read(unsigned width) noexcept {
        const std::uint64_t value = window() >> (64 - width);
        skip(width);
        return value;
    }

    void skip(std::size_t bits) noexcept { bit_ += bits; }

    /// Whether more bits were skipped or read than there are.
    [[nodiscard]] bool overrun() const noexcept { return bit_ > end_; }

    /// Bytes used so far, a partial last byte included.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return (bit_ + 7) / 8; }

    // For loops that run ahead of the checks, and hand back to them before the end:

    /// The bit the reader is at, and a way to put it there again.
    [[nodiscard]] std::size_t position() const noexcept { return bit_; }
    void seek(std::size_t bit) noexcept { bit_ = bit; }

    /// Below this bit, window_at and short_window_at stay within the input.
    [[nodiscard]] std::size_t windows_end() const noexcept {
        return in_.size() < 9 ? 0 : (in_.size() - 8) * 8;
    }

    /// Below this one, they do so up to `reach` bits further on.
    static constexpr std::size_t reach = 160;
    [[nodiscard]] std::size_t reach_end() const noexcept {
        return windows_end() < reach ? 0 : windows_end() - reach;
    }

    /// The 64 bits from `bit` on.
    [[nodiscard]] std::uint64_t window_at(std::size_t bit) const noexcept {
        return aligned_window(in_.data() + (bit >> 3), bit & 7);
    }

    /// The 57 bits from `bit` on, on top of others that mean nothing.
    static constexpr unsigned short_window_bits = 57;
    [[nodiscard]] std::uint64_t short_window_at(std::size_t bit) const noexcept {
        return load_be<std::uint64_t>(in_.data() + (bit >> 3)) << (bit & 7);
    }

    /// How many zeros there are from `bit` on, where `window` was read. All are
    /// counted up to `limit`, at most reach_end(), and less than `reach` behind.
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
