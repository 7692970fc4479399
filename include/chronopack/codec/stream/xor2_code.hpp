// The samples of a Prometheus XOR2 chunk (codec/prometheus_xor2.hpp), one after the other:
// timestamp and value under one prefix, then the start time.
//
//   sample 0     t: zigzag varint   v: 64 bits   t - start: zigzag varint if known
//   sample 1     t1 - t0: varint    V            start code if change = 1
//   others       by the second difference of t   start code if i >= change > 0
//     0                      0, same value
//     10    + 0|1            0, value in the last | in a new window
//     110   + 13 bits + V    -4096 .. 4095, two's complement
//     1110  + 20 bits + V    -524288 .. 524287
//     11110 + 64 bits + V    any
//     11111                  0, stale
//   V            0 same   10 last window   110 new window   111 stale:
//                codec/stream/xor2_value_code.hpp
//
// A start time is coded by its distance from the timestamp of the previous sample: first the
// distance itself, then its differences. (prometheus/prometheus, tsdb/chunkenc/xor2.go.)
#pragma once

#include <chronopack/bits/msb_varint.hpp>
#include <chronopack/codec/stream/start_time_code.hpp>
#include <chronopack/codec/stream/xor2_value_code.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

struct started_sample {
    sample value;
    std::int64_t start_time;
};

// The stream begins with the byte of start times. The encoder writes 0 there; when all samples are
// known, the owner of the bytes replaces it by start_byte().
class xor2_coder {
    static constexpr std::uint64_t stale = xor2_value_code::stale;
    static constexpr std::uint8_t known = 0x80;
    static constexpr unsigned last_change = 0x7f;

public:
    static constexpr unsigned max_sample_bits = 5 + 64 + 3 + 11 + 64;
    static constexpr unsigned max_bits = max_sample_bits + start_time_code::max_bits;
    static constexpr unsigned max_first_bits = 8 + 80 + 64 + 80;  // byte, varint, value, varint

    [[nodiscard]] std::uint8_t start_byte() const noexcept {
        return static_cast<std::uint8_t>(known_ | change_);
    }

    void write(msb_writer& out, const started_sample& s) noexcept {
        const auto bits = bit_cast<std::uint64_t>(s.value.value);
        const auto next = static_cast<std::uint64_t>(s.value.timestamp);
        const std::uint64_t step = next - timestamp_;
        if (index_ == 0) {
            write_first(out, s);
        } else {
            if (index_ == 1) {
                write_varint(out, step);
                value_.write(out, bits);
            } else {
                write_joint(out, static_cast<std::int64_t>(step - delta_), bits);
            }
            write_start_time(out, s.start_time);
        }
        start_time_ = s.start_time;
        move_to(next, step, bits);
        value_.set_last(bits);
    }

    /// Reads the next sample, or truncated or corrupt. The caller checks the reader for overrun
    /// before all else: the zeros past the end may be legal codes.
    [[nodiscard]] result<started_sample> read(msb_reader& in) noexcept {
        if (index_ == 0) return read_first(in);
        if (index_ > 1) {
            if (!read_joint(in)) return errc::corrupt;
            return current();
        }
        const auto step = read_varint(in);
        if (!step) return step.error();
        std::uint64_t bits = value_.last();
        if (!value_.read(in, in.window(), bits)) return errc::corrupt;
        read_start_time(in);
        move_to(timestamp_ + *step, *step, bits);
        return current();
    }

    /// Reads samples as long as none can reach the end of the input and no code is illegal, and
    /// returns how many. read() takes the rest, and reports errors.
    template <class Out>
    [[nodiscard]] std::size_t read_ahead(msb_reader& in, Out out) noexcept {
        const std::size_t ahead = change_ == 0 ? max_sample_bits : max_bits;
        if (index_ < 2 || in.windows_end() < ahead) return 0;
        const std::size_t end = in.windows_end() - ahead;
        unchecked_reader fast{in, in.position()};
        xor2_coder coder = *this;
        std::size_t i = 0;
        while (i < out.size() && fast.bit < end) {
            const std::size_t before = fast.bit;
            if (change_ == 0 && fast.window() >> 63 == 0) {
                // One zero bit for each sample that is on time and unchanged.
                const std::size_t same = std::min(fast.zeros(), out.size() - i);
                for (std::size_t k = 0; k < same; ++k) {
                    coder.move_to(coder.timestamp_ + coder.delta_, coder.delta_,
                                  coder.value_.last());
                    out[i++] = coder.current();
                }
                fast.skip(same);
                continue;
            }
            if (!coder.read_joint(fast)) {
                fast.bit = before;
                break;
            }
            out[i++] = coder.current();
        }
        in.seek(fast.bit);
        *this = coder;
        return i;
    }

private:
    // A reader that is never near the end.
    struct unchecked_reader {
        const msb_reader& in;
        std::size_t bit;

