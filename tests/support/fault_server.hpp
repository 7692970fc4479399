// A server on loopback that answers by a script, correctly or not.
//
//   fault_server server({{.status = 503, .headers = "Retry-After: 7\r\n"}, {.status = 204}});
//   client(server.url());           first request: 503; all after it: 204
//   server.requests()[0].body;
//
// Each connection has a thread; requests are answered in the order in which they
// are complete, from one script for all connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace chronopack::test {

enum class behaviour : std::uint8_t {
    answers,       ///< status, headers, body
    hangs,         ///< reads the request, says nothing
    drips,         ///< the answer, a byte a second
    resets,        ///< closes with RST, unanswered
    closes,        ///< closes in the middle of the status line
    never_ends,    ///< the status and headers, then `body` again and again
    headers_only,  ///< headers without end
    garbage,       ///< bytes that are no HTTP
};

struct scripted {
    unsigned status = 200;
    std::string headers{};  ///< lines that end in \r\n
    std::string body{};
    behaviour how = behaviour::answers;
    bool echo = false;  ///< the headers of the request after the body
};

struct received_request {
    std::string method;
    std::string target;
    std::string headers;  ///< lines that end in \r\n, as they came
    std::string body;

    /// The value of a header, by its name in lower case; empty where there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
};

class fault_server {
public:
    /// The last of the script answers all requests from then on.
    explicit fault_server(std::vector<scripted> script);
    fault_server(std::initializer_list<scripted> script)
        : fault_server(std::vector<scripted>(script)) {}
    fault_server(const fault_server&) = delete;
    fault_server& operator=(const fault_server&) = delete;
    ~fault_server();

    [[nodiscard]] std::string url() const;        ///< http://127.0.0.1:port
    [[nodiscard]] std::string authority() const;  ///< 127.0.0.1:port
    [[nodiscard]] std::vector<received_request> requests() const;
    [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

private:
    void accept_all();
    void serve(int socket);
    [[nodiscard]] bool act(int socket, const scripted& what, const received_request& asked);
    [[nodiscard]] bool send_text(int socket, std::string_view text) const;
    [[nodiscard]] bool read_request(int socket, std::string& read, received_request& into) const;
    [[nodiscard]] bool wait_for(int socket, short events) const;

    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<scripted> script_;
    std::atomic<bool> stopped_{false};
    std::atomic<std::size_t> connections_{0};
    mutable std::mutex mutex_;
    std::vector<received_request> requests_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace chronopack::test
