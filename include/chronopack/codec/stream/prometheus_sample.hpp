// The samples of a Prometheus XOR chunk, one after the other.
//
//   sample 0     t: zigzag varint               v: 64 bits
//   sample 1     t1 - t0: varint                v: xor_code
//   others       dod_code<14, 17, 20, 64>, then v: xor_code
//
// Nearly all start in one of four ways, each of which one mask of the window recognises:
//
//   00                            on time, same value: counted as zeros
//   0   10 + bits                 on time, value in the last window
//   10 + 14 bits  0               off by up to 8 s, same value
//   10 + 14 bits  10 + bits       off by up to 8 s, value in the last window
//
// In a streak of one of these, the next sample is a fixed number of bits away, so that its loads
// and shifts need not wait for those of the sample before.
#pragma once

#include <chronopack/bits/msb_varint.hpp>
#include <chronopack/codec/stream/bit_stream.hpp>
#include <chronopack/codec/stream/dod_code.hpp>
#include <chronopack/codec/stream/xor_code.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/sample.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

// Two spans that take samples as one span would.
struct sample_columns {
    struct place {
        std::int64_t& timestamp;
        double& value;
        void operator=(const sample& s) const noexcept {
            timestamp = s.timestamp;
            value = s.value;
        }
    };
    std::span<std::int64_t> timestamps;
    std::span<double> values;

    [[nodiscard]] std::size_t size() const noexcept { return values.size(); }
    [[nodiscard]] place operator[](std::size_t i) const noexcept {
        return {timestamps[i], values[i]};
    }
    [[nodiscard]] sample_columns subspan(std::size_t from) const noexcept {
        return {timestamps.subspan(from), values.subspan(from)};
    }
};

// Stores n samples of one value, `delta` apart, the first of them `delta` after `from`; or as many
// as there is room for. Returns how many.
[[gnu::always_inline]] inline std::size_t put_even(const sample_columns& out, std::size_t n,
                                                   std::uint64_t from, std::uint64_t delta,
                                                   double value) noexcept {
    put_ticks(out.timestamps, n, from, delta);
    return put_same(out.values, n, value);
}
[[gnu::always_inline]] inline std::size_t put_even(std::span<sample> out, std::size_t n,
                                                   std::uint64_t from, std::uint64_t delta,
                                                   double value) noexcept {
    n = std::min(n, out.size());
    for (std::size_t k = 0; k < n; ++k)
        out[k] = sample{static_cast<std::int64_t>(from += delta), value};
    return n;
}

class prometheus_sample_coder {
    using code = dod_code<14, 17, 20, 64>;

public:
    static constexpr unsigned max_bits = code::max_bits + xor_code::max_bits;
    static constexpr unsigned max_first_bits = 80 + 64;  // varint and raw value

    void write(msb_writer& out, sample s) noexcept {
        const auto next = static_cast<std::uint64_t>(s.timestamp);
        const auto bits = bit_cast<std::uint64_t>(s.value);
        const std::uint64_t step = next - timestamp_;
        if (seen_ == 0)
            write_varint(out, zigzag(s.timestamp));
        else if (seen_ == 1)
            write_varint(out, step);
        else
            code::write(out, static_cast<std::int64_t>(step - delta_));
        if (seen_ == 0)
            out.write(bits, 64);
        else
            xors_.write(out, bits ^ value_);
        move_to(next, step, bits);
    }

    [[nodiscard]] result<sample> read(msb_reader& in) noexcept {
        std::uint64_t step = 0;
        std::uint64_t bits = 0;
        if (seen_ < 2) {
            const auto varint = read_varint(in);
            if (!varint) return varint.error();
            step = seen_ == 0 ? static_cast<std::uint64_t>(unzigzag(*varint)) : *varint;
        } else {
            step = delta_ + static_cast<std::uint64_t>(code::read(in));
        }
        if (seen_ == 0) {
            bits = in.read(64);
        } else {
            const auto difference = xors_.read(in);
            if (!difference) return difference.error();
            bits = value_ ^ *difference;
        }
        move_to(timestamp_ + step, step, bits);
        return sample{static_cast<std::int64_t>(timestamp_), bit_cast<double>(bits)};
    }

