// What the server has, as it says itself: nothing is taken for granted.
//
//   plain       PostgreSQL without the extension: tables
//   apache      TimescaleDB's Apache edition: hypertables, chunks, time_bucket, drop_chunks
//   community   compression, policies and continuous aggregates as well
#pragma once

#include <adapters/timescaledb/connection.hpp>
#include <adapters/timescaledb/identifier.hpp>

namespace chronopack::timescaledb {

enum class edition : std::uint8_t { plain, apache, community };

[[nodiscard]] std::string_view name_of(edition which) noexcept;

struct capability {
    timescaledb::edition edition = edition::plain;
    int major = 0;  ///< of TimescaleDB: 2.19 is {2, 19}
    int minor = 0;
    std::string functions{};  ///< the schema that the extension's functions are in, quoted
    int server = 0;           ///< PostgreSQL's version: 150018

    [[nodiscard]] bool extension() const noexcept { return edition != edition::plain; }
    /// Returns a function of the extension, with its schema.
    [[nodiscard]] std::string function(std::string_view name) const {
        return functions + '.' + std::string(name);
    }
};

/// Asks the server. `unsupported` for TimescaleDB before 2.11 and PostgreSQL before 13.
[[nodiscard]] storage::reply<capability> capability_of(connection& line, storage::deadline until);

/// Returns the failure of what this edition lacks: `what` it is, and what there is `instead`.
[[nodiscard]] storage::failure lacks(const capability& has, std::string_view what,
                                     std::string_view instead);

}  // namespace chronopack::timescaledb
