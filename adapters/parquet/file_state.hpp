// A file that is open: its footer, checked, and what cursors share.
#pragma once

#include <adapters/parquet/file_checksums.hpp>
#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/schema.hpp>

namespace chronopack::parquet {

class file_state {
public:
    [[nodiscard]] static storage::reply<std::shared_ptr<const file_state>> open(
        std::shared_ptr<source> from, const reader_limits& limits);

    std::shared_ptr<source> from;
    reader_limits limits;
    std::vector<std::byte> footer;  // metadata refers to it
    file_metadata metadata;
    file_schema schema;
    std::vector<column_schema> columns;
    std::vector<std::pair<std::string, std::string>> key_values;
    std::string created_by;
    std::vector<std::vector<chunk_checksums>> checksums;  // by group; empty where there are none

    [[nodiscard]] const column_chunk& chunk(std::size_t group, std::size_t leaf) const noexcept {
        return metadata.groups[group].chunks[leaf];
    }
    /// Returns the column of that name, or nothing.
    [[nodiscard]] const column_leaves* find(std::string_view name) const noexcept;

    /// Returns a failure about a chunk.
    [[nodiscard]] std::string name_of(std::size_t group, std::size_t leaf) const;

private:
    [[nodiscard]] std::optional<storage::failure> read_footer();
    [[nodiscard]] std::optional<storage::failure> check_groups() const;
};

}  // namespace chronopack::parquet
