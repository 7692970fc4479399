// A real server for a test. It runs on a free port of loopback in a directory of its own; the
// test waits until it answers, and stops it by its process id.
//
//   server_process server({"prometheus", [](auto& s) { return std::vector<std::string>{
//                              "--web.listen-address=" + s.authority()}; }, "/-/ready"});
//   client(server.url());
//
// A server that is not installed, or does not answer, is an error: no test is skipped.
#pragma once

#include "scratch.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/types.h>

namespace chronopack::test {

class server_process {
public:
    struct command {
        std::string program;
        std::function<std::vector<std::string>(const server_process&)> arguments;
        std::string ready{};  ///< the target of a GET that answers 2xx when it is
        bool tls = false;     ///< over TLS, with any certificate
        /// Of a server that is asked in another way than by a GET: whether it is ready.
        std::function<bool(const server_process&)> answers{};
        int stops_by = SIGTERM;
        std::string inside{};  ///< where its directory is made; empty: where the system's are
    };

    /// Starts it and waits; throws std::runtime_error with the end of its log.
    explicit server_process(command what);
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;
    ~server_process();

    [[nodiscard]] std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::string url() const { return "http://" + authority(); }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] pid_t process() const noexcept { return pid_; }
    [[nodiscard]] const scratch_directory& directory() const noexcept { return directory_; }

    /// SIGKILL, as a power failure would look to clients.
    void kill();
    /// Its signal to stop, and SIGKILL after a minute.
    void stop();
    /// Holds it still, or lets it go on: it neither answers nor closes connections.
    void pause();
    void resume();
    /// Again, on the same port and with the same data.
    void start();

private:
    void wait_until_ready();
    [[nodiscard]] bool has_ended();
    [[nodiscard]] std::string log_end() const;

    command what_;
    scratch_directory directory_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

}  // namespace chronopack::test
