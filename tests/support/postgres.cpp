#include "postgres.hpp"

#include <chronopack/core/bytes.hpp>

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chronopack::test {

namespace {

struct ids {
    uid_t user = 0;
    gid_t group = 0;
};

/// Who runs it: nobody else where we are not root.
ids postgres_user(const std::string& root) {
    if (::geteuid() != 0) return {::geteuid(), ::getegid()};
    std::ifstream passwords(root + "/etc/passwd");
    for (std::string line; std::getline(passwords, line);) {
        unsigned user = 0, group = 0;
        if (std::sscanf(line.c_str(), "postgres:%*[^:]:%u:%u:", &user, &group) == 2)
            return {user, group};
    }
    throw std::runtime_error("there is no user postgres: is PostgreSQL installed?");
}

/// The folder of the newest release's programs.
std::string newest_programs(const std::string& root) {
    int newest = 0;
    std::error_code none;
    for (const auto& one :
         std::filesystem::directory_iterator(root + "/usr/lib/postgresql", none)) {
        const int release = std::atoi(one.path().filename().c_str());
        if (std::filesystem::exists(one.path() / "bin" / "postgres"))
            newest = std::max(newest, release);
    }
    if (newest == 0) throw std::runtime_error("PostgreSQL is not installed");
    return "/usr/lib/postgresql/" + std::to_string(newest) + "/bin/";
}

/// The words before a program that runs in `root`, as the user of the package.
std::vector<std::string> runner(const std::string& root) {
    if (::geteuid() != 0) return {};
    const ids who = postgres_user(root);
    std::vector<std::string> words{"setpriv",
                                   "--reuid=" + std::to_string(who.user),
                                   "--regid=" + std::to_string(who.group),
                                   "--clear-groups",
                                   "--pdeathsig=KILL",
                                   "--"};
    if (!root.empty()) words.insert(words.begin(), {"chroot", root});
    return words;
}

void run(std::vector<std::string> words, const std::string& log) {
    std::string command;
    for (const std::string& word : words) command += '\'' + word + "' ";
    const int status = std::system((command + ">>'" + log + "' 2>&1").c_str());
    if (status != 0) throw std::runtime_error("this failed, see " + log + ": " + command);
}

/// Whether it asks who we are: it does when it can let us in.
bool lets_in(const server_process& server) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(server.port());
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string hello(8, '\0');
    hello += std::string("user\0postgres\0\0", 15);
    store_be<std::uint32_t>(reinterpret_cast<std::byte*>(hello.data()),
                            static_cast<std::uint32_t>(hello.size()));
    store_be<std::uint32_t>(reinterpret_cast<std::byte*>(hello.data()) + 4, 196'608);  // 3.0
    char answer = 0;
    const bool good = ::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0 &&
                      ::send(socket, hello.data(), hello.size(), MSG_NOSIGNAL) > 0 &&
                      ::recv(socket, &answer, 1, 0) == 1 && answer == 'R';
    ::close(socket);
    return good;
}

server_process::command command_in(const std::string& root, std::string settings) {
    const std::string programs = newest_programs(root);
    const auto arguments = [=](const server_process& s) {
        // As a path in its root.
        const std::string at = s.directory().path().substr(root.size());
        const std::string data = s.directory() / "data", log = s.directory() / "log";
        if (!std::filesystem::exists(data)) {
            const ids who = postgres_user(root);
            const std::string password = s.directory() / "password";
            const std::string text = std::string(postgres_password) + '\n';
            write_file(password, std::as_bytes(std::span(text)));
            if (::chown(s.directory().path().c_str(), who.user, who.group) != 0 ||
                ::chown(password.c_str(), who.user, who.group) != 0)
                throw std::runtime_error("chown");
            auto words = runner(root);
            for (const std::string& word : std::initializer_list<std::string>{
                     programs + "initdb", "-D", at + "/data", "-U", "postgres", "--no-sync",
                     "--encoding=UTF8", "--locale=C", "--auth-local=trust",
                     "--auth-host=scram-sha-256", "--pwfile=" + at + "/password"})
                words.push_back(word);
            run(words, log);
            std::ofstream config(data + "/postgresql.conf", std::ios::app);
            config << "listen_addresses = '127.0.0.1'\nfsync = off\nfull_page_writes = off\n"
                      "wal_level = minimal\nmax_wal_senders = 0\nshared_buffers = 32MB\n"
                      "dynamic_shared_memory_type = mmap\nautovacuum = off\n"
                      "timezone = 'UTC'\nmax_connections = 40\n"
                   << "port = " << s.port() << "\nunix_socket_directories = '" << at << "'\n"
                   << settings;
        }
        auto words = runner(root);
        words.push_back(programs + "postgres");
        words.push_back("-D");
        words.push_back(at + "/data");
        return words;
    };
    // The first word is the program, whichever it is.
    return {.program = "env",
            .arguments = arguments,
            .answers = lets_in,
            .stops_by = SIGINT,  // it then does not wait for its clients
            .inside = root.empty() ? "" : root + "/tmp"};
}

}  // namespace

server_process::command postgres_command(std::string settings) {
    return command_in("", std::move(settings));
}

server_process::command timescaledb_command(std::string settings) {
    const char* const root = std::getenv("CHRONOPACK_TIMESCALEDB_ROOT");
    if (root == nullptr)
        throw std::runtime_error("CHRONOPACK_TIMESCALEDB_ROOT names no folder of TimescaleDB");
    return command_in(std::filesystem::canonical(root).string(),
                      "shared_preload_libraries = 'timescaledb'\n"
                      "timescaledb.telemetry_level = off\nmax_locks_per_transaction = 256\n" +
                          settings);
}

void start_again(server_process& server) {
    for (int attempt = 0;; ++attempt) try {
            return server.start();
        } catch (const std::runtime_error&) {
            if (attempt == 100) throw;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
}

}  // namespace chronopack::test
