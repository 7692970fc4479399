// What statistics rule out: row groups, and pages by the page index.
//
//   rows      0 ...... 20,000 ...... 40,000 ...... 60,000
//   metric    |  cpu     |  cpu, disk  |   mem       |       metric = disk   ->  20,000 to 40,000
//   time      | 1 ... 5  |  1 ... 7    |  1 ... 5    |       time >= 6       ->  20,000 to 40,000
#pragma once

#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/schema.hpp>

#include <functional>

namespace chronopack::parquet {

struct row_range {
    std::uint64_t begin = 0, end = 0;

    friend bool operator==(const row_range&, const row_range&) = default;
};

/// What is wanted of one leaf: integers in a range, or one text.
struct leaf_filter {
    std::size_t leaf = 0;
    bool is_text = false;
    std::int64_t least = INT64_MIN, greatest = INT64_MAX;
    std::string text = {};
};

/// Returns the filter of a column of timestamps in `unit`: those from `start` to `end`, in
/// nanoseconds.
[[nodiscard]] leaf_filter time_filter(std::size_t leaf, time_unit unit, std::int64_t start,
                                      std::int64_t end);

/// Returns whether values between these bounds, as the file has them, may be wanted. Bounds that
/// are missing or of the wrong size rule nothing out.
[[nodiscard]] bool may_have(const leaf_filter& filter, std::optional<std::string_view> min,
                            std::optional<std::string_view> max);

/// Returns whether the order that bounds are in, of the footer's list, is one that is known.
[[nodiscard]] bool has_known_order(const file_metadata& file, std::size_t leaf);

/// Returns the rows of the pages that may be wanted.
[[nodiscard]] std::vector<row_range> ranges_of(const leaf_filter& filter, const column_index& index,
                                               const std::vector<page_location>& pages,
                                               std::uint64_t rows);

[[nodiscard]] std::vector<row_range> in_both(const std::vector<row_range>& a,
                                             const std::vector<row_range>& b);

/// Returns whether the pages of an offset index are within the chunk, in order, and begin with
/// row 0 of `rows`.
[[nodiscard]] bool are_legal(const std::vector<page_location>& pages, const column_chunk& chunk,
                             std::uint64_t rows);

}  // namespace chronopack::parquet
