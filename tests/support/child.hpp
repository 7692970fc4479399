// Other processes, for tests of several processes that use one file.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace chronopack::test {

/// Runs a program to its end, without its output, and returns its exit status; 127 where it
/// is not installed, -1 where a signal ended it.
int run_program(const std::vector<std::string>& words);

/// Runs one statement or dot command by the sqlite3 program, which waits for locks.
inline int run_sqlite(const std::string& database, const std::string& command) {
    return run_program({"sqlite3", "-cmd", ".timeout 20000", database, command});
}

/// A sqlite3 program in a transaction, until it is destroyed.
class open_transaction {
public:
    /// Has run `begin` when it returns: "BEGIN IMMEDIATE" locks the database for writing.
    open_transaction(const std::string& database, const std::string& begin);
    open_transaction(const open_transaction&) = delete;
    ~open_transaction();

private:
    pid_t program_ = -1;
    int to_ = -1;
};

}  // namespace chronopack::test
