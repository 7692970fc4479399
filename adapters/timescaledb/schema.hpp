// The tables that points are kept in, and whether those that are there are such tables.
//
//   series    id bigint | key bytea, SHA-256 of the names | metric | service | tags jsonb
//   samples   time timestamptz | series_id bigint | value double precision [| ns smallint]
//             one row a series and time, by a unique index
//   metrics   a view for people: time, metric_name, service_name, value, tags
//
// A narrow table of samples takes 97 bytes a row, and 9 compressed; one with names in each row
// takes 345. The tags are a part of what makes a series, so two that differ in a tag never meet.
// There is no foreign key, which would lock the row of the series at each insert.
#pragma once

#include <adapters/timescaledb/capability.hpp>

#include <chrono>
#include <optional>

namespace chronopack::timescaledb {

/// What becomes of the nanoseconds of a time, of which PostgreSQL keeps the microseconds.
enum class precision : std::uint8_t {
    microseconds,  ///< times are cut down; of several in one microsecond the last written stays
    nanoseconds,   ///< a column `ns` keeps the rest, for 8 bytes a row
};

struct schema_options {
    table_names names{};
    timescaledb::precision precision = timescaledb::precision::microseconds;
    /// Of a hypertable that is made.
    std::chrono::seconds chunk_interval = std::chrono::hours(24);
    /// Whether a table that has rows already is made a hypertable, which moves all of them.
    bool migrate_data = false;
};

/// What is there.
struct schema_state {
    capability has{};
    bool tables = false;                  ///< both, with the columns and the key that they need
    bool hypertable = false;              ///< of time
    std::int64_t chunk_microseconds = 0;  ///< of a hypertable
    bool compression = false;             ///< of a hypertable: it is turned on
};

/// Looks at what is there. `hold`, with the reason, for tables that cannot keep points.
[[nodiscard]] storage::reply<schema_state> look_at_schema(connection& line,
                                                          const schema_options& wanted,
                                                          storage::deadline until);

/// Makes what is missing, in one transaction: the schema, both tables, their indexes, the view,
/// and a hypertable where TimescaleDB is there. What is there stays as it is. Several may call it
/// at once.
[[nodiscard]] storage::reply<schema_state> initialize_schema(connection& line,
                                                             const schema_options& wanted,
                                                             storage::deadline until);

/// Runs `work` in a transaction, which is rolled back where it fails.
[[nodiscard]] storage::reply<std::monostate> in_transaction(
    connection& line, storage::deadline until,
    const std::function<storage::reply<std::monostate>()>& work);

}  // namespace chronopack::timescaledb
