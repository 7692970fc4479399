// The columns of a file, and the tree of the footer that says so.
//
//   schema
//     timestamp   REQUIRED INT64 TIMESTAMP(NANOS, UTC)
//     tags        REQUIRED MAP
//       key_value REPEATED
//         key     REQUIRED BYTE_ARRAY STRING
//         value   REQUIRED BYTE_ARRAY STRING
//
// A leaf is stored as a column chunk in each row group. Its definition level says how many of the
// optional and repeated parts of its path are there, and its repetition level whether a value
// begins a row (0) or goes on with one (1).
#pragma once

#include <adapters/parquet/batch.hpp>
#include <adapters/parquet/metadata.hpp>
#include <adapters/storage/outcome.hpp>

namespace chronopack::parquet {

struct leaf_schema {
    std::vector<std::string> path;
    physical_type type = physical_type::int64;
    unsigned max_definition = 0;
    unsigned max_repetition = 0;
};

/// A column and its leaves: one, or of tags the key's and the value's.
struct column_leaves {
    column_schema column;
    std::size_t first_leaf = 0;
    std::size_t leaves = 1;
    unsigned empty_definition = 0;  ///< of tags: the level of a map without pairs
};

struct file_schema {
    std::vector<column_leaves> columns;
    std::vector<leaf_schema> leaves;
};

/// Returns the leaves of columns that are to be written, of which column_schema allows any.
[[nodiscard]] file_schema leaves_of(const std::vector<column_schema>& columns);

/// Returns the elements of a footer for what leaves_of() returned, with views into it.
[[nodiscard]] std::vector<schema_element> elements_of(const file_schema& schema);

/// Reads the elements of a footer. Returns refused for what is no tree.
[[nodiscard]] storage::reply<file_schema> read_schema(const std::vector<schema_element>& elements);

/// Returns a failure that no retry mends.
[[nodiscard]] inline storage::failure refused(std::string why) {
    return {storage::verdict::refused, std::nullopt, std::move(why)};
}
[[nodiscard]] inline storage::failure not_read(std::string why) {
    return {storage::verdict::unsupported, std::nullopt, std::move(why)};
}
[[nodiscard]] inline storage::failure io_failure(std::string why) {
    return {storage::verdict::retry, std::nullopt, std::move(why)};
}

}  // namespace chronopack::parquet
