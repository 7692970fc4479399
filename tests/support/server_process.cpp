#include "server_process.hpp"

#include <adapters/http/transport.hpp>
#include <adapters/storage/backend.hpp>

#include <random>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chronopack::test {

using namespace std::chrono_literals;

namespace {

/// Below those that the kernel gives to connections: one of these could take it before the
/// server does, or while the server is down; and who asks whether the server is up could be
/// connected to itself.
std::uint16_t free_port() {
    std::random_device random;
    for (int attempt = 0; attempt < 100; ++attempt) {
        const auto port = static_cast<std::uint16_t>(10'000 + random() % 20'000);
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool free = ::bind(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
        ::close(socket);
        if (free) return port;
    }
    throw std::runtime_error("no free port");
}

}  // namespace

server_process::server_process(command what)
    : what_(std::move(what)),
      directory_(what_.inside.empty() ? std::filesystem::temp_directory_path()
                                      : std::filesystem::path(what_.inside)),
      port_(free_port()) {
    try {
        start();
    } catch (...) {
        kill();
        throw;
    }
}

server_process::~server_process() {
    stop();
}

void server_process::start() {
    std::vector<std::string> words = what_.arguments(*this);
    words.insert(words.begin(), what_.program);
    std::vector<char*> arguments;
    for (std::string& w : words) arguments.push_back(w.data());
    arguments.push_back(nullptr);
    const int log = ::open((directory_ / "log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(log, 1);
        ::dup2(log, 2);
        ::execvp(arguments[0], arguments.data());
        constexpr std::string_view why = "cannot be started: is it installed?\n";
        (void)!::write(2, why.data(), why.size());
        ::_exit(127);
    }
    ::close(log);
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    wait_until_ready();
}

void server_process::wait_until_ready() {
    const std::string scheme = what_.tls ? "https://" : "http://";
    const auto line = http::transport::open({.url = scheme + authority(), .verify = !what_.tls});
    const auto until = storage::in(60s);
    while (storage::clock::now() < until) {
        if (what_.answers) {
            if (what_.answers(*this)) return;
        } else {
            const auto got = (*line)->send({.target = what_.ready}, storage::in(1s));
            if (got && got->status >= 200 && got->status < 300) return;
        }
        if (has_ended()) break;
        std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error(what_.program + " did not come up: " + log_end());
}

bool server_process::has_ended() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
}

void server_process::kill() {
    if (has_ended()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void server_process::stop() {
    if (has_ended()) return;
    ::kill(pid_, what_.stops_by);
    for (int i = 0; i < 6000 && !has_ended(); ++i) std::this_thread::sleep_for(10ms);
    kill();
}

void server_process::pause() {
    if (!has_ended()) ::kill(pid_, SIGSTOP);
}

void server_process::resume() {
    if (!has_ended()) ::kill(pid_, SIGCONT);
}

std::string server_process::log_end() const {
    const auto log = read_file(directory_ / "log");
    const std::size_t n = std::min<std::size_t>(log.size(), 2000);
    return {reinterpret_cast<const char*>(log.data()) + (log.size() - n), n};
}

}  // namespace chronopack::test
