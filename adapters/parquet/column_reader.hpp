// Reads a column of a row group by rows: of one leaf, or of the two of tags.
//
// A cursor asks every column how many rows are ready, and takes as many of all as the least: a
// column of texts gives rows of one dictionary at a time.
#pragma once

#include <adapters/parquet/leaf_reader.hpp>

#include <memory>

namespace chronopack::parquet {

/// Not thread-safe.
class column_reader {
public:
    virtual ~column_reader() = default;

    /// Returns how many rows can be taken, 1 to `most`; or 0 at the end.
    [[nodiscard]] virtual storage::reply<std::size_t> prepare(std::size_t most) = 0;

    /// Replaces `into` by the next `n` rows, of which no more than prepare() returned.
    [[nodiscard]] virtual storage::reply<std::monostate> take(std::size_t n, column& into) = 0;

    /// Goes on at a later row.
    [[nodiscard]] virtual storage::reply<std::monostate> seek(std::uint64_t row) = 0;

    [[nodiscard]] virtual std::uint64_t bytes_read() const noexcept = 0;
};

/// The leaf of a column, where its chunk is, and where its pages are, if that is known.
struct leaf_source {
    chunk_source chunk = {};
    const leaf_schema* leaf = nullptr;
    std::vector<page_location> pages = {};
};

/// Returns the reader of a column, which has one source or, of tags, two. What sources refer to
/// outlives it.
[[nodiscard]] std::unique_ptr<column_reader> read_column(const column_leaves& column,
                                                         std::vector<leaf_source> sources);

}  // namespace chronopack::parquet
