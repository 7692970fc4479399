#include "fault_server.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chronopack::test {

std::string received_request::header(std::string_view name) const {
    for (std::size_t at = 0; at < headers.size();) {
        const std::size_t end = headers.find("\r\n", at);
        std::string line = headers.substr(at, end - at);
        at = end + 2;
        const std::size_t colon = line.find(':');
        if (colon == line.npos) continue;
        std::transform(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                       line.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        if (line.substr(0, colon) != name) continue;
        const std::size_t from = line.find_first_not_of(" \t", colon + 1);
        return from == line.npos ? "" : line.substr(from);
    }
    return {};
}

fault_server::fault_server(std::vector<scripted> script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* address = reinterpret_cast<sockaddr*>(&where);
    if (listener_ < 0 || ::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, address, &size) != 0)
        throw std::runtime_error("no socket for the fault server");
    port_ = ntohs(where.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

fault_server::~fault_server() {
    stopped_ = true;
    acceptor_.join();
    for (std::thread& t : threads_) t.join();
    ::close(listener_);
}

std::string fault_server::authority() const {
    return "127.0.0.1:" + std::to_string(port_);
}

std::string fault_server::url() const {
    return "http://" + authority();
}

std::vector<received_request> fault_server::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

/// Whether the socket is ready before the server is stopped.
bool fault_server::wait_for(int socket, short events) const {
    while (!stopped_) {
        pollfd one{socket, events, 0};
        if (::poll(&one, 1, 10) > 0) return true;
    }
    return false;
}

void fault_server::accept_all() {
    while (wait_for(listener_, POLLIN)) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        ++connections_;
        threads_.emplace_back([this, socket] {
            serve(socket);
            ::close(socket);
        });
    }
}

bool fault_server::send_text(int socket, std::string_view text) const {
    while (!text.empty()) {
        if (!wait_for(socket, POLLOUT)) return false;
        const ssize_t n = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool fault_server::read_request(int socket, std::string& read, received_request& into) const {
    const auto more = [&] {
        char part[65536];
        if (!wait_for(socket, POLLIN)) return false;
        const ssize_t n = ::recv(socket, part, sizeof part, 0);
        if (n <= 0) return false;
        read.append(part, static_cast<std::size_t>(n));
        return true;
    };
    std::size_t end = 0;
    while ((end = read.find("\r\n\r\n")) == read.npos)
        if (!more()) return false;
    const std::string line = read.substr(0, read.find("\r\n"));
    into.headers = read.substr(line.size() + 2, end + 2 - line.size() - 2);
    into.method = line.substr(0, line.find(' '));
    const std::size_t from = into.method.size() + 1;
    into.target = line.substr(from, line.rfind(' ') - from);
    const std::string length = into.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (read.size() < end + 4 + size)
        if (!more()) return false;
    into.body = read.substr(end + 4, size);
    read.erase(0, end + 4 + size);
    return true;
}

void fault_server::serve(int socket) {
    std::string read;
    for (received_request asked; read_request(socket, read, asked); asked = {}) {
        scripted next;
        {
            const std::lock_guard lock(mutex_);
            next = script_[std::min(requests_.size(), script_.size() - 1)];
            requests_.push_back(asked);
        }
        if (!act(socket, next, asked)) return;
    }
}

/// Whether the connection is of further use.
bool fault_server::act(int socket, const scripted& what, const received_request& asked) {
    std::string body = what.body;
    if (what.echo) body += asked.method + " " + asked.target + "\n" + asked.headers;
    std::string head = "HTTP/1.1 " + std::to_string(what.status) + " Scripted\r\n" + what.headers;
    const bool bodiless = what.status == 204 || what.status == 304;
    if (what.how != behaviour::never_ends && !bodiless)
        head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    head += "\r\n";
    if (bodiless) body.clear();

    switch (what.how) {
        case behaviour::answers:
            return send_text(socket, head + body);
        case behaviour::hangs:
            while (wait_for(socket, POLLIN)) {
                char part[4096];
                if (::recv(socket, part, sizeof part, 0) <= 0) break;
            }
            return false;
        case behaviour::drips:
            for (const char c : head + body) {
                if (!send_text(socket, {&c, 1})) return false;
                for (int i = 0; i < 100 && !stopped_; ++i)
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
            return true;
        case behaviour::resets: {
            const linger at_once{1, 0};
            ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            return false;
        }
        case behaviour::closes:
            (void)send_text(socket, "HTTP/1.1 2");
            return false;
        case behaviour::never_ends:
            if (!send_text(socket, head)) return false;
            while (send_text(socket, body)) {}
            return false;
        case behaviour::headers_only:
            if (!send_text(socket, head.substr(0, head.size() - 2))) return false;
            while (send_text(socket, "X-More: of this\r\n")) {}
            return false;
        case behaviour::garbage:
            (void)send_text(socket, "\x01\x02 this is not HTTP at all\n\n");
            return false;
    }
    return false;
}

}  // namespace chronopack::test
