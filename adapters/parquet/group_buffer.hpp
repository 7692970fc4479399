// The rows of a row group before they are written: columns with dictionaries of their own, and the
// order that they are sorted in.
#pragma once

#include <adapters/parquet/chunk_writer.hpp>

#include <unordered_map>
#include <variant>

namespace chronopack::parquet {

/// The texts, or sets of tags, of a column in a row group, each once.
struct group_dictionary {
    std::unordered_map<std::string, std::uint32_t> codes;  ///< texts; of tags their wire
    std::vector<const std::string*> texts;                 ///< keys of `codes`
    std::vector<labels> tags;
    std::uint64_t bytes = 0;

    // What the indices of the batch's dictionary that came last are here.
    std::vector<std::uint32_t> known = {};
    std::shared_ptr<const void> known_of = {};
};

struct buffered_column {
    std::vector<std::int64_t> integers;
    std::vector<double> reals;
    std::vector<std::uint32_t> codes;
    std::vector<std::uint8_t> present;  ///< of an optional column only
    group_dictionary dictionary;
};

/// Not thread-safe.
class group_buffer {
public:
    group_buffer(const file_schema& schema, std::vector<std::size_t> sort_by);

    /// Returns why the batch is refused. Nothing of it is added then.
    [[nodiscard]] std::optional<storage::failure> check(const batch& rows);

    /// Adds the rows [from, to) of a batch that was checked last.
    void add(const batch& rows, std::size_t from, std::size_t to);

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// Returns the bytes that the dictionaries take.
    [[nodiscard]] std::uint64_t dictionary_bytes() const noexcept;

    /// Sorts the rows, and the dictionaries, whose codes are then ranks.
    void sort();

    /// Calls `write` with each leaf, in order, until it fails.
    [[nodiscard]] result<void> leaves(
        const std::function<result<void>(const leaf_rows&)>& write) const;

    void clear();

private:
    void rank(buffered_column& column, bool tags);
    [[nodiscard]] bool sorted() const;
    [[nodiscard]] int compare(std::size_t a, std::size_t b, std::size_t first_key) const;
    [[nodiscard]] std::size_t coded_keys() const;
    void order_by_codes(std::vector<std::uint32_t>& order, std::size_t keys) const;
    void apply(const std::vector<std::uint32_t>& order);
    [[nodiscard]] leaf_rows flat_leaf(std::size_t column) const;

    const file_schema& schema_;
    std::vector<std::size_t> sort_by_;
    std::vector<buffered_column> columns_;
    std::size_t rows_ = 0;
};

}  // namespace chronopack::parquet
