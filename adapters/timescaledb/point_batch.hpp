// Points of a batch as the rows of statements, in the order in which the table's key has them.
//
//   points       b@3 a@9 a@1 b@1 a@1'       two of one series and time: the later stays
//   statements   a@1' a@9 b@1 b@3           cut by count, and by time where chunks would be many
//
// Rows are sorted by (series, time), so that two who write the same rows lock them in one order
// and never wait for each other in a circle. No key comes twice in a statement, which PostgreSQL
// would refuse as a whole (21000).
#pragma once

#include <adapters/storage/backend.hpp>
#include <adapters/timescaledb/parameter.hpp>
#include <adapters/timescaledb/schema.hpp>

#include <span>

namespace chronopack::timescaledb {

struct batch_rules {
    timescaledb::precision precision = timescaledb::precision::microseconds;
    std::size_t most_rows = 10'000;       ///< of a statement
    std::size_t most_chunks = 64;         ///< that the rows of a statement are in
    std::int64_t chunk_microseconds = 0;  ///< 0: there are no chunks
    std::int64_t first = INT64_MIN;       ///< nanoseconds; points before it are too old
    std::int64_t last = INT64_MAX;        ///< nanoseconds; points after it are invalid
};

class point_batch {
public:
    struct row {
        std::int64_t time = 0;  ///< microseconds since 2000
        std::uint32_t series = 0;
        std::uint32_t group = 0;  ///< of chunks
        std::size_t point = 0;
        std::int16_t rest = 0;  ///< nanoseconds
    };
    struct statement {
        std::size_t first = 0;
        std::size_t rows = 0;
        /// The points that are written when these rows are, equal ones too; ascending.
        std::vector<std::size_t> sent{};
    };

    /// Views `points`, which must outlive it.
    point_batch(std::span<const storage::point> points, const batch_rules& rules);

    /// A point of each series.
    [[nodiscard]] std::span<const storage::point* const> series() const noexcept { return series_; }
    /// Gives the series their numbers, and makes the statements. Once.
    void number(std::vector<std::int64_t> numbers);

    [[nodiscard]] std::span<const statement> statements() const noexcept { return statements_; }
    [[nodiscard]] std::span<const row> rows_of(const statement& which) const noexcept {
        return std::span(rows_).subspan(which.first, which.rows);
    }
    /// time, series_id, value, and ns where that is kept.
    [[nodiscard]] std::vector<parameter> arrays(std::span<const row> rows) const;
    /// The same as the data of COPY ... FROM STDIN (FORMAT BINARY).
    [[nodiscard]] std::string copy_data(std::span<const row> rows) const;
    /// Two parts of about the same size, each of which is of less time or of fewer series.
    [[nodiscard]] static std::pair<std::vector<row>, std::vector<row>> halves(
        std::span<const row> rows);

    /// The points that are in no statement, ascending; to be moved out.
    [[nodiscard]] std::vector<storage::dropped_point>& dropped() noexcept { return dropped_; }
    /// All points that are in statements, ascending.
    [[nodiscard]] std::vector<std::size_t> sent() const;

private:
    void gather();
    void group_chunks();
    void sort_rows();
    void cut();

    std::span<const storage::point> points_;
    batch_rules rules_;
    std::vector<const storage::point*> series_;
    std::vector<std::int64_t> numbers_;
    std::vector<row> rows_;
    std::vector<statement> statements_;
    std::vector<storage::dropped_point> dropped_;
};

}  // namespace chronopack::timescaledb
