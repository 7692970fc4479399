// The xor of a double with the previous one, as Gorilla and Prometheus write it: nothing where they
// are equal, and otherwise the bits in a window around those that differ.
//
//   0                                        same value
//   10  + bits                               in the last window
//   11  + leading:5 + length:6 + bits        in a new window
//
//   xor      0000 0000 0001 0110 1100 0000 ... 0000
//            |  leading   | significant |  trailing
//
// No more than 31 leading zeros are counted, and a length of 64 is written as 0. A window is kept
// as long as it covers the significant bits, however loosely.
#pragma once

#include <chronopack/bits/msb.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/result.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

class xor_code {
public:
    /// The bits of the longest code.
    static constexpr unsigned max_bits = 2 + 5 + 6 + 64;

    void write(msb_writer& out, std::uint64_t difference) noexcept {
        if (difference == 0) return out.write(0, 1);
        const unsigned leading = std::min(countl_zero(difference), 31u);
        const unsigned trailing = countr_zero(difference);
        if (length_ != 0 && leading >= leading_ && trailing >= trailing_) {
            out.write(0b10, 2);
        } else {
            leading_ = leading;
            trailing_ = trailing;
            length_ = 64 - leading - trailing;
            out.write((std::uint64_t{0b11} << 11) | (leading << 6) | (length_ & 63), 13);
        }
        out.write(difference >> trailing_, length_);
    }

    /// Reads the next difference, or truncated; or corrupt for a window that ends after 64 bits, or
    /// for "the last window" before there is one. On success the caller still checks the reader
    /// for overrun.
    [[nodiscard]] result<std::uint64_t> read(msb_reader& in) noexcept {
        const std::uint64_t window = in.window();
        if (window >> 63 == 0) {
            in.skip(1);
            return std::uint64_t{0};
        }
        if (window >> 62 == 0b10) {
            in.skip(2);
            if (length_ == 0) return in.overrun() ? errc::truncated : errc::corrupt;
        } else {
            in.skip(13);
            const unsigned leading = (window >> 57) & 31;
            const unsigned length = (((window >> 51) - 1) & 63) + 1;  // 0 stands for 64
            if (leading + length > 64) return in.overrun() ? errc::truncated : errc::corrupt;
            leading_ = leading;
            length_ = length;
            trailing_ = 64 - leading - length;
        }
        return in.read(length_) << trailing_;
    }

    // For loops that read ahead without checks, with a short window that begins with a code:

    [[nodiscard]] static bool is_zero(std::uint64_t window) noexcept { return window >> 63 == 0; }
    [[nodiscard]] static bool in_last_window(std::uint64_t window) noexcept {
        return window >> 62 == 0b10;
    }

    /// Returns whether there is a last window, of no more than `bits` bits.
    [[nodiscard]] bool has_window_within(unsigned bits) const noexcept {
        return length_ - 1 < bits;
    }

    /// Returns the bits of a code in the last window.
    [[nodiscard]] std::size_t code_bits() const noexcept { return 2 + length_; }
    /// Returns the difference of such a code from the bits after its first two, on top.
    [[nodiscard]] std::uint64_t difference(std::uint64_t payload) const noexcept {
        return payload >> (64 - length_) << trailing_;
    }

    /// Reads a code other than zero at `bit`, xors its difference into `value`, and moves `bit`
    /// after it. max_bits from there on lie below in.windows_end(). Returns false, with nothing
    /// changed, where the code is not legal: read() reports why.
    [[nodiscard, gnu::always_inline]] bool read_ahead(const msb_reader& in, std::uint64_t window,
                                                      std::size_t& bit,
                                                      std::uint64_t& value) noexcept {
        if (in_last_window(window)) {
            if (length_ == 0) return false;
        } else {
            const unsigned leading = (window >> 57) & 31;
            const unsigned length = (((window >> 51) - 1) & 63) + 1;  // 0 stands for 64
            if (leading + length > 64) return false;
            leading_ = leading;
            length_ = length;
            trailing_ = 64 - leading - length;
            bit += 5 + 6;  // the rest is as a code in the last window
        }
        value ^= difference(in.window_at(bit + 2));
        bit += code_bits();
        return true;
    }

    // For codec/restart_index.hpp: returns the window as a word, and restores it; false if that is
    // not legal.
    [[nodiscard]] std::uint64_t state() const noexcept { return leading_ * 256 + length_; }
    [[nodiscard]] bool restore(std::uint64_t state) noexcept {
        const std::uint64_t leading = state / 256;
        const std::uint64_t length = state % 256;
        if (leading > 31 || leading + length > 64 || (length == 0 && leading != 0)) return false;
        leading_ = static_cast<unsigned>(leading);
        length_ = static_cast<unsigned>(length);
        trailing_ = 64 - leading_ - length_;
        return true;
    }

private:
    unsigned leading_ = 0;
    unsigned trailing_ = 0;
    unsigned length_ = 0;  // 0: no window yet
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
