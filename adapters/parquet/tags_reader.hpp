// Reads tags: the keys and the values of a MAP, side by side. A set that comes again and again is
// made once a batch.
#pragma once

#include <adapters/parquet/page_cursor.hpp>

#include <unordered_map>

namespace chronopack::parquet {

/// A key without a value is left out. Refused: a key that is there twice, or not at all, and more
/// tags than labels can hold.
class tags_reader final : public column_reader {
public:
    tags_reader(const column_leaves& column, leaf_source keys, leaf_source values);

    storage::reply<std::size_t> prepare(std::size_t most) override;
    storage::reply<std::monostate> take(std::size_t n, column& into) override;
    storage::reply<std::monostate> seek(std::uint64_t row) override;
    std::uint64_t bytes_read() const noexcept override {
        return keys_.bytes_read() + values_.bytes_read();
    }

private:
    // The texts of a row's pairs, key and value in turn. They are at one place for each text of a
    // page or dictionary, so that places can be compared in place of texts.
    using places = std::vector<const std::string*>;
    struct hash {
        std::size_t operator()(const places& of) const noexcept;
    };

    /// Reads the pairs of the next row; returns false at the end.
    [[nodiscard]] storage::reply<bool> next_row();
    [[nodiscard]] storage::reply<bool> both_ready();
    [[nodiscard]] std::optional<storage::failure> add_set();
    void hold(const page_cursor& at);

    unsigned empty_definition_;
    page_cursor keys_, values_;
    std::uint64_t row_ = 0;  // that next_row() reads

    places pairs_, last_;
    std::size_t pair_bytes_ = 0;
    bool present_ = true;

    // Rows that are prepared.
    std::vector<std::uint32_t> indices_;
    std::vector<std::uint8_t> presence_;
    std::vector<labels> sets_;
    std::size_t set_bytes_ = 0;
    std::unordered_map<places, std::uint32_t, hash> known_;
    std::vector<shared_texts> held_;  // what `known_` points into
};

}  // namespace chronopack::parquet
