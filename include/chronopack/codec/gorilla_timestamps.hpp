// Gorilla timestamps: second differences in a prefix code, one bit for each tick of an even clock.
// It suits appending; a column that is complete is smaller and faster as `packed`.
//
//   bit 0         64          128
//   +-------------+------------+------------------------------------+
//   |  t[0]: 64   | t[1]-t[0]  |  dod_code<7, 9, 12, 32, 64> each   |
//   +-------------+------------+------------------------------------+
//
// The most significant bit comes first, and zero bits fill up the last byte. All arithmetic is
// modulo 2^64, so any int64 sequence can be written. (Pelkonen et al., VLDB 2015, with an escape
// of 64 bits that the paper does not have.)
#pragma once

#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/stream/bit_stream.hpp>
#include <chronopack/codec/stream/dod_code.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

class gorilla_timestamp_coder {
    using code = dod_code<7, 9, 12, 32, 64>;

public:
    static constexpr unsigned max_bits = code::max_bits;

    void write(msb_writer& out, std::int64_t timestamp) noexcept {
        const auto next = static_cast<std::uint64_t>(timestamp);
        const std::uint64_t step = next - previous_;
        if (seen_ < 2)
            out.write(step, 64);
        else
            code::write(out, static_cast<std::int64_t>(step - delta_));
        move_to(next, step);
    }

    [[nodiscard]] result<std::int64_t> read(msb_reader& in) noexcept {
        const std::uint64_t step =
            seen_ < 2 ? in.read(64) : delta_ + static_cast<std::uint64_t>(code::read(in));
        move_to(previous_ + step, step);
        return static_cast<std::int64_t>(previous_);
    }

    /// Reads timestamps as long as none can reach the end of the input, and returns how many.
    /// read() takes the rest.
    [[nodiscard, gnu::always_inline]] std::size_t read_ahead(msb_reader& in,
                                                             std::span<std::int64_t> out) noexcept {
        static_assert(code::max_bits <= msb_reader::reach);
        if (seen_ < 2) return 0;
        const std::size_t end = in.reach_end();
        const std::size_t n = out.size();
        std::size_t bit = in.position();
        if (bit >= end) return 0;
        std::uint64_t timestamp = previous_;
        std::uint64_t delta = delta_;
        std::uint64_t window = in.short_window_at(bit);
        std::size_t i = 0;
        while (i < n && bit < end) {
            if (code::is_zero(window)) {
                // One zero bit for each timestamp that is on time.
                const std::size_t same = put_ticks(
                    out.subspan(i), in.count_zeros_at(bit, window, std::min(end, bit + n - i)),
                    timestamp, delta);
                timestamp += same * delta;
                i += same;
                bit += same;
                window = in.short_window_at(bit);
            } else if (code::in_first(window)) {
                do {
                    delta += static_cast<std::uint64_t>(code::first(window));
                    out[i++] = static_cast<std::int64_t>(timestamp += delta);
                    bit += code::first_bits;
                    if (i == n) break;
                    window = in.short_window_at(bit);
                    if (bit >= end) break;
                } while (code::in_first(window));
            } else {
                delta += static_cast<std::uint64_t>(code::read_ahead(in, window, bit));
                out[i++] = static_cast<std::int64_t>(timestamp += delta);
                window = in.short_window_at(bit);
            }
        }
        in.seek(bit);
        previous_ = timestamp;
        delta_ = delta;
        return i;
    }

    // For codec/restart_index.hpp: returns the state in words, and restores that before value
    // `index` > 0.
    using state_words = std::array<std::uint64_t, 2>;
    [[nodiscard]] state_words state() const noexcept { return {previous_, delta_}; }
    [[nodiscard]] bool restore(const state_words& state, std::size_t index) noexcept {
        previous_ = state[0];
        delta_ = state[1];
        seen_ = index < 2 ? 1 : 2;
        return true;
    }

private:
    // The first timestamp is a step from zero, but that is no delta for the second.
    void move_to(std::uint64_t timestamp, std::uint64_t step) noexcept {
        previous_ = timestamp;
        delta_ = step;
        seen_ += seen_ < 2;
    }

    std::uint64_t previous_ = 0;
    std::uint64_t delta_ = 0;
    unsigned seen_ = 0;  // 0, 1, or 2 for more
};

}  // namespace detail

/// Codes timestamps in any order. decode never returns corrupt: every bit string that is long
/// enough is some sequence.
struct gorilla_timestamps : detail::bit_codec<std::int64_t, detail::gorilla_timestamp_coder> {
    static constexpr codec_id id = codec_id::gorilla_timestamps;
    static constexpr std::string_view name = "gorilla_timestamps";
};

static_assert(streaming_codec<gorilla_timestamps>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
