// Where `ship` sends points: a store by its URL, and who asks it.
//
//   prometheus+http://HOST:PORT            prometheus+https://...
//   victoriametrics+http://HOST:PORT       victoriametrics+https://...
//   clickhouse+http://HOST:PORT/DB/TABLE   clickhouse+https://...; made where there is none
//   embedded:PATH                          a database, made where there is none
//
// Without DB and TABLE it is chronopack.points.
//
// Credentials are one line, `bearer TOKEN` or `basic USER:PASSWORD`, of a file or of the
// environment variable CHRONOPACK_CREDENTIALS. In a URL they are refused, for others can
// read a command line; no message holds any of them.
#pragma once

#include <string>

namespace chronopack::tool {

inline constexpr const char* credentials_variable = "CHRONOPACK_CREDENTIALS";

struct target_request {
    std::string url;
    std::string credentials_file;  ///< empty: the environment's, where there are any
    std::string ca_file;           ///< PEM; empty: the authorities of the system
};

}  // namespace chronopack::tool
