// Remote read: series with the bits that Prometheus stores.
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
// An answer may come from an attacker. The length and checksum of every frame and the count of
// every chunk are checked, and nothing is allocated on the word of a number alone.
#pragma once

#include <adapters/prometheus_protocol/promql.hpp>
#include <adapters/storage/outcome.hpp>

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/core/sample.hpp>

#include <map>
#include <string>

namespace chronopack::prometheus {

/// A range of time in milliseconds, both ends included.
struct read_span {
    std::int64_t start = INT64_MIN;
    std::int64_t end = INT64_MAX;
};

/// Returns a prometheus.ReadRequest before compression.
[[nodiscard]] std::string read_request(const std::vector<matcher>& all, const read_span& over,
                                       bool streamed);

/// Collects the samples of an answer that lie in the span, by series.
class read_answer {
public:
    read_answer(const read_span& over, std::size_t most) : over_(over), most_(most) {}

    /// Adds the frames of a body. Returns truncated, checksum_mismatch or corrupt for damaged ones,
    /// unsupported for chunks that do not hold doubles, and out_of_range for more than `most`
    /// samples.
    [[nodiscard]] result<void> add_frames(cbytes body);

    /// Adds an uncompressed ReadResponse. Errors are those of add_frames().
    [[nodiscard]] result<void> add_samples(cbytes message);

    /// Returns the samples of each series in order of time, each time once.
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
