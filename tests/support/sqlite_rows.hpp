// Rows of two integers that a query finds in a database, which a store of this process may have
// open: they use the same SQLite library, as SQLite requires.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace chronopack::test {

using sql_rows = std::vector<std::pair<std::int64_t, std::int64_t>>;

inline sql_rows rows_of(const std::string& database, const std::string& query) {
    sqlite3* db = nullptr;
    sqlite3_stmt* statement = nullptr;
    sql_rows found;
    int code = sqlite3_open_v2(database.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(db, query.c_str(), -1, &statement, nullptr);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        found.emplace_back(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1));
        code = SQLITE_OK;
    }
    const std::string why = sqlite3_errmsg(db);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    if (code != SQLITE_DONE) throw std::runtime_error(why);
    return found;
}

}  // namespace chronopack::test
