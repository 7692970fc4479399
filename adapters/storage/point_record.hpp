// A batch of points as bytes that can be read without anything else.
//
//   +--------+-----------------------------------+--------------------------+
//   | series | each: metric, service, tags       | samples, their numbers   |
//   | varint | (varint n, text; series/labels)   | counting these (sample_  |
//   |        |                                   | record.hpp)              |
//   +--------+-----------------------------------+--------------------------+
//
// A record has 1 to 65,536 points in their order. Names have no checksum here: the caller has one
// for the whole record.
#pragma once

#include <adapters/storage/point.hpp>
#include <adapters/storage/sample_record.hpp>

#include <span>
#include <vector>

namespace chronopack::storage {

/// Appends the record of 1 to max_record_samples points. Returns out_of_range for another number.
[[nodiscard]] result<void> append_points(std::span<const point> points,
                                         std::vector<std::byte>& out);

/// Returns the points of a record that is exactly `in`, or truncated, corrupt or checksum_mismatch.
[[nodiscard]] result<std::vector<point>> read_points(cbytes in);

}  // namespace chronopack::storage
