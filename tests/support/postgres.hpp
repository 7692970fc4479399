// PostgreSQL for tests: the newest that Debian has installed, or TimescaleDB in a root of its own.
//
//   server_process server(postgres_command());
//   connection::open({.host = "127.0.0.1", .port = server.port(), .database = "postgres",
//                     .user = "postgres", .password = http::secret(postgres_password)});
//
// Its superuser is `postgres`, asked for its password over loopback. PostgreSQL refuses to run as
// root: then it runs as the user of its package. CHRONOPACK_TIMESCALEDB_ROOT names the folder of
// tools/setup.sh's cached_timescaledb, in which the second one runs.
#pragma once

#include "server_process.hpp"

namespace chronopack::test {

inline constexpr const char* postgres_password = "sesame-postgres";

/// With more lines for its configuration.
[[nodiscard]] server_process::command postgres_command(std::string settings = {});
/// TimescaleDB's Apache edition. Throws std::runtime_error where the environment names no root.
[[nodiscard]] server_process::command timescaledb_command(std::string settings = {});

/// Starts a server again that was killed. Processes that PostgreSQL had started may still be about
/// to see that it is gone, and keep a new one out until then.
void start_again(server_process& server);

}  // namespace chronopack::test
