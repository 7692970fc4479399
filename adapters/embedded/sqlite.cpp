#include <adapters/embedded/sqlite.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace chronopack::embedded {

using storage::verdict;

namespace {

verdict verdict_of(int code) {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
            return verdict::retry;
        case SQLITE_TOOBIG:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
            return verdict::refused;
        default:
            return verdict::hold;
    }
}

// SQLite's own timeout starts again for every statement. This one ends at one time for all of them.
int wait_a_little(void* until, int waited) {
    const auto left = *static_cast<const storage::deadline*>(until) - storage::clock::now();
    if (left <= storage::clock::duration::zero()) return 0;
    const auto step = std::chrono::milliseconds(std::min(1 + waited, 20));
    std::this_thread::sleep_for(std::min<storage::clock::duration>(left, step));
    return 1;
}

}  // namespace

failure failed(sqlite3* db, int code) {
    std::string text = "sqlite: ";
    text += db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    return {verdict_of(code), {}, std::move(text)};
}

statement& statement::bind(int parameter, std::int64_t value) noexcept {
    const int code = sqlite3_bind_int64(statement_.get(), parameter, value);
    if (bound_ == SQLITE_OK) bound_ = code;
    return *this;
}

statement& statement::bind(int parameter, std::string_view text) noexcept {
    const int code =
        sqlite3_bind_text64(statement_.get(), parameter, text.empty() ? "" : text.data(),
                            text.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (bound_ == SQLITE_OK) bound_ = code;
    return *this;
}

statement& statement::bind(int parameter, std::span<const std::byte> data) noexcept {
    const int code = data.empty() ? sqlite3_bind_zeroblob(statement_.get(), parameter, 0)
                                  : sqlite3_bind_blob64(statement_.get(), parameter, data.data(),
                                                        data.size(), SQLITE_STATIC);
    if (bound_ == SQLITE_OK) bound_ = code;
    return *this;
}

reply<bool> statement::step() {
    const int code = bound_ == SQLITE_OK ? sqlite3_step(statement_.get()) : bound_;
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    failure why = failed(sqlite3_db_handle(statement_.get()), code);
    reset();
    return why;
}

reply<std::monostate> statement::run() {
    for (;;) {
        const auto row = step();
        if (!row) return row.error();
        if (!*row) return std::monostate();
    }
}

void statement::reset() noexcept {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    bound_ = SQLITE_OK;
}

std::int64_t statement::integer(int column) noexcept {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view statement::text(int column) noexcept {
    const cbytes raw = data(column);
    return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

// Returns bytes whatever the type of the column: a damaged file may hold any type.
cbytes statement::data(int column) noexcept {
    const void* at = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (at == nullptr || size <= 0) return {};
    return {static_cast<const std::byte*>(at), static_cast<std::size_t>(size)};
}

reply<connection> connection::open(const std::string& path) {
    sqlite3* db = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    connection c(db);
    if (code != SQLITE_OK) return failed(db, code);
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_handler(db, wait_a_little, c.until_.get());
    return c;
}

reply<statement> connection::prepare(std::string_view sql) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) return failed(db_.get(), code);
    return statement(made);
}

reply<std::monostate> connection::prepare(std::initializer_list<sql_text> all) {
    for (const sql_text& one : all) {
        auto prepared = prepare(one.text);
        if (!prepared) return prepared.error();
        *one.into = std::move(*prepared);
    }
    return std::monostate();
}

reply<std::monostate> connection::execute(const char* sql) {
    const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failed(db_.get(), code);
    return std::monostate();
}

reply<std::monostate> connection::give_up() {
    sqlite3_stmt* s = nullptr;
    while ((s = sqlite3_next_stmt(db_.get(), s)) != nullptr) sqlite3_reset(s);
    if (in_transaction()) return execute("ROLLBACK");
    return std::monostate();
}

reply<std::int64_t> connection::number(std::string_view sql) {
    auto s = prepare(sql);
    if (!s) return s.error();
    const auto row = s->step();
    if (!row) return row.error();
    return *row ? s->integer(0) : std::int64_t{0};
}

}  // namespace chronopack::embedded
