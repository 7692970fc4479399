// The Prometheus XOR chunk (encoding id 1), byte for byte: timestamps and values of up to 65,535
// samples in one bit stream.
//
//   0            2
//   +------------+------------------------------------------------------+
//   | count: u16 | sample 0 | sample 1 | sample 2 | ...    | zero bits  |
//   | big-endian |          |          |          |        | to a byte  |
//   +------------+------------------------------------------------------+
//
// codec/stream/prometheus_sample.hpp draws the samples. decode_many decodes the hundreds of chunks
// of a query, and hides the wait for memory.
//
// Timestamps are milliseconds in Prometheus; the format takes any int64. Source:
// prometheus/prometheus, tsdb/docs/format/chunks.md and tsdb/chunkenc/xor.go.
#pragma once

#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/stream/prometheus_sample.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Codes samples as Prometheus does.
struct prometheus_xor {
    using value_type = sample;
    static constexpr codec_id id = codec_id::prometheus_xor;
    static constexpr std::string_view name = "prometheus_xor";

    static constexpr std::size_t header_bytes = 2;
    static constexpr std::size_t max_count = 65535;

    /// Returns an upper bound of the bytes of `n` samples, n <= 65,535.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        if (n == 0) return header_bytes;
        constexpr std::size_t first = detail::prometheus_sample_coder::max_first_bits;
        // Sample 1 is a varint of up to 80 bits and an xor, longer than the others.
        return header_bytes +
               (first + 80 + (n - 1) * detail::prometheus_sample_coder::max_bits + 7) / 8;
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
        if (in.size() > max_count) return errc::out_of_range;
        if (out.size() < header_bytes) return errc::no_space;
        store_be(out.data(), static_cast<std::uint16_t>(in.size()));
        const auto written = detail::encode_bits<sample, detail::prometheus_sample_coder>(
            in, out.subspan(header_bytes));
        if (!written) return written.error();
        return header_bytes + *written;
    }

    /// Returns the bytes read; or count_mismatch unless the chunk has exactly out.size() samples,
    /// truncated or corrupt, with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<sample> out) noexcept {
        return decode_into(in, out);
    }

    /// Decodes likewise, into two columns of the same size.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<std::int64_t> timestamps,
                                                    std::span<double> values) noexcept {
        assert(timestamps.size() == values.size());
        return decode_into(in, detail::sample_columns{timestamps, values});
    }

    /// One of many chunks, the columns that its samples go to, and what decode() returned.
    struct job {
        cbytes chunk;
        std::span<std::int64_t> timestamps;
        std::span<double> values;  // of the same size
        result<std::size_t> read = std::size_t{0};
    };

    /// Decodes the chunk of each job into its columns, and sets its `read`. An error of one leaves
    /// the others alone. Chunks are fetched from memory while those before them are decoded.
    static void decode_many(std::span<job> jobs) noexcept {
        constexpr std::size_t ahead = 8;
        for (const job& first : jobs.first(std::min(ahead, jobs.size()))) prefetch(first.chunk);
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            if (jobs.size() - i > ahead) prefetch(jobs[i + ahead].chunk);
            jobs[i].read = decode(jobs[i].chunk, jobs[i].timestamps, jobs[i].values);
        }
    }

    /// Appends samples to a caller's bytes, which hold a whole chunk at any time. Not thread-safe.
    class appender {
    public:
        /// Writes an empty chunk; `out` must have header_bytes.
        explicit appender(bytes out) noexcept : out_(out), samples_(out.subspan(header_bytes)) {
            store_be(out_.data(), std::uint16_t{0});
        }

        /// Appends a sample in constant time; or no_space, or out_of_range when the chunk is full,
        /// and the chunk is as it was.
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
        iterator(borrowed_bytes chunk, std::size_t count) noexcept
            : bit_iterator(chunk.subspan(std::min(header_bytes, chunk.size())), count) {}
    };

private:
    // Fetches as much of a chunk as 120 samples take. After that, processors see the pattern.
    static void prefetch(cbytes chunk) noexcept {
        constexpr std::size_t line = 64;
        const cbytes part = chunk.first(std::min(chunk.size(), std::size_t{1024}));
        for (std::size_t at = 0; at < part.size(); at += line) __builtin_prefetch(&part[at]);
    }

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

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
