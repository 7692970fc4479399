// The Prometheus XOR chunk (encoding id 1), byte for byte: timestamps and
// values of up to 65,535 samples in one bit stream.
//
//   0            2
//   +------------+------------------------------------------------------+
//   | count: u16 | sample 0 | sample 1 | sample 2 | ...    | zero bits  |
//   | big-endian |          |          |          |        | to a byte  |
//   +------------+------------------------------------------------------+
//   sample 0     t: zigzag varint      v: 64 bits
//   sample 1     t1 - t0: varint       v: xor_code
//   others       dod_code<14, 17, 20, 64>, then v: xor_code
//
// Timestamps are milliseconds by Prometheus' convention, any int64 by the
// format. Source: prometheus/prometheus, tsdb/docs/format/chunks.md and
// tsdb/chunkenc/xor.go.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/codec/bit_stream.hpp>
#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/dod_code.hpp>
#include <chronopack/codec/xor_code.hpp>

namespace chronopack::inline CHRONOPACK_ABI {

namespace detail {

class prometheus_sample_coder {
    using code = dod_code<14, 17, 20, 64>;

public:
    static constexpr unsigned max_bits = code::max_bits + xor_code::max_bits;
    static constexpr unsigned max_first_bits = 80 + 64;  // varint and raw value

    void write(msb_writer& out, sample s) noexcept {
        const auto next = static_cast<std::uint64_t>(s.timestamp);
        const auto bits = std::bit_cast<std::uint64_t>(s.value);
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
        return sample{static_cast<std::int64_t>(timestamp_), std::bit_cast<double>(bits)};
    }

    /// Reads samples for as long as none can come near the end of the input, and
    /// no code is illegal; how many. read() takes the rest, and has the errors.
    template <class Out>
    [[nodiscard]] std::size_t read_ahead(msb_reader& in, Out out) noexcept {
        constexpr std::size_t ahead = code::max_bits + xor_code::ahead_bits;
        if (seen_ < 2 || in.windows_end() < ahead) return 0;
        const std::size_t end = in.windows_end() - ahead;
        std::size_t bit = in.position();
        xor_code xors = xors_;
        std::uint64_t timestamp = timestamp_;
        std::uint64_t delta = delta_;
        std::uint64_t value = value_;
        std::size_t i = 0;
        const auto put = [&] {
            timestamp += delta;
            out[i++] = sample{static_cast<std::int64_t>(timestamp), std::bit_cast<double>(value)};
        };
        while (i < out.size() && bit < end) {
            if (!in.zeros_at(bit, 2)) {
                std::size_t next = bit;
                const auto dod = static_cast<std::uint64_t>(code::read_ahead(in, next));
                if (!xors.read_ahead(in, next, value)) break;
                delta += dod;
                bit = next;
                put();
                continue;
            }
            // Two zeros for each sample that is on time and unchanged.
            const std::size_t same = std::min(in.count_zeros_at(bit) / 2, out.size() - i);
            for (std::size_t k = 0; k < same; ++k) put();
            bit += 2 * same;
        }
        in.seek(bit);
        xors_ = xors;
        timestamp_ = timestamp;
        delta_ = delta;
        value_ = value;
        return i;
    }

private:
    static void write_varint(msb_writer& out, std::uint64_t value) noexcept {
        for (; value >= 0x80; value >>= 7) out.write((value & 0x7f) | 0x80, 8);
        out.write(value, 8);
    }

    static result<std::uint64_t> read_varint(msb_reader& in) noexcept {
        return read_varint_from([&]() -> std::optional<std::uint8_t> {
            const auto byte = static_cast<std::uint8_t>(in.read(8));
            if (in.overrun()) return std::nullopt;
            return byte;
        });
    }

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

struct prometheus_xor {
    using value_type = sample;
    static constexpr codec_id id = codec_id::prometheus_xor;
    static constexpr std::string_view name = "prometheus_xor";