    /// Reads samples as long as none can reach the end of the input and no code is illegal, and
    /// returns how many. read() takes the rest, and reports errors.
    template <class Out>
    [[nodiscard, gnu::always_inline]] std::size_t read_ahead(msb_reader& in,
                                                             const Out& out) noexcept {
        static_assert(max_bits <= msb_reader::reach);
        constexpr unsigned within = msb_reader::short_window_bits;
        if (seen_ < 2) return 0;
        const std::size_t end = in.reach_end();
        const std::size_t n = out.size();
        std::size_t bit = in.position();
        if (bit >= end) return 0;
        xor_code xors = xors_;
        std::uint64_t timestamp = timestamp_;
        std::uint64_t delta = delta_;
        std::uint64_t value = value_;
        std::uint64_t window = in.short_window_at(bit);
        std::size_t i = 0;
        const auto put = [&]() __attribute__((always_inline)) {
            timestamp += delta;
            out[i++] = sample{static_cast<std::int64_t>(timestamp), bit_cast<double>(value)};
        };

        // Reads samples that start alike, as long as there are any.
        const auto streak = [&](start like, auto payload) __attribute__((always_inline)) {
            do {
                if (like.dod_bits != 1) delta += static_cast<std::uint64_t>(code::first(window));
                if (like.changes) value ^= xors.difference(payload());
                put();
                bit += like.dod_bits + (like.changes ? xors.code_bits() : 1);
                if (i == n) break;
                window = in.short_window_at(bit);
                if (bit >= end) break;
            } while (like.begins(window));
        };
        // Their payload is in the window already, or in another that begins with it.
        const auto streak_of_changes = [&](start like) __attribute__((always_inline)) {
            const unsigned before = like.dod_bits + 2;
            if (xors.has_window_within(within - before))
                streak(like, [&] { return window << before; });
            else if (xors.has_window_within(within))
                streak(like, [&] { return in.short_window_at(bit + before); });
            else
                streak(like, [&] { return in.window_at(bit + before); });
        };
        // Reads a sample that starts in another way, or asks for the last window before there is
        // one.
        const auto other = [&]() __attribute__((always_inline)) {
            std::size_t next = bit;
            std::uint64_t dod = 0;
            if (code::is_zero(window)) {
                next += 1;
                window <<= 1;
            } else if (code::in_first(window)) {
                dod = static_cast<std::uint64_t>(code::first(window));
                next += code::first_bits;
                window <<= code::first_bits;
            } else {
                dod = static_cast<std::uint64_t>(code::read_ahead(in, window, next));
                window = in.short_window_at(next);
            }
            if (xor_code::is_zero(window))
                next += 1;
            else if (!xors.read_ahead(in, window, next, value))
                return false;
            delta += dod;
            bit = next;
            put();
            window = in.short_window_at(bit);
            return true;
        };

        constexpr start even_same{1, false};
        constexpr start even_changes{1, true};
        constexpr start off_same{code::first_bits, false};
        constexpr start off_changes{code::first_bits, true};
        while (i < n && bit < end) {
            if (even_same.begins(window)) {
                const std::size_t zeros =
                    in.count_zeros_at(bit, window, std::min(end, bit + 2 * (n - i)));
                const std::size_t same =
                    put_even(out.subspan(i), zeros / 2, timestamp, delta, bit_cast<double>(value));
                timestamp += same * delta;
                i += same;
                bit += 2 * same;
                window = in.short_window_at(bit);
            } else if (even_changes.begins(window) && xors.has_window_within(64)) {
                streak_of_changes(even_changes);
            } else if (off_same.begins(window)) {
                streak(off_same, [] { return 0; });
            } else if (off_changes.begins(window) && xors.has_window_within(64)) {
                streak_of_changes(off_changes);
            } else if (!other()) {
                break;
            }
        }
        in.seek(bit);
        xors_ = xors;
        timestamp_ = timestamp;
        delta_ = delta;
        value_ = value;
        return i;
    }

private:
    // How a sample starts: with a dod of zero or in the first bucket, followed by the same value or
    // one in the last window.
    struct start {
        unsigned dod_bits;
        bool changes;

        [[nodiscard]] constexpr bool begins(std::uint64_t window) const noexcept {
            const std::uint64_t dod = dod_bits == 1 ? 0 : 0b10;
            const std::uint64_t dod_mask = dod_bits == 1 ? 0b1 : 0b11;
            const std::uint64_t xored = changes ? 0b10 : 0;
            const std::uint64_t xored_mask = changes ? 0b11 : 0b1;
            const unsigned dod_shift = dod_bits == 1 ? 63 : 62;
            const unsigned xored_shift = (changes ? 62 : 63) - dod_bits;
            const std::uint64_t mask = dod_mask << dod_shift | xored_mask << xored_shift;
            return (window & mask) == (dod << dod_shift | xored << xored_shift);
        }
    };

    void move_to(std::uint64_t timestamp, std::uint64_t step, std::uint64_t bits) noexcept {
        timestamp_ = timestamp;
        delta_ = step;
        value_ = bits;
        seen_ += seen_ < 2;
    }

    xor_code xors_;
    std::uint64_t timestamp_ = 0;
    std::uint64_t delta_ = 0;
    std::uint64_t value_ = 0;
    unsigned seen_ = 0;  // 0, 1, or 2 for more
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
