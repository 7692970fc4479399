// Rows of every kind for the tests of Parquet files, and whole files in memory.
#pragma once

#include "support/random.hpp"

#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/file_writer.hpp>

namespace chronopack::parquet_test {

using namespace chronopack::parquet;
using test::prng;

using file_bytes = std::vector<std::byte>;

/// Returns a schema with each kind of column, all of them optional or none.
[[nodiscard]] std::vector<column_schema> every_kind(bool optional);

/// Returns rows of such a schema: times that tick, texts of a few and of many values, doubles of
/// any bits and decimals; `first` is the number of the first row.
[[nodiscard]] batch rows_of(const std::vector<column_schema>& schema, std::size_t rows,
                            std::size_t first, prng& random);

/// Returns a file of these batches.
[[nodiscard]] file_bytes written(const std::vector<column_schema>& schema,
                                 const std::vector<batch>& batches,
                                 const writer_options& options = {});

/// Returns the rows of a selection as one text a row, or fails the test. Doubles are shown as
/// their bits.
[[nodiscard]] std::vector<std::string> shown(const file_bytes& file, const selection& wanted = {});

/// Likewise of batches.
[[nodiscard]] std::vector<std::string> shown(const std::vector<column_schema>& schema,
                                             const std::vector<batch>& batches);

/// Returns the rows of a file, or the message of the failure.
struct reading {
    std::vector<std::string> rows;
    std::string failure;
    storage::verdict what = storage::verdict::delivered;
    std::uint64_t bytes_read = 0;
};
[[nodiscard]] reading try_read(std::shared_ptr<source> from, const selection& wanted = {},
                               const reader_limits& limits = {});
[[nodiscard]] reading try_read(const file_bytes& file, const selection& wanted = {},
                               const reader_limits& limits = {});

}  // namespace chronopack::parquet_test
