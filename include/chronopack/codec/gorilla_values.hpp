// Gorilla values: each double xored with the previous one. It suits appending, and values that
// often repeat.
//
//   bit 0        64
//   +------------+----------------------------+
//   |  v[0]: 64  |  xor_code of each other    |
//   +------------+----------------------------+
//
// The most significant bit comes first, and zero bits fill up the last byte. Every bit survives:
// NaN payloads, -0.0, subnormals. (Pelkonen et al., VLDB 2015, section 4.1.2.)
#pragma once

#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/stream/bit_stream.hpp>
#include <chronopack/codec/stream/xor_code.hpp>
#include <chronopack/core/bit.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

class gorilla_value_coder {
public:
    static constexpr unsigned max_bits = xor_code::max_bits;

    void write(msb_writer& out, double value) noexcept {
        const auto bits = bit_cast<std::uint64_t>(value);
        if (first_)
            out.write(bits, 64);
        else
            xors_.write(out, bits ^ previous_);
        first_ = false;
        previous_ = bits;
    }

    [[nodiscard]] result<double> read(msb_reader& in) noexcept {
        if (first_) {
            previous_ = in.read(64);
        } else {
            const auto difference = xors_.read(in);
            if (!difference) return difference.error();
            previous_ ^= *difference;
        }
        first_ = false;
        return bit_cast<double>(previous_);
    }

    /// Reads values as long as none can reach the end of the input and no code is illegal, and
    /// returns how many. read() takes the rest, and reports errors.
    [[nodiscard, gnu::always_inline]] std::size_t read_ahead(msb_reader& in,
                                                             std::span<double> out) noexcept {
        static_assert(xor_code::max_bits <= msb_reader::reach);
        constexpr unsigned within = msb_reader::short_window_bits;
        if (first_) return 0;
        const std::size_t end = in.reach_end();
        const std::size_t n = out.size();
        std::size_t bit = in.position();
        if (bit >= end) return 0;
        xor_code xors = xors_;
        std::uint64_t value = previous_;
        std::uint64_t window = in.short_window_at(bit);
        std::size_t i = 0;
        const auto streak = [&](auto payload) __attribute__((always_inline)) {
            do {
                value ^= xors.difference(payload());
                out[i++] = bit_cast<double>(value);
                bit += xors.code_bits();
                if (i == n) break;
                window = in.short_window_at(bit);
                if (bit >= end) break;
            } while (xor_code::in_last_window(window));
        };
        while (i < n && bit < end) {
            if (xor_code::is_zero(window)) {
                // One zero bit for each repeated value.
                const std::size_t same = put_same(
                    out.subspan(i), in.count_zeros_at(bit, window, std::min(end, bit + n - i)),
                    bit_cast<double>(value));
                i += same;
                bit += same;
                window = in.short_window_at(bit);
                if (i == n || bit >= end) break;
            }
            if (xor_code::in_last_window(window) && xors.has_window_within(64)) {
                if (xors.has_window_within(within - 2))
                    streak([&] { return window << 2; });
                else if (xors.has_window_within(within))
                    streak([&] { return in.short_window_at(bit + 2); });
                else
                    streak([&] { return in.window_at(bit + 2); });
            } else {
                if (!xors.read_ahead(in, window, bit, value)) break;
                out[i++] = bit_cast<double>(value);
                window = in.short_window_at(bit);
            }
        }
        in.seek(bit);
        xors_ = xors;
        previous_ = value;
        return i;
    }

    // For codec/restart_index.hpp: returns the state in words, and restores it; false if that is
    // not legal.
    using state_words = std::array<std::uint64_t, 2>;
    [[nodiscard]] state_words state() const noexcept { return {previous_, xors_.state()}; }
    [[nodiscard]] bool restore(const state_words& state, std::size_t) noexcept {
        previous_ = state[0];
        first_ = false;
        return xors_.restore(state[1]);
    }

private:
    xor_code xors_;
    std::uint64_t previous_ = 0;
    bool first_ = true;
};

}  // namespace detail

/// Codes doubles of any bits.
struct gorilla_values : detail::bit_codec<double, detail::gorilla_value_coder> {
    static constexpr codec_id id = codec_id::gorilla_values;
    static constexpr std::string_view name = "gorilla_values";
};

static_assert(streaming_codec<gorilla_values>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
