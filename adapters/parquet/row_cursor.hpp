// What row_cursor does: row group after row group, the ranges of rows that may be wanted.
#pragma once

#include <adapters/parquet/column_reader.hpp>
#include <adapters/parquet/file_state.hpp>
#include <adapters/parquet/pruning.hpp>

namespace chronopack::parquet {

class row_cursor::state {
public:
    state(std::shared_ptr<const file_state> file, const selection& wanted,
          std::vector<const column_leaves*> columns, std::vector<leaf_filter> filters);

    [[nodiscard]] storage::reply<bool> next(batch& into);
    [[nodiscard]] const std::vector<column_schema>& schema() const noexcept { return schema_; }
    [[nodiscard]] std::uint64_t bytes_read() const noexcept;

private:
    [[nodiscard]] std::optional<storage::failure> begin_group();
    [[nodiscard]] std::optional<storage::failure> finish_group();
    [[nodiscard]] storage::reply<leaf_source> source_of(std::size_t group, std::size_t leaf) const;
    [[nodiscard]] storage::reply<std::vector<std::byte>> index_bytes(std::optional<std::int64_t> at,
                                                                     std::int32_t size);
    [[nodiscard]] storage::reply<std::vector<page_location>> offset_index(std::size_t group,
                                                                          std::size_t leaf,
                                                                          std::uint64_t rows);
    [[nodiscard]] storage::reply<std::vector<row_range>> pages_that_may(const leaf_filter& filter,
                                                                        std::size_t group,
                                                                        std::uint64_t rows);

    std::shared_ptr<const file_state> file_;
    std::vector<const column_leaves*> columns_;  // of the file's
    std::vector<leaf_filter> filters_;
    std::size_t batch_rows_;
    std::vector<column_schema> schema_;

    std::size_t group_ = 0;  // the next one
    std::vector<std::unique_ptr<column_reader>> readers_;
    std::vector<row_range> ranges_;  // of the group, that are not read yet
    std::uint64_t row_ = 0;          // of the group
    bool whole_ = false;             // no row of the group is left out
    std::uint64_t bytes_read_ = 0;   // of earlier groups, and of indexes
};

}  // namespace chronopack::parquet
