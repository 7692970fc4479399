// The abilities of a ClickHouse server, by its version.
//
//   26.7.2.1   modern     columns of DateTime64, Map and LowCardinality; codecs, TTL,
//                         lightweight DELETE, parameters, zstd, codes in a header
//   18.16.1    classic    none of them
//
// A server below 22.8, where the last of these came, is taken for a classic one.
#pragma once

#include <adapters/storage/backend.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace chronopack::clickhouse {

enum class dialect : std::uint8_t { classic, modern };

/// Returns the dialect for the text of `SELECT version()`, or nothing where it is no version.
[[nodiscard]] std::optional<dialect> dialect_of(std::string_view version) noexcept;

/// Returns the settings of an insert, each as "&name=value", for a block of up to `rows`. The
/// server then writes the block as a whole before it answers, whatever partitions it has.
[[nodiscard]] std::string insert_settings(dialect of, std::size_t rows);

/// Returns the settings of a query. The server then gives up at the deadline, in whole seconds if
/// it is a classic one; a modern one also gives up when the caller has gone.
[[nodiscard]] std::string query_settings(dialect of, storage::deadline until);

}  // namespace chronopack::clickhouse