    static constexpr std::size_t header_bytes = 2;
    static constexpr std::size_t max_count = 65535;

    /// Upper bound of the bytes of `n` samples, n <= 65,535.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        if (n == 0) return header_bytes;
        constexpr std::size_t first = detail::prometheus_sample_coder::max_first_bits;
        // Sample 1 is a varint of 80 bits at most and an xor: more than the others.
        return header_bytes +
               (first + 80 + (n - 1) * detail::prometheus_sample_coder::max_bits + 7) / 8;
    }

    /// Samples in the chunk, or truncated.
    [[nodiscard]] static result<std::size_t> count(cbytes chunk) noexcept {
        if (chunk.size() < header_bytes) return errc::truncated;
        return std::size_t{load_be<std::uint16_t>(chunk.data())};
    }

    /// Bytes written; or out_of_range for more than 65,535 samples, or no_space,
    /// with `out` unspecified.
    [[nodiscard]] static result<std::size_t> encode(std::span<const sample> in,
                                                    bytes out) noexcept {
        if (in.size() > max_count) return errc::out_of_range;
        if (out.size() < header_bytes) return errc::no_space;
        store_be(out.data(), static_cast<std::uint16_t>(in.size()));
        const auto written = detail::encode_bits<sample, detail::prometheus_sample_coder>(
            in, out.subspan(header_bytes));
        if (!written) return written.error();
        return header_bytes + *written;
    }

    /// Bytes read; or count_mismatch unless the chunk has exactly out.size()
    /// samples, or truncated / corrupt, with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<sample> out) noexcept {
        return decode_into(in, out);
    }

    /// The same into two columns of one size.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<std::int64_t> timestamps,
                                                    std::span<double> values) noexcept {
        assert(timestamps.size() == values.size());
        return decode_into(in, columns{timestamps, values});
    }

    /// Appends samples to a caller's bytes, which hold a whole chunk at any time.
    class appender {
    public:
        /// Writes an empty chunk; `out` must have header_bytes.
        explicit appender(bytes out) noexcept : out_(out), samples_(out.subspan(header_bytes)) {
            store_be(out_.data(), std::uint16_t{0});
        }

        /// O(1). On no_space or out_of_range (a full chunk) the chunk is as it was.
        result<void> append(sample s) noexcept {
            if (count() == max_count) return errc::out_of_range;
            const auto appended = samples_.append(s);
            if (appended) store_be(out_.data(), static_cast<std::uint16_t>(count()));
            return appended;
        }

        [[nodiscard]] std::size_t count() const noexcept { return samples_.count(); }
        [[nodiscard]] std::size_t size_bytes() const noexcept {
            return header_bytes + samples_.size_bytes();
        }

    private:
        bytes out_;
        detail::bit_appender<sample, detail::prometheus_sample_coder> samples_;
    };

    /// Reads the samples of a chunk that outlives it, as detail::bit_iterator does.
    class iterator : public detail::bit_iterator<sample, detail::prometheus_sample_coder> {
    public:
        /// `count` is count(chunk), or fewer to stop early.
        iterator(cbytes chunk, std::size_t count) noexcept
            : bit_iterator(chunk.subspan(std::min(header_bytes, chunk.size())), count) {}
    };

private:
    // Two spans that take samples as one would.
    struct columns {
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
        [[nodiscard]] columns subspan(std::size_t from) const noexcept {
            return {timestamps.subspan(from), values.subspan(from)};
        }
    };

    template <class Out>
    static result<std::size_t> decode_into(cbytes in, Out out) noexcept {
        const auto held = count(in);
        if (!held) return held.error();
        if (*held != out.size()) return errc::count_mismatch;
        const auto read = detail::decode_bits<sample, detail::prometheus_sample_coder>(
            in.subspan(header_bytes), out);
        if (!read) return read.error();
        return header_bytes + *read;
    }
};

static_assert(streaming_codec<prometheus_xor>);

}  // namespace chronopack
