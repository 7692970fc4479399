// A server on loopback that speaks PostgreSQL's protocol and answers as it is told, correctly or
// not: for what no server here has, and for what none does on purpose.
//
//   scripted_postgres server([](const std::string& sql, const auto& with) -> pg_answer {
//       if (sql.find("add_retention_policy") != sql.npos) return {.sqlstate = "42710"};
//       return {};
//   });
//   connect_to(server.port());
//   server.statements();                 what it was asked, without set-up
//
// Anyone is let in. A statement that begins or ends a transaction, or sets something, is answered
// as PostgreSQL does.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace chronopack::test {

struct pg_answer {
    struct column {
        std::string name;
        std::uint32_t type;
    };
    std::vector<column> columns{};
    std::vector<std::vector<std::optional<std::string>>> rows{};  ///< in binary forms
    std::string tag = "SELECT 0";
    std::string sqlstate{};  ///< an error, where there is one
    std::string message{};
    enum class way : std::uint8_t { answers, hangs, closes, garbage } how = way::answers;
};

struct pg_statement {
    std::string sql;
    std::vector<std::optional<std::string>> with;  ///< its parameters, as they came
};

class scripted_postgres {
public:
    using script = std::function<pg_answer(const std::string& sql,
                                           const std::vector<std::optional<std::string>>& with)>;

    explicit scripted_postgres(script answers);
    scripted_postgres(const scripted_postgres&) = delete;
    scripted_postgres& operator=(const scripted_postgres&) = delete;
    ~scripted_postgres();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::vector<pg_statement> statements() const;
    void forget();

private:
    struct session;
    void accept_all();
    void serve(int socket);

    script answers_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopped_{false};
    mutable std::mutex mutex_;
    std::vector<pg_statement> statements_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace chronopack::test
