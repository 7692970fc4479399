#include "scripted_postgres.hpp"

#include <chronopack/core/bytes.hpp>

#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chronopack::test {

namespace {

template <class T>
void put(std::string& out, T value) {
    const std::size_t at = out.size();
    out.resize(at + sizeof(T));
    store_be<T>(reinterpret_cast<std::byte*>(out.data() + at), value);
}

template <class T>
T get(const std::string& from, std::size_t at) {
    if (from.size() < at + sizeof(T)) throw std::runtime_error("a short message");
    return load_be<T>(reinterpret_cast<const std::byte*>(from.data() + at));
}

std::string message(char type, const std::string& body) {
    std::string out(1, type);
    put<std::uint32_t>(out, static_cast<std::uint32_t>(body.size() + 4));
    return out + body;
}

std::string zero_ended(const std::string& text) {
    return text + '\0';
}

bool begins(const std::string& sql, const char* words) {
    return sql.rfind(words, 0) == 0;
}

}  // namespace

/// One connection.
struct scripted_postgres::session {
    scripted_postgres& server;
    int socket;
    char status = 'I';
    std::string sql{};
    std::vector<std::optional<std::string>> with{};

    /// Waits for `n` bytes; an empty text when there will be none.
    std::string read(std::size_t n) const {
        std::string out;
        while (out.size() < n && !server.stopped_) {
            pollfd one{socket, POLLIN, 0};
            if (::poll(&one, 1, 20) <= 0) continue;
            char piece[65'536];
            const ssize_t got = ::recv(socket, piece, std::min(sizeof piece, n - out.size()), 0);
            if (got <= 0) return {};
            out.append(piece, static_cast<std::size_t>(got));
        }
        return out.size() == n ? out : std::string();
    }
    bool send(const std::string& all) const {
        return ::send(socket, all.data(), all.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(all.size());
    }
    [[nodiscard]] std::string ready() const { return message('Z', std::string(1, status)); }

    bool let_in() {
        for (;;) {
            const std::string size = read(4);
            if (size.empty()) return false;
            const std::string hello = read(get<std::uint32_t>(size, 0) - 4);
            if (hello.empty()) return false;
            constexpr std::uint32_t wants_tls = 80'877'103, wants_gss = 80'877'104;
            const auto version = get<std::uint32_t>(hello, 0);
            if (version != wants_tls && version != wants_gss) break;
            if (!send("N")) return false;
        }
        const auto setting = [](const char* name, const char* value) {
            return message('S', zero_ended(name) + zero_ended(value));
        };
        std::string key;
        put<std::uint32_t>(key, 1);
        put<std::uint32_t>(key, 1);
        return send(message('R', std::string(4, '\0')) + setting("server_version", "17.0") +
                    setting("client_encoding", "UTF8") + message('K', key) + ready());
    }

    void parse(const std::string& body) {
        const std::size_t name = body.find('\0');
        sql = body.substr(name + 1, body.find('\0', name + 1) - name - 1);
    }
    void bind(const std::string& body) {
        std::size_t at = body.find('\0') + 1;
        at = body.find('\0', at) + 1;
        at += 2 + std::size_t{get<std::uint16_t>(body, at)} * 2;  // formats
        const auto count = get<std::uint16_t>(body, at);
        at += 2;
        with.clear();
        for (int i = 0; i < count; ++i) {
            const auto n = get<std::uint32_t>(body, at);
            at += 4;
            with.emplace_back();
            if (n == UINT32_MAX) continue;
            with.back() = body.substr(at, n);
            at += n;
        }
    }

    /// The answer to the statement; nothing where there is to be none.
    std::optional<std::string> answer() {
        const bool own = begins(sql, "SET ") || sql.find("set_config") != sql.npos;
        pg_answer is;
        if (begins(sql, "BEGIN") || begins(sql, "COMMIT") || begins(sql, "ROLLBACK"))
            is.tag = sql;
        else if (own)
            is.tag = "SET";
        else if (status == 'E')
            is.sqlstate = "25P02";
        else
            is = server.answers_(sql, with);
        if (!own) {
            const std::lock_guard held(server.mutex_);
            server.statements_.push_back({sql, with});
        }
        if (is.how == pg_answer::way::hangs) {
            while (!server.stopped_) {
                pollfd one{socket, POLLIN, 0};
                char ignored[4'096];
                if (::poll(&one, 1, 20) > 0 && ::recv(socket, ignored, sizeof ignored, 0) <= 0)
                    break;
            }
            return std::nullopt;
        }
        if (is.how == pg_answer::way::closes) return std::nullopt;
        if (is.how == pg_answer::way::garbage) return std::string(4'096, '\x7f');
        if (!is.sqlstate.empty()) {
            if (status == 'T') status = 'E';
            return message('E', "S" + zero_ended("ERROR") + "V" + zero_ended("ERROR") + "C" +
                                    zero_ended(is.sqlstate) + "M" +
                                    zero_ended(is.message.empty() ? "scripted" : is.message) +
                                    '\0') +
                   ready();
        }
        if (begins(sql, "BEGIN")) status = 'T';
        if (begins(sql, "COMMIT") || begins(sql, "ROLLBACK")) status = 'I';
        std::string out = message('1', "") + message('2', "");
        if (is.columns.empty()) {
            out += message('n', "");
        } else {
            std::string described;
            put<std::uint16_t>(described, static_cast<std::uint16_t>(is.columns.size()));
            for (const auto& one : is.columns) {
                described += zero_ended(one.name);
                put<std::uint32_t>(described, 0);
                put<std::uint16_t>(described, 0);
                put<std::uint32_t>(described, one.type);
                put<std::uint16_t>(described, UINT16_MAX);
                put<std::uint32_t>(described, UINT32_MAX);
                put<std::uint16_t>(described, 1);
            }
            out += message('T', described);
        }
        for (const auto& row : is.rows) {
            std::string data;
            put<std::uint16_t>(data, static_cast<std::uint16_t>(row.size()));
            for (const auto& value : row) {
                put<std::uint32_t>(data,
                                   value ? static_cast<std::uint32_t>(value->size()) : UINT32_MAX);
                if (value) data += *value;
            }
            out += message('D', data);
        }
        return out + message('C', zero_ended(is.tag)) + ready();
    }
};

scripted_postgres::scripted_postgres(script answers) : answers_(std::move(answers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
        throw std::runtime_error("no port for a server");
    port_ = ntohs(where.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

scripted_postgres::~scripted_postgres() {
    stopped_ = true;
    acceptor_.join();
    for (std::thread& one : threads_) one.join();
    ::close(listener_);
}

std::vector<pg_statement> scripted_postgres::statements() const {
    const std::lock_guard held(mutex_);
    return statements_;
}

void scripted_postgres::forget() {
    const std::lock_guard held(mutex_);
    statements_.clear();
}

void scripted_postgres::accept_all() {
    while (!stopped_) {
        pollfd one{listener_, POLLIN, 0};
        if (::poll(&one, 1, 20) <= 0) continue;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client >= 0) threads_.emplace_back([this, client] { serve(client); });
    }
}

void scripted_postgres::serve(int socket) {
    session one{*this, socket};
    bool open = one.let_in();
    while (open) {
        const std::string head = one.read(5);
        if (head.empty() || head[0] == 'X') break;
        const std::size_t size = get<std::uint32_t>(head, 1) - 4;
        const std::string body = one.read(size);
        if (body.size() != size) break;
        if (head[0] == 'P') one.parse(body);
        if (head[0] == 'B') one.bind(body);
        if (head[0] != 'S') continue;
        const auto answer = one.answer();
        open = answer && one.send(*answer);
    }
    ::close(socket);
}

}  // namespace chronopack::test
