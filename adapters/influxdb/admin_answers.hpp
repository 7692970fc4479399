// What servers answer to questions about databases and buckets. Part of client_admin.cpp.
#pragma once

#include <adapters/influxdb/client.hpp>

namespace chronopack::influxdb {

/// A bucket of version 2, and how requests name it and its organization.
struct bucket {
    std::string id, org;
    kept_data is;
};

/// Reads "168h0m0s", as a server writes a duration; nothing for "0s", which is for ever. Fails
/// with `retry` for other text, as the other calls do.
[[nodiscard]] storage::reply<std::optional<std::chrono::seconds>> read_duration(
    std::string_view text);

/// Reads the answer to GET /api/v2/buckets.
[[nodiscard]] storage::reply<std::vector<bucket>> read_buckets(std::string_view body);

/// Reads the id of the first of GET /api/v2/orgs; `refused` where there is none.
[[nodiscard]] storage::reply<std::string> read_org(std::string_view body);

/// Reads the names in the answer to GET /api/v3/configure/database.
[[nodiscard]] storage::reply<std::vector<kept_data>> read_databases(std::string_view body);

}  // namespace chronopack::influxdb
