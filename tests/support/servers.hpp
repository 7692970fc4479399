// The servers that adapters are tested against, in several releases by one list of cases.
//
//   server_process server(victoria_metrics_command());
//   CHECK(refusals == (takes_zstd(victoria_metrics_release()) ? 0 : 1));
//
// The environment says which release it is: CHRONOPACK_PROMETHEUS and
// CHRONOPACK_VICTORIAMETRICS name a folder that Debian's package is unpacked in, with the
// package's file name in `packages`. Without them it is the installed package. What releases do
// differently stands here and nowhere else; the cases assert both ways and skip none.
#pragma once

#include "server_process.hpp"

namespace chronopack::test {

/// A program and its version, of which two numbers are enough: "2.42".
struct server_release {
    std::string program;
    int major = 0;
    int minor = 0;

    [[nodiscard]] bool at_least(int of_major, int of_minor) const noexcept {
        return major != of_major ? major > of_major : minor >= of_minor;
    }
};

/// Each throws std::runtime_error where there is no such package.
[[nodiscard]] const server_release& prometheus_release();
[[nodiscard]] const server_release& victoria_metrics_release();

/// With a config that takes samples up to 30 days late (`late`), or in order only.
[[nodiscard]] server_process::command prometheus_command(bool late, bool admin_api = true);
[[nodiscard]] server_process::command victoria_metrics_command();

/// ClickHouse of today, without users: support/chdb_server.cpp says what else it is not.
[[nodiscard]] server_process::command clickhouse_command();
/// ClickHouse 18.16, with the users `default`, without a password, and `reader`, who may only
/// read and whose password is `sesame`.
[[nodiscard]] server_process::command classic_clickhouse_command();

/// InfluxDB 1.x, with more lines for the sections [http] and [data] of its configuration.
[[nodiscard]] server_process::command influxd_command(std::string http = {}, std::string data = {});

/// What the server's own /metrics say of a name with its labels, as they write both. They may
/// be some seconds old: waits until they say `expected`, for a minute.
[[nodiscard]] std::string metric_of(const server_process& server, const std::string& name,
                                    const std::string& expected);

/// Those that do not take it read a request of it as one of 1.0, of nothing that they know.
[[nodiscard]] inline bool takes_remote_write_2(const server_release& prometheus) noexcept {
    return prometheus.at_least(2, 54);
}

/// Those that cannot have no -inmemoryDataFlushInterval, and do not start with it.
[[nodiscard]] inline bool may_flush_seldom(const server_release& victoria_metrics) noexcept {
    return victoria_metrics.at_least(1, 86);
}

/// Those that do not take it refuse it as damaged snappy.
[[nodiscard]] inline bool takes_zstd(const server_release& victoria_metrics) noexcept {
    return victoria_metrics.at_least(1, 88);
}

}  // namespace chronopack::test
