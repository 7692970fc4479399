// Points of a batch as blocks of Native, in the order in which the table has them.
//
//   points   b@3 a@9(Feb) a@1 b@1 a@1'       two of one series and time: the later stays
//   blocks   January: a@1' b@1 b@3    February: a@9
//
//   metric   LowCardinality: a dictionary, an index a row     classic: strings
//   service  the same
//   series   u64 a row
//   tags     where a row's tags end, u64 a row | names, LowCardinality | values
//   time     i64 a row, nanoseconds since 1970                classic: and the day, u16
//   value    the double's bits
//
// A block has one month, which is a partition of the table, so that the server takes it as
// a whole or not at all. It is sorted as the table's key is, and no key comes twice: inside
// one block the server keeps any of those, not the last. native_reader.hpp draws the bytes.
#pragma once

#include <adapters/clickhouse/dialect.hpp>

#include <span>
#include <vector>

namespace chronopack::clickhouse {

struct block_limits {
    std::size_t points = 500'000;
    std::size_t bytes = std::size_t{64} << 20;  ///< about, before compression
};

class point_batch {
public:
    struct block {
        std::size_t first = 0;  ///< of the rows
        std::size_t rows = 0;
        /// Holds the points that are written with the block, ascending. Those that a later point of
        /// the batch replaced are among them.
        std::vector<std::size_t> sent = {};
    };

    /// Keeps a view of `points`, which must outlive the batch.
    point_batch(std::span<const storage::point> points, dialect for_server, block_limits within);

    [[nodiscard]] std::span<const block> blocks() const noexcept { return blocks_; }
    [[nodiscard]] std::string encode(const block& which) const;

    /// Returns the points that are in no block, ascending, to be moved out.
    [[nodiscard]] std::vector<storage::dropped_point>& dropped() noexcept { return dropped_; }

private:
    struct series {
        const storage::point* first;  // of its points
        std::uint64_t hash;
        std::size_t row_bytes;
    };
    struct row {
        std::uint32_t series;
        std::int32_t month;  // since 1970
        std::size_t point;
        std::int64_t time;
    };
    void gather();
    void sort_rows();
    void cut(block_limits within);

    std::span<const storage::point> points_;
    dialect dialect_;
    std::vector<series> series_;  // as they come, then in the table's order
    std::vector<row> rows_;
    std::vector<block> blocks_;
    std::vector<storage::dropped_point> dropped_;
};

}  // namespace chronopack::clickhouse