        // Returns the next 57 bits and others that mean nothing. No prefix with its field is
        // longer.
        [[nodiscard]] std::uint64_t window() const noexcept { return in.short_window_at(bit); }
        [[nodiscard]] std::size_t zeros() const noexcept {
            constexpr std::uint64_t stop = std::uint64_t{1} << (63 - msb_reader::short_window_bits);
            return static_cast<std::size_t>(countl_zero(window() | stop));
        }
        void skip(std::size_t bits) noexcept { bit += bits; }
        [[nodiscard]] std::uint64_t read(unsigned width) noexcept {
            const std::uint64_t value = in.window_at(bit) >> (64 - width);
            skip(width);
            return value;
        }
    };

    void write_first(msb_writer& out, const started_sample& s) noexcept {
        out.write(0, 8);
        write_varint(out, zigzag(s.value.timestamp));
        out.write(bit_cast<std::uint64_t>(s.value.value), 64);
        if (s.start_time == 0) return;
        known_ = known;
        write_varint(
            out, zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(s.value.timestamp) -
                                                  static_cast<std::uint64_t>(s.start_time))));
    }

    result<started_sample> read_first(msb_reader& in) noexcept {
        const auto byte = static_cast<std::uint8_t>(in.read(8));
        known_ = byte & known;
        change_ = byte & last_change;
        const auto timestamp = read_varint(in);
        if (!timestamp) return timestamp.error();
        const std::uint64_t bits = in.read(64);
        const auto next = static_cast<std::uint64_t>(unzigzag(*timestamp));
        if (known_ != 0) {
            const auto before = read_varint(in);
            if (!before) return before.error();
            start_time_ =
                static_cast<std::int64_t>(next - static_cast<std::uint64_t>(unzigzag(*before)));
        }
        move_to(next, next, bits);
        value_.set_last(bits);
        return current();
    }

    void write_joint(msb_writer& out, std::int64_t dod, std::uint64_t bits) noexcept {
        const auto field = static_cast<std::uint64_t>(dod);
        if (dod == 0) {
            if (bits == stale) return out.write(0b11111, 5);
            if (bits == value_.last()) return out.write(0, 1);
            return value_.write_changed(out, bits, {0b100, 3}, {0b101, 3});
        }
        if (-4096 <= dod && dod < 4096) {
            out.write((0b110 << 13) | (field & 0x1fff), 16);
        } else if (-524288 <= dod && dod < 524288) {
            out.write((0b1110 << 20) | (field & 0xfffff), 24);
        } else {
            out.write(0b11110, 5);
            out.write(field, 64);
        }
        value_.write(out, bits);
    }

    // Reads what write_joint and write_start_time write. Returns false where a code is not legal,
    // with nothing changed but the reader. One window has all that comes before the bits of a
    // value, except for the longest code.
    template <class In>
    [[nodiscard, gnu::always_inline]] bool read_joint(In& in) noexcept {
        std::uint64_t window = in.window();
        std::uint64_t step = delta_;
        std::uint64_t bits = value_.last();
        if (window >> 63 == 0) {
            in.skip(1);
        } else if (window >> 62 == 0b10) {
            in.skip(3);
            if (!value_.read_changed(in, (window >> 61 & 1) != 0, window << 3, bits)) return false;
        } else if (window >> 59 == 0b11111) {
            in.skip(5);
            bits = stale;
        } else {
            if (window >> 61 == 0b110) {
                in.skip(16);
                step += static_cast<std::uint64_t>(static_cast<std::int64_t>(window << 3) >> 51);
                window <<= 16;
            } else if (window >> 60 == 0b1110) {
                in.skip(24);
                step += static_cast<std::uint64_t>(static_cast<std::int64_t>(window << 4) >> 44);
                window <<= 24;
            } else {
                in.skip(5);
                step += in.read(64);
                window = in.window();
            }
            if (!value_.read(in, window, bits)) return false;
        }
        read_start_time(in);
        move_to(timestamp_ + step, step, bits);
        return true;
    }

    void write_start_time(msb_writer& out, std::int64_t start_time) noexcept {
        if (change_ == 0 && (start_time != start_time_ || index_ == last_change)) change_ = index_;
        if (change_ == 0) return;
        const std::uint64_t before = timestamp_ - static_cast<std::uint64_t>(start_time);
        start_time_code::write(out, static_cast<std::int64_t>(before - started_before_));
        started_before_ = before;
    }

    template <class In>
    [[gnu::always_inline]] void read_start_time(In& in) noexcept {
        if (change_ == 0 || index_ < change_) return;
        started_before_ += start_time_code::read(in);
        start_time_ = static_cast<std::int64_t>(timestamp_ - started_before_);
    }

    void move_to(std::uint64_t timestamp, std::uint64_t step, std::uint64_t bits) noexcept {
        timestamp_ = timestamp;
        delta_ = step;
        bits_ = bits;
        ++index_;
    }

    [[nodiscard]] started_sample current() const noexcept {
        return {{static_cast<std::int64_t>(timestamp_), bit_cast<double>(bits_)}, start_time_};
    }

    std::uint64_t timestamp_ = 0;
    std::uint64_t delta_ = 0;
    std::uint64_t bits_ = 0;  // of the last value
    xor2_value_code value_;
    std::uint64_t started_before_ = 0;  // the last distance of a start time
    std::int64_t start_time_ = 0;
    unsigned index_ = 0;   // of the next sample
    unsigned change_ = 0;  // the sample whose start time is the first to differ; 0: none does
    std::uint8_t known_ = 0;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
