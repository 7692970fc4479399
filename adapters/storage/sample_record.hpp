// Samples of many series in one run of bytes, as logs and spools keep them until the samples are in
// their final place.
//
//   number     3  7  3  9 ...     the caller's number of the series
//   timestamp  0  0  1  1 ...
//   value      a  b  c  d ...     in the order in which they were written
//
//   +--------+----------+-------------------------+-------+----------------+
//   | n      | bytes of | numbers, packed         | CRC   | timestamps and |
//   | varint | numbers  | (codec/packed.hpp)      | -32C  | values: frame  |
//   +--------+----------+-------------------------+-------+----------------+
//
// n is 1 to 65,536. The frame has its own checksums (frame/header.hpp).
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace chronopack::storage {

inline constexpr std::size_t max_record_samples = 65'536;

/// Three columns of equal size.
struct sample_columns {
    std::vector<std::int64_t> numbers;
    std::vector<std::int64_t> timestamps;
    std::vector<double> values;

    [[nodiscard]] std::size_t size() const noexcept { return numbers.size(); }
    void push_back(std::int64_t number, std::int64_t timestamp, double value) {
        numbers.push_back(number);
        timestamps.push_back(timestamp);
        values.push_back(value);
    }
    void clear() noexcept {
        numbers.clear();
        timestamps.clear();
        values.clear();
    }
};

/// Appends 1 to max_record_samples samples to `out`. Returns out_of_range for another number.
[[nodiscard]] result<void> append_samples(const sample_columns& in, std::vector<std::byte>& out);

/// Returns the samples of a record that is exactly `in`, or truncated, corrupt or
/// checksum_mismatch. It allocates 24 bytes a sample, for at most max_record_samples samples.
[[nodiscard]] result<sample_columns> read_samples(cbytes in);

}  // namespace chronopack::storage
