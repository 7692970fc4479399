// A place in the pages of a leaf, entry by entry.
#pragma once

#include <adapters/parquet/column_reader.hpp>

#include <algorithm>

namespace chronopack::parquet {

/// Not thread-safe.
class page_cursor {
public:
    page_cursor(leaf_source from, bool is_unsigned)
        : pages_(std::move(from.pages)), leaf_(std::move(from.chunk), *from.leaf, is_unsigned) {}

    /// Loads the next page where the last one is used up; returns false at the end.
    [[nodiscard]] storage::reply<bool> ready() {
        while (entry_ == leaf_.page().entries) {
            if (jumped_) {
                // What comes next is read where the page index says that it is.
                if (next_page_ == pages_.size()) return false;
                const auto done = leaf_.jump(next_page_, pages_[next_page_]);
                if (!done) return done.error();
                ++next_page_;
            }
            const auto more = leaf_.next();
            if (!more) return more.error();
            if (!*more) return false;
            entry_ = value_ = 0;
        }
        return true;
    }

    /// Goes to the page that has a row, if that is known and it is not this one; returns the row
    /// that the page begins with, or nothing where it stays.
    [[nodiscard]] std::optional<std::uint64_t> jump(std::uint64_t row, std::uint64_t now) {
        if (pages_.empty()) return std::nullopt;
        const auto after = std::upper_bound(pages_.begin(), pages_.end(), row,
                                            [](std::uint64_t r, const page_location& p) {
                                                return r < static_cast<std::uint64_t>(p.first_row);
                                            });
        const auto page = static_cast<std::size_t>(after - pages_.begin()) - 1;
        const auto first = static_cast<std::uint64_t>(pages_[page].first_row);
        if (jumped_ && first <= now) return std::nullopt;
        jumped_ = true;
        next_page_ = page;
        entry_ = value_ = 0;
        leaf_.forget_page();
        return first;
    }

    [[nodiscard]] const leaf_page& page() const noexcept { return leaf_.page(); }
    [[nodiscard]] const leaf_reader& leaf() const noexcept { return leaf_; }
    [[nodiscard]] std::size_t left() const noexcept { return leaf_.page().entries - entry_; }
    [[nodiscard]] std::size_t entry() const noexcept { return entry_; }
    [[nodiscard]] std::size_t value() const noexcept { return value_; }

    /// Returns whether the entry has a value.
    [[nodiscard]] bool has(std::size_t entry) const noexcept {
        return leaf_.page().definition.empty() ||
               leaf_.page().definition[entry] == leaf_.leaf().max_definition;
    }
    void pass(std::size_t entries, std::size_t values) noexcept {
        entry_ += entries;
        value_ += values;
    }
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return leaf_.bytes_read(); }

private:
    std::vector<page_location> pages_;
    leaf_reader leaf_;
    std::size_t entry_ = 0, value_ = 0;
    bool jumped_ = false;
    std::size_t next_page_ = 0;  // after a jump
};

}  // namespace chronopack::parquet
