// A store that a command writes to or reads from: its URL, and the credentials to use.
//
//   prometheus+http://HOST:PORT            prometheus+https://...
//   victoriametrics+http://HOST:PORT       victoriametrics+https://...
//   clickhouse+http://HOST:PORT/DB/TABLE   clickhouse+https://...
//   influxdb+http://HOST:PORT/DB/POLICY    influxdb+https://...; for version 2 the path is
//                                          /ORG/BUCKET
//   timescaledb://HOST:PORT/DB/SCHEMA      timescaledb+plain://..., without TLS
//   embedded:PATH                          a database
//   parquet:DIRECTORY                      Parquet files
//
// Without DB and TABLE the table is chronopack.points, or InfluxDB's database is chronopack. TimescaleDB
// needs DB and a user, and its schema is chronopack without SCHEMA. Names may be percent-encoded for
// InfluxDB and TimescaleDB. What a command writes to is made where there is none; what
// it reads must be there.
//
// Credentials are one line, `bearer TOKEN` or `basic USER:PASSWORD`, in a file or in an environment
// variable. In a URL they are refused, because others can read a command line. No message holds any
// of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::tool {

struct store_request {
    std::string url{};
    std::string credentials_file{};  ///< empty: use the environment's, if there are any
    std::string ca_file{};           ///< PEM; empty: the system's authorities
    unsigned influxdb_version = 1;   ///< 1, 2 or 3

    const char* named = "source";  ///< what messages call the URL
    const char* credentials_option = "--credentials";
    const char* credentials_variable = "CHRONOPACK_CREDENTIALS";
};

inline constexpr std::string_view embedded_scheme = "embedded:", parquet_scheme = "parquet:";

/// Returns whether an input is a store's URL and not a file. A file of such a name can be given as
/// ./NAME.
[[nodiscard]] inline bool is_store(std::string_view input) noexcept {
    return input.starts_with(embedded_scheme) || input.starts_with(parquet_scheme) ||
           input.find("://") != std::string_view::npos;
}

/// Returns the files among inputs, a database among them: an output must be none of these.
[[nodiscard]] inline std::vector<std::string> files_among(const std::vector<std::string>& inputs) {
    std::vector<std::string> files;
    for (const std::string& one : inputs)
        if (one.starts_with(embedded_scheme))
            files.push_back(one.substr(embedded_scheme.size()));
        else if (one.starts_with(parquet_scheme))
            files.push_back(one.substr(parquet_scheme.size()));
        else if (!is_store(one))
            files.push_back(one);
    return files;
}

}  // namespace chronopack::tool
