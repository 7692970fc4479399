// The part of SQLite that the store uses: a connection, its statements and its failures.
//
//   auto db = connection::open(path);
//   db->wait_until(until);
//   auto add = db->prepare("INSERT INTO series VALUES (?1, ?2)");
//   add->bind(1, id).bind(2, "cpu");
//   if (const auto ok = add->run(); !ok) return ok.error();
//
// A failure says whether trying again helps. A busy database is `retry`. A full disk, missing
// rights or a damaged file need an operator and are `hold`.
#pragma once

#include <adapters/storage/outcome.hpp>

#include <chronopack/core/bytes.hpp>

#include <sqlite3.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace chronopack::embedded {

using storage::failure;
using storage::reply;

/// Returns the failure of a call whose deadline has passed.
[[nodiscard]] inline failure no_time() {
    return {storage::verdict::retry, {}, "no time left"};
}

/// Returns what `code` of `db` means to a caller.
[[nodiscard]] failure failed(sqlite3* db, int code);

/// A prepared statement. Not thread-safe. The connection must outlive it.
class statement {
public:
    /// An empty statement can only be assigned to.
    statement() = default;

    /// Binds a parameter; they count from 1. Text and bytes must stay until the statement has run.
    statement& bind(int parameter, std::int64_t value) noexcept;
    statement& bind(int parameter, std::string_view text) noexcept;
    statement& bind(int parameter, std::span<const std::byte> data) noexcept;

    /// Moves to the next row and returns whether there is one. After the last row and after a
    /// failure the statement is reset.
    [[nodiscard]] reply<bool> step();
    /// Runs the statement to its end.
    [[nodiscard]] reply<std::monostate> run();
    void reset() noexcept;

    /// Returns a column of the row; columns count from 0. Views are valid until the next step.
    [[nodiscard]] std::int64_t integer(int column) noexcept;
    [[nodiscard]] std::string_view text(int column) noexcept;
    [[nodiscard]] cbytes data(int column) noexcept;

private:
    friend class connection;
    struct finalizer {
        void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
    };
    explicit statement(sqlite3_stmt* s) noexcept : statement_(s) {}

    std::unique_ptr<sqlite3_stmt, finalizer> statement_;
    int bound_ = SQLITE_OK;  // the first failure of a bind
};

/// A statement to prepare, and its text.
struct sql_text {
    statement* into = nullptr;
    std::string text;
};

/// A connection to a database. Not thread-safe.
class connection {
public:
    /// Opens an existing database, which may be an empty file. Only SQLite opens the file:
    /// database_lock.hpp says why.
    [[nodiscard]] static reply<connection> open(const std::string& path);

    [[nodiscard]] reply<statement> prepare(std::string_view sql);
    /// Prepares all of them, up to the first failure.
    [[nodiscard]] reply<std::monostate> prepare(std::initializer_list<sql_text> all);
    /// Runs statements that have no parameters, separated by `;`.
    [[nodiscard]] reply<std::monostate> execute(const char* sql);
    /// Returns the first column of the first row, or 0 where there is none.
    [[nodiscard]] reply<std::int64_t> number(std::string_view sql);
    /// Sets the time until which all later statements together may wait for other connections.
    void wait_until(storage::deadline until) noexcept { *until_ = until; }

    [[nodiscard]] std::int64_t last_id() const noexcept {
        return sqlite3_last_insert_rowid(db_.get());
    }
    /// Rolls back the transaction, if there is one, and ends all statements.
    [[nodiscard]] reply<std::monostate> give_up();
    [[nodiscard]] bool in_transaction() const noexcept {
        return sqlite3_get_autocommit(db_.get()) == 0;
    }

private:
    struct closer {
        void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
    };
    explicit connection(sqlite3* db) : until_(std::make_unique<storage::deadline>()), db_(db) {}

    std::unique_ptr<storage::deadline> until_;  // SQLite has a pointer to it
    std::unique_ptr<sqlite3, closer> db_;
};

}  // namespace chronopack::embedded
