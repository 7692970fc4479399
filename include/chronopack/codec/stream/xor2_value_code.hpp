// The values of a Prometheus XOR2 chunk (codec/stream/xor2_code.hpp), each xored with the one
// before it that was no stale marker.
//
//   0                        same value
//   10  + bits               in the last window
//   110 + leading:5 + length:6 + bits
//                            in a new window
//   111                      stale
//
// Windows are as in codec/stream/xor_code.hpp. A stale marker is not xored, and is nobody's
// predecessor; before there is a predecessor, +0.0 takes its place. Where a value changes on time,
// other prefixes take the place of 10 and 110.
#pragma once

#include <chronopack/bits/msb.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/sample.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

class xor2_value_code {
public:
    static constexpr std::uint64_t stale = stale_marker_bits;

    struct prefix {
        std::uint64_t bits;
        unsigned width;
    };

    /// Returns the bits of the last value that was not a stale marker.
    [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

    /// Sets what the next value is xored with. A stale marker changes nothing.
    void set_last(std::uint64_t bits) noexcept {
        if (bits != stale) last_ = bits;
    }

    void write(msb_writer& out, std::uint64_t bits) noexcept {
        if (bits == stale) return out.write(0b111, 3);
        if (bits == last_) return out.write(0, 1);
        write_changed(out, bits, {0b10, 2}, {0b110, 3});
    }

    // `window` begins with the next 14 bits or more. `bits` has the predecessor, and gets the value.

    /// Returns false for a code that is not legal, with nothing changed but the reader.
    template <class In>
    [[nodiscard, gnu::always_inline]] bool read(In& in, std::uint64_t window,
                                                std::uint64_t& bits) noexcept {
        if (window >> 63 == 0) {
            in.skip(1);
            return true;
        }
        if (window >> 62 == 0b10) {
            in.skip(2);
            return read_changed(in, false, window << 2, bits);
        }
        in.skip(3);
        if (window >> 61 == 0b110) return read_changed(in, true, window << 3, bits);
        bits = stale;
        return true;
    }

    /// Writes a value that differs from the last, with other prefixes.
    void write_changed(msb_writer& out, std::uint64_t bits, prefix last, prefix opens) noexcept {
        const std::uint64_t difference = bits ^ last_;
        const unsigned leading = std::min(countl_zero(difference), 31u);
        const unsigned trailing = countr_zero(difference);
        if (length_ != 0 && leading >= leading_ && trailing >= 64 - leading_ - length_) {
            out.write(last.bits, last.width);
        } else {
            leading_ = leading;
            length_ = 64 - leading - trailing;
            out.write((opens.bits << 11) | (leading << 6) | (length_ & 63), opens.width + 11);
        }
        out.write(difference >> (64 - leading_ - length_), length_);
    }

    /// Reads the rest of such a value. Returns false where a code asks for the last window before
    /// there is one, or for a new window that ends after 64 bits.
    template <class In>
    [[nodiscard, gnu::always_inline]] bool read_changed(In& in, bool opens, std::uint64_t window,
                                                        std::uint64_t& bits) noexcept {
        if (opens) {
            in.skip(11);
            const auto leading = static_cast<unsigned>(window >> 59);
            const auto length = ((static_cast<unsigned>(window >> 53) - 1) & 63) + 1;  // 0 is 64
            if (leading + length > 64) return false;
            leading_ = leading;
            length_ = length;
        }
        if (length_ == 0) return false;
        bits ^= in.read(length_) << (64 - leading_ - length_);
        last_ = bits;
        return true;
    }

private:
    std::uint64_t last_ = 0;
    unsigned leading_ = 0;
    unsigned length_ = 0;  // of the window; 0: none yet
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
