// Stands between a client and its server on loopback, and ends both connections when the server
// says a certain thing: the client then never hears it.
//
//   cutting_proxy between(server.port());
//   between.cut_at("INSERT 0 ");          the next answer that has this is not passed on
//   connect_to(between.port());
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace chronopack::test {

class cutting_proxy {
public:
    explicit cutting_proxy(std::uint16_t to);
    cutting_proxy(const cutting_proxy&) = delete;
    cutting_proxy& operator=(const cutting_proxy&) = delete;
    ~cutting_proxy();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Once.
    void cut_at(std::string words);
    [[nodiscard]] std::size_t cuts() const noexcept { return cuts_; }

private:
    void accept_all();
    void pass(int client);
    [[nodiscard]] bool is_cut(const std::string& said);

    std::uint16_t to_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopped_{false};
    std::atomic<std::size_t> cuts_{0};
    std::mutex mutex_;
    std::string words_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace chronopack::test
