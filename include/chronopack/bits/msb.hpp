// Bit streams, most significant bit first: the order of Gorilla and of
// Prometheus chunks.
//
//   write(0b10, 2) write(0b011, 3)  ->  1 0 0 1 1 . . .
//
// The reader keeps no buffer. It looks at a 64-bit window that starts at any
// bit, and zeros stand past the end; a caller skips what it used and asks
// overrun() whether that was all there. It reads no byte outside its span.
#pragma once

#include <chronopack/core/bytes.hpp>

namespace chronopack {

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
    explicit constexpr msb_reader(cbytes in) noexcept : in_(in) {}

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
    [[nodiscard]] bool overrun() const noexcept { return bit_ > in_.size() * 8; }

    /// Bytes used so far, a partial last byte included.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return (bit_ + 7) / 8; }

private:
    static std::uint64_t aligned_window(const std::byte* at, unsigned shift) noexcept {
        const std::uint64_t low = std::to_integer<std::uint64_t>(at[8]);
        return (load_be<std::uint64_t>(at) << shift) | (low << shift >> 8);
    }

    cbytes in_;
    std::size_t bit_ = 0;
};

}  // namespace chronopack
