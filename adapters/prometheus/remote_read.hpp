// Remote read: series as Prometheus stores them, bit for bit.
//
//   request    prometheus.ReadRequest, snappy: one query, streamed chunks preferred
//   answer     frames, each of one series or a part of it:
//
//     +-------------+------------------+-----------------------------------+
//     | length      | CRC-32C of the   | ChunkedReadResponse: labels,      |
//     | uvarint     | message, u32 be  | chunks of XOR-coded samples       |
//     +-------------+------------------+-----------------------------------+
//
//              or one ReadResponse, snappy: labels, samples
//
// Source: prometheus/prometheus, prompb/remote.proto and storage/remote/chunked.go.
// An answer is hostile until it has passed: every frame's length and checksum, every
// chunk's count; nothing is allocated on a number alone.
#pragma once

#include <adapters/prometheus_protocol/promql.hpp>
#include <adapters/storage/outcome.hpp>

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/core/sample.hpp>

#include <map>
#include <string>

namespace chronopack::prometheus {

/// Milliseconds, both included.
struct read_span {
    std::int64_t start = INT64_MIN;
    std::int64_t end = INT64_MAX;
};

/// prometheus.ReadRequest, before compression.
[[nodiscard]] std::string read_request(const std::vector<matcher>& all, const read_span& over,
                                       bool streamed);

/// The samples of an answer that lie in the span, by series.
class read_answer {
public:
    read_answer(const read_span& over, std::size_t most) : over_(over), most_(most) {}

    /// Frames to the end; truncated, checksum_mismatch, corrupt; unsupported for
    /// chunks that are no doubles; out_of_range for more than `most` samples.
    [[nodiscard]] result<void> add_frames(cbytes body);

    /// An uncompressed ReadResponse; errors as above.
    [[nodiscard]] result<void> add_samples(cbytes message);

    /// In order of time, each time once.
    [[nodiscard]] std::map<labels, std::vector<sample>> take();

private:
    enum class form : std::uint8_t { chunks, samples };

    [[nodiscard]] result<void> add_series(cbytes message, form how);
    [[nodiscard]] result<void> add_chunk(cbytes message, std::vector<sample>& to);
    [[nodiscard]] result<void> add_sample(cbytes message, std::vector<sample>& to);
    [[nodiscard]] result<void> keep(const sample& s, std::vector<sample>& to);

    read_span over_;
    std::size_t most_;
    std::size_t held_ = 0;
    std::map<labels, std::vector<sample>> series_;
    std::vector<sample> chunk_;
};

}  // namespace chronopack::prometheus
