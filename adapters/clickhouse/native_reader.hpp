// ClickHouse's Native format, read: blocks of columns, each with its name and type.
//
//   block    varint columns | varint rows | column ...
//   column   varint n, name | varint n, type | nothing if there are no rows | heads | data
//   heads    u64 = 1 for each LowCardinality in the type, in its order
//
//   numbers          rows x width, little-endian
//   FixedString(n)   rows x n
//   String           rows x (varint n, bytes)
//   Nullable(T)      rows x u8, 1 where there is no value | T of rows
//   Array(T)         rows x u64, where the items of each row end | T of all items
//   Map(K, V)        rows x u64 | K of all items | V of all items
//   Tuple(T, U)      T of rows | U of rows
//   LowCardinality   u64 0x600 + i | u64 n | T of n | u64 rows | rows x index of 2^i bytes;
//                    of no rows, nothing
//
// An answer is any number of blocks; the columns of all are the same. All numbers come from
// the server: memory grows with the bytes that were read, never with what they claim.
#pragma once

#include <adapters/clickhouse/native_type.hpp>

#include <chronopack/core/cursor.hpp>

#include <optional>

namespace chronopack::clickhouse {

/// Holds a column, or a part of one. Its views are into the bytes of the answer.
struct native_column {
    std::string_view name = {};  ///< of a column
    std::string_view text = {};  ///< of a column: its type as it is named
    native_type type = {};
    std::size_t rows = 0;
    cbytes fixed = {};  ///< numbers and FixedString: rows x width
    std::vector<std::string_view> strings = {};
    cbytes nulls = {};                        ///< Nullable: 1 where there is no value
    std::vector<std::uint64_t> ends = {};     ///< Array, Map: of a row's items in the parts
    std::vector<std::uint32_t> indices = {};  ///< LowCardinality: into the only part
    std::vector<native_column> parts = {};

    /// Returns the index of the first item of an array's or map's row.
    [[nodiscard]] std::uint64_t begin_of(std::size_t row) const noexcept {
        return row == 0 ? 0 : ends[row - 1];
    }
    /// Returns the bits of a number of eight bytes.
    [[nodiscard]] std::uint64_t bits(std::size_t row) const noexcept {
        return load_le<std::uint64_t>(fixed.data() + row * 8);
    }
};

struct native_block {
    std::size_t rows = 0;
    std::vector<native_column> columns = {};
};

class native_reader {
public:
    /// Reads an answer, which must outlive the reader and its blocks.
    explicit native_reader(cbytes answer) noexcept : in_(answer) {}

    /// Returns the next block, or nothing after the last. Returns truncated or corrupt for damage,
    /// and unsupported for a type that is not read. After an error it must not be called again.
    [[nodiscard]] result<std::optional<native_block>> next();

    /// Returns the column that an error is about, as "name of type T", or an empty text.
    [[nodiscard]] const std::string& at() const noexcept { return at_; }

private:
    [[nodiscard]] result<std::string_view> text();
    [[nodiscard]] result<void> heads(const native_type& type);
    [[nodiscard]] result<native_column> data(const native_type& type, std::size_t rows);
    [[nodiscard]] result<void> keys(native_column& into);

    byte_reader in_;
    std::string at_;
};

}  // namespace chronopack::clickhouse
