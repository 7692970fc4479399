#include "cutting_proxy.hpp"

#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chronopack::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return where;
}

/// Whether all of it was sent.
bool send_all(int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

cutting_proxy::cutting_proxy(std::uint16_t to) : to_(to) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where = loopback(0);
    socklen_t size = sizeof where;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
        throw std::runtime_error("no port for a proxy");
    port_ = ntohs(where.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

cutting_proxy::~cutting_proxy() {
    stopped_ = true;
    acceptor_.join();
    for (std::thread& one : threads_) one.join();
    ::close(listener_);
}

void cutting_proxy::cut_at(std::string words) {
    const std::lock_guard held(mutex_);
    words_ = std::move(words);
}

bool cutting_proxy::is_cut(const std::string& said) {
    const std::lock_guard held(mutex_);
    if (words_.empty() || said.find(words_) == std::string::npos) return false;
    words_.clear();
    ++cuts_;
    return true;
}

void cutting_proxy::accept_all() {
    while (!stopped_) {
        pollfd one{listener_, POLLIN, 0};
        if (::poll(&one, 1, 20) <= 0) continue;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client >= 0) threads_.emplace_back([this, client] { pass(client); });
    }
}

void cutting_proxy::pass(int client) {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in where = loopback(to_);
    bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
    std::string buffer(1 << 16, '\0');
    while (open && !stopped_) {
        pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
        if (::poll(both, 2, 20) <= 0) continue;
        for (int side = 0; side < 2 && open; ++side) {
            if (both[side].revents == 0) continue;
            const ssize_t n = ::recv(both[side].fd, buffer.data(), buffer.size(), 0);
            if (n <= 0) {
                open = false;
                break;
            }
            const std::string said(buffer, 0, static_cast<std::size_t>(n));
            open = (side == 0 || !is_cut(said)) && send_all(both[1 - side].fd, said);
        }
    }
    ::close(server);
    ::close(client);
}

}  // namespace chronopack::test
