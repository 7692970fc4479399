// One connection to PostgreSQL, by fields and a secret: usable alone, without a backend.
//
//   auto line = connection::open({.host = "db.example", .database = "metrics", .user = "me",
//                                 .password = http::secret(read_password())}, in(5s));
//   if (!line) return line.error();
//   auto got = (*line)->run("SELECT $1::int8 + 1", {parameter::int8(41)}, in(1s));
//   (*line)->run("BEGIN", {}, in(1s));         transactions are the caller's to end
//
//   closed -- resolve -- connect -- TLS -- password -- idle <-> a statement     each by the
//      ^                                                 |         |            deadline
//      `---------------- the deadline passes, or the server goes --'            of its call
//
// A call whose deadline passes closes the connection, for the server may still be at work. The
// server is told a statement_timeout a little shorter than the call has left, so that a slow
// statement mostly ends with 57014, and the connection stays.
//
// A user's URL or DSN is never parsed by libpq, whose messages have quoted one with its password.
// Nothing of the environment (PGHOST, PGPASSWORD, PGOPTIONS, ~/.pgpass, ~/.postgresql, ...) has a
// say. libpq cannot be kept from PGSERVICE and PGREQUIREPEER: where one of them is set, opening
// fails and says so.
#pragma once

#include <adapters/http/secret.hpp>
#include <adapters/storage/backend.hpp>
#include <adapters/timescaledb/parameter.hpp>
#include <adapters/timescaledb/resolver.hpp>
#include <adapters/timescaledb/row_set.hpp>
#include <adapters/timescaledb/verdict.hpp>

#include <functional>
#include <memory>

struct pg_conn;
struct pg_result;

namespace chronopack::timescaledb {

enum class tls : std::uint8_t {
    verify_full,  ///< the certificate is of a known authority, and of this host
    verify_ca,    ///< of a known authority
    off,          ///< plain text: for loopback and networks that are trusted
};

struct connection_options {
    /// A name, an address, or the directory of a unix socket, which begins with '/'.
    std::string host{};
    std::uint16_t port = 5432;
    std::string database{};
    std::string user{};
    http::secret password{};
    timescaledb::tls tls = tls::verify_full;  ///< of no meaning for a unix socket
    std::string ca_file{};                    ///< PEM; empty: the system's authorities
    std::string client_certificate{};         ///< PEM; empty: none is shown
    std::string client_key{};
    std::string application_name = "chronopack";
    std::size_t max_answer_bytes = std::size_t{256} << 20;  ///< of the rows of an answer
};

/// Returns why a connection could never be made with these, without any of their text; empty
/// where it could.
[[nodiscard]] std::string why_not(const connection_options& how);

/// One thread at a time may call it.
class connection {
public:
    /// Connects by `until`. `refused` for options that could never work, `hold` for a wrong
    /// password, a missing database or a certificate that is not trusted, `retry` otherwise.
    [[nodiscard]] static storage::reply<std::unique_ptr<connection>> open(
        const connection_options& how, storage::deadline until, resolver* names = nullptr);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Runs one statement with parameters, and returns its rows. They are in the binary forms
    /// of PostgreSQL. A failure is judged by verdict.hpp; why() has more about it.
    [[nodiscard]] storage::reply<row_set> run(const std::string& sql,
                                              const std::vector<parameter>& with,
                                              storage::deadline until, during what = during::other);
    /// Runs COPY ... TO STDOUT and gives each piece of its data to `take`, which returns an empty
    /// text, or why it takes no more: then the connection is closed and the call fails (retry).
    [[nodiscard]] storage::reply<std::monostate> copy_out(
        const std::string& sql, storage::deadline until,
        const std::function<std::string(cbytes)>& take);
    /// Runs COPY ... FROM STDIN with the data that `next` gives until it gives none. Returns the
    /// number of rows.
    [[nodiscard]] storage::reply<std::uint64_t> copy_in(
        const std::string& sql, storage::deadline until,
        const std::function<std::string_view()>& next);

    /// Returns how the last call that failed was judged.
    [[nodiscard]] const judgement& why() const noexcept { return why_; }
    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

    [[nodiscard]] bool alive() const noexcept { return line_ != nullptr; }
    /// Returns whether it is alive, in no transaction, and without anything unread.
    [[nodiscard]] bool idle() const;
    [[nodiscard]] bool in_transaction() const;
    /// Returns the server's version as a number: 150018.
    [[nodiscard]] int server_version() const;
    /// Closes it at once. What was not committed is rolled back.
    void close() noexcept;

private:
    struct result_deleter {
        void operator()(pg_result* of) const noexcept;
    };
    using result = std::unique_ptr<pg_result, result_deleter>;

    explicit connection(const connection_options& how)
        : place_(how.host), password_(how.password), max_answer_bytes_(how.max_answer_bytes) {}

    // connection.cpp
    [[nodiscard]] storage::reply<std::monostate> connect(const connection_options& how,
                                                         const std::vector<std::string>& addresses,
                                                         storage::deadline until);
    [[nodiscard]] storage::failure not_connected(int last_status);
    [[nodiscard]] bool consume();
    [[nodiscard]] bool wait(bool to_read, bool to_write, storage::deadline until) const;
    [[nodiscard]] std::string shown(std::string_view text) const;
    [[nodiscard]] storage::failure failed(storage::verdict what, std::string_view words);
    // conversation.cpp
    [[nodiscard]] storage::reply<std::monostate> set_timeout(storage::deadline until);
    [[nodiscard]] storage::reply<row_set> converse(const std::string& sql,
                                                   const std::vector<parameter>& with,
                                                   storage::deadline until, during what);
    [[nodiscard]] bool send(const std::string& sql, const std::vector<parameter>& with,
                            storage::deadline until);
    [[nodiscard]] bool flush(storage::deadline until);
    [[nodiscard]] bool next_result(result& into, storage::deadline until);
    [[nodiscard]] bool drain(storage::deadline until);
    [[nodiscard]] storage::failure refusal(const pg_result* of, during what);
    [[nodiscard]] storage::failure gone(std::string_view words);
    [[nodiscard]] storage::failure no_answer(storage::deadline until);

    pg_conn* line_ = nullptr;
    std::string place_;
    http::secret password_;
    std::size_t max_answer_bytes_;
    std::int64_t timeout_ms_ = 0;  // that the server has been told
    judgement why_;
    std::string sqlstate_;
};

}  // namespace chronopack::timescaledb
