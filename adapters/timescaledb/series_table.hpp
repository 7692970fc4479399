// The numbers of series, as the table `series` has them, with those that were met in memory.
//
//   key    SHA-256, by the server, of: varint n, metric | varint n, service | labels::write()
//
// It must never change: the same series under another key would have another number. Numbers are
// looked up first, and only missing ones are inserted, because an insert that conflicts uses up a
// number all the same. The server compares the names as well as the key.
//
// What is in memory is of one table: its file (pg_relation_filenode) changes when it is truncated
// or made anew, and each insert of samples asks for the file that its numbers came from. A lost
// connection may mean another server, so the numbers are then forgotten.
#pragma once

#include <adapters/storage/point.hpp>
#include <adapters/timescaledb/connection.hpp>
#include <adapters/timescaledb/identifier.hpp>

#include <mutex>
#include <span>
#include <unordered_map>

namespace chronopack::timescaledb {

/// Which table of series numbers are of.
struct table_file {
    std::int64_t table = 0;  ///< its oid
    std::int64_t file = 0;   ///< its filenode

    friend bool operator==(const table_file&, const table_file&) = default;
};

/// Any number of threads may call it at once.
class series_table {
public:
    series_table(const table_names& names, std::size_t most) : names_(names), most_(most) {}

    /// Sets the number of each series, which a point names, and returns the table that they are
    /// of. Those that are not there are inserted. `losses` is the pool's.
    [[nodiscard]] storage::reply<table_file> numbers(connection& line,
                                                     std::span<const storage::point* const> of,
                                                     std::vector<std::int64_t>& into,
                                                     std::uint64_t losses, storage::deadline until);
    /// Forgets what is in memory.
    void forget();

    /// Returns the file of the table, or nothing where there is no such table.
    [[nodiscard]] storage::reply<table_file> file(connection& line, storage::deadline until) const;

private:
    [[nodiscard]] storage::reply<std::monostate> look_up(connection& line,
                                                         std::span<const storage::point* const> of,
                                                         std::vector<std::int64_t>& into,
                                                         bool insert,
                                                         storage::deadline until) const;

    table_names names_;
    std::size_t most_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::int64_t> known_;
    table_file of_{};
    std::uint64_t losses_ = 0;
};

/// Returns the bytes whose SHA-256 is a series' key.
[[nodiscard]] std::string key_bytes(const storage::point& of);
/// Returns tags as a JSON object. All of their text is UTF-8 without NUL.
[[nodiscard]] std::string json_of(const labels& tags);

}  // namespace chronopack::timescaledb
