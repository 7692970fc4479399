// The place that `ship` sends points to: a store by its URL, and the credentials to use.
//
//   prometheus+http://HOST:PORT            prometheus+https://...
//   victoriametrics+http://HOST:PORT       victoriametrics+https://...
//   clickhouse+http://HOST:PORT/DB/TABLE   clickhouse+https://...; made where there is none
//   influxdb+http://HOST:PORT/DB/POLICY    influxdb+https://...; made where there is none;
//                                          for version 2 the path is /ORG/BUCKET
//   embedded:PATH                          a database, made where there is none
//
// Without DB and TABLE the table is chronopack.points, or InfluxDB's database is chronopack. Names
// may be percent-encoded for InfluxDB.
//
// Credentials are one line, `bearer TOKEN` or `basic USER:PASSWORD`, in a file or in the
// environment variable CHRONOPACK_CREDENTIALS. In a URL they are refused, because others can read a
// command line. No message holds any of them.
#pragma once

#include <string>

namespace chronopack::tool {

inline constexpr const char* credentials_variable = "CHRONOPACK_CREDENTIALS";

struct target_request {
    std::string url;
    std::string credentials_file;   ///< empty: use the environment's, if there are any
    std::string ca_file;            ///< PEM; empty: the system's authorities
    unsigned influxdb_version = 1;  ///< 1, 2 or 3
};

}  // namespace chronopack::tool
