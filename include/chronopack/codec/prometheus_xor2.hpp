// The Prometheus XOR2 chunk (encoding id 4), byte for byte: up to 65,535 samples in one bit stream,
// with start times if there are any.
//
//   0            2                  3
//   +------------+------------------+------------------------------------------+
//   | count: u16 | known:1 change:7 | sample 0 | sample 1 | ...    | zero bits  |
//   | big-endian |                  |          |          |        | to a byte  |
//   +------------+------------------+------------------------------------------+
//
// Compared with XOR, a sample that is on time and unchanged takes one bit, not two, and a stale
// marker does not disturb the values around it. codec/stream/xor2_code.hpp draws the codes.
//
// A start time is the time at which a counter began to count; 0 stands for none. `known` is set
// if the first sample has one. `change` is the first sample whose start time differs from its
// predecessor's; from there on all start times are coded. It is at most 127, the greatest number
// of 7 bits: so in a chunk of more samples, all after number 127 have a code even if none has a
// start time.
#pragma once

#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/stream/bit_stream.hpp>
#include <chronopack/codec/stream/xor2_code.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Codes samples as Prometheus does, with start times.
struct prometheus_xor2 {
    using value_type = sample;
    static constexpr codec_id id = codec_id::prometheus_xor2;
    static constexpr std::string_view name = "prometheus_xor2";

    static constexpr std::size_t header_bytes = 3;
    static constexpr std::size_t max_count = 65535;

    /// Returns an upper bound of the bytes of `n` samples and their start times, n <= 65,535.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        if (n == 0) return header_bytes;
        constexpr std::size_t first = detail::xor2_coder::max_first_bits;
        // Sample 1 has a varint of up to 80 bits where others have 69 bits.
        return count_bytes + (first + 11 + (n - 1) * detail::xor2_coder::max_bits + 7) / 8;
    }

    /// Returns the count of samples in the chunk, or truncated.
    [[nodiscard]] static result<std::size_t> count(cbytes chunk) noexcept {
        if (chunk.size() < header_bytes) return errc::truncated;
        return std::size_t{load_be<std::uint16_t>(chunk.data())};
    }

    /// Returns the bytes written; or out_of_range for more than 65,535 samples, or no_space, with
    /// `out` unspecified.
    [[nodiscard]] static result<std::size_t> encode(std::span<const sample> in,
                                                    bytes out) noexcept {
        return encode_with(in, out, [](std::size_t) { return std::int64_t{0}; });
    }

    /// Encodes likewise, with a start time for each sample.
    [[nodiscard]] static result<std::size_t> encode(std::span<const sample> in,
                                                    std::span<const std::int64_t> start_times,
                                                    bytes out) noexcept {
        assert(start_times.size() == in.size());
        return encode_with(in, out, [&](std::size_t i) { return start_times[i]; });
    }

    /// Returns the bytes read; or count_mismatch unless the chunk has exactly out.size() samples,
    /// truncated or corrupt, with `out` unspecified. Start times are skipped.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<sample> out) noexcept {
        return decode_into(in, samples_only{out});
    }

    /// Decodes likewise, with the start time of each sample: 0 where it has none.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<sample> out,
                                                    std::span<std::int64_t> start_times) noexcept {
        assert(start_times.size() == out.size());
        return decode_into(in, with_start_times{out, start_times});
    }

    /// Appends samples to a caller's bytes, which hold a whole chunk at any time. Not thread-safe.
    class appender {
    public:
        /// Writes an empty chunk; `out` must have header_bytes.
        explicit appender(bytes out) noexcept : out_(out), writer_(out.subspan(count_bytes)) {
            put_header();
        }

        /// Appends a sample in constant time; or no_space, or out_of_range when the chunk is full,
        /// and the chunk is as it was.
        result<void> append(sample s, std::int64_t start_time = 0) noexcept {
            if (count_ == max_count) return errc::out_of_range;
            const appender before = *this;
            coder_.write(writer_, {s, start_time});
            writer_.sync();
            const bool failed = writer_.failed();
            if (failed) {
                *this = before;
                writer_.sync();
            } else {
                ++count_;
            }
            put_header();
            if (failed) return errc::no_space;
            return {};
        }

        [[nodiscard]] std::size_t count() const noexcept { return count_; }
        [[nodiscard]] std::size_t size_bytes() const noexcept {
            return count_ == 0 ? header_bytes : count_bytes + writer_.size_bytes();
        }

    private:
        void put_header() noexcept {
            store_be(out_.data(), static_cast<std::uint16_t>(count_));
            out_[count_bytes] = std::byte{coder_.start_byte()};
        }

        bytes out_;
        msb_writer writer_;
        detail::xor2_coder coder_;
        std::size_t count_ = 0;
    };

    /// Reads the samples of a chunk that outlives it, as detail::bit_iterator does.
    class iterator {
    public:
        /// `count` is count(chunk), or fewer to stop early.
        iterator(borrowed_bytes chunk, std::size_t count) noexcept
            : samples_(chunk.subspan(std::min(count_bytes, chunk.size())), count) {}

        [[nodiscard]] result<sample> next() noexcept {
            const auto read = samples_.next();
            if (!read) return read.error();
            start_time_ = read->start_time;
            return read->value;
        }

        /// Returns the start time of the sample that next() last returned; 0 where it has none.
        [[nodiscard]] std::int64_t start_time() const noexcept { return start_time_; }

        [[nodiscard]] std::size_t remaining() const noexcept { return samples_.remaining(); }

        /// Returns the bytes read so far after the header, with a partial last byte.
        [[nodiscard]] std::size_t size_bytes() const noexcept {
            return std::max(samples_.size_bytes(), start_bytes) - start_bytes;
        }

    private:
        detail::bit_iterator<detail::started_sample, detail::xor2_coder> samples_;
        std::int64_t start_time_ = 0;
    };

