// SQLite, as far as it is needed: a connection, its statements, its failures.
//
//   auto db = connection::open(path);
//   db->wait_until(until);
//   auto add = db->prepare("INSERT INTO series VALUES (?1, ?2)");
//   add->bind(1, id).bind(2, "cpu");
//   if (const auto bad = add->run()) return *bad;
//
// Failures say whether trying again helps: a database that is busy is `retry`; a full
// disk, missing rights or a damaged file wait for an operator and are `hold`.
#pragma once

#include <adapters/storage/outcome.hpp>

#include <chronopack/core/bytes.hpp>

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace chronopack::embedded {

using storage::failure;
using storage::reply;
/// Nothing, or what went wrong.
using trouble = std::optional<failure>;

/// Returns what a call reports whose deadline has passed.
[[nodiscard]] inline failure no_time() {
    return {storage::verdict::retry, {}, "no time left"};
}

/// What `code` of `db` means to a caller.
[[nodiscard]] failure failed(sqlite3* db, int code);

/// Not thread-safe. The connection must outlive it.
class statement {
public:
    /// Parameters count from 1. Text and bytes must stay until the statement has run.
    statement& bind(int parameter, std::int64_t value) noexcept;
    statement& bind(int parameter, std::string_view text) noexcept;
    statement& bind(int parameter, std::span<const std::byte> data) noexcept;

    /// Whether there is a row; after the last, and after a failure, it is reset.
    [[nodiscard]] reply<bool> step();
    /// Steps to the end.
    [[nodiscard]] trouble run();
    void reset() noexcept;

    /// Of the row, columns counting from 0; views hold until the next step.
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

/// Not thread-safe.
class connection {
public:
    /// Opens a database that is there; an empty file is one. It is SQLite alone that opens the
    /// file: database_lock.hpp says why.
    [[nodiscard]] static reply<connection> open(const std::string& path);

    [[nodiscard]] reply<statement> prepare(std::string_view sql);
    /// Statements without parameters, `;` between them.
    [[nodiscard]] trouble execute(const char* sql);
    /// Returns the first column of the first row, 0 where there is none.
    [[nodiscard]] reply<std::int64_t> number(std::string_view sql);
    /// Says until when statements from now on wait for other connections, all of them together.
    void wait_until(storage::deadline until) noexcept { *until_ = until; }

    [[nodiscard]] std::int64_t last_id() const noexcept {
        return sqlite3_last_insert_rowid(db_.get());
    }
    /// Takes back the transaction that there may be, and ends all statements.
    [[nodiscard]] trouble give_up();
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