private:
    static constexpr std::size_t count_bytes = 2;
    static constexpr std::size_t start_bytes = 1;  // the coder's stream begins with it

    // The places of decoded samples: one span or two.
    struct samples_only {
        struct place {
            sample& value;
            void operator=(const detail::started_sample& s) const noexcept { value = s.value; }
        };
        std::span<sample> values;

        [[nodiscard]] std::size_t size() const noexcept { return values.size(); }
        [[nodiscard]] place operator[](std::size_t i) const noexcept { return {values[i]}; }
        [[nodiscard]] samples_only subspan(std::size_t from) const noexcept {
            return {values.subspan(from)};
        }
    };
    struct with_start_times {
        struct place {
            sample& value;
            std::int64_t& start_time;
            void operator=(const detail::started_sample& s) const noexcept {
                value = s.value;
                start_time = s.start_time;
            }
        };
        std::span<sample> values;
        std::span<std::int64_t> start_times;

        [[nodiscard]] std::size_t size() const noexcept { return values.size(); }
        [[nodiscard]] place operator[](std::size_t i) const noexcept {
            return {values[i], start_times[i]};
        }
        [[nodiscard]] with_start_times subspan(std::size_t from) const noexcept {
            return {values.subspan(from), start_times.subspan(from)};
        }
    };

    template <class StartTime>
    static result<std::size_t> encode_with(std::span<const sample> in, bytes out,
                                           StartTime start_time) noexcept {
        if (in.size() > max_count) return errc::out_of_range;
        if (out.size() < header_bytes) return errc::no_space;
        msb_writer writer(out.subspan(count_bytes));
        detail::xor2_coder coder;
        for (std::size_t i = 0; i < in.size(); ++i) coder.write(writer, {in[i], start_time(i)});
        writer.sync();
        if (writer.failed()) return errc::no_space;
        store_be(out.data(), static_cast<std::uint16_t>(in.size()));
        out[count_bytes] = std::byte{coder.start_byte()};
        return in.empty() ? header_bytes : count_bytes + writer.size_bytes();
    }

    template <class Out>
    static result<std::size_t> decode_into(cbytes in, Out out) noexcept {
        const auto held = count(in);
        if (!held) return held.error();
        if (*held != out.size()) return errc::count_mismatch;
        if (*held == 0) return header_bytes;
        const auto read = detail::decode_bits<detail::started_sample, detail::xor2_coder>(
            in.subspan(count_bytes), out);
        if (!read) return read.error();
        return count_bytes + *read;
    }
};

static_assert(streaming_codec<prometheus_xor2>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
