// Tags as the two leaves of a MAP: keys and values, with the levels that say which row they are of.
//
//   row       {a=1, b=2}   {}    {a=3}
//   keys      a  b               a
//   repeated  0  1         0     0
//   defined   1  1         0     1         one more each, where the column is optional
#pragma once

#include <adapters/parquet/chunk_writer.hpp>

namespace chronopack::parquet {

/// Refers to what it is made of, which must outlive it.
class tag_leaves {
public:
    /// Rows have `codes` into `sets`, which must all be used; `present` is empty where all have.
    tag_leaves(const std::vector<labels>& sets, const std::vector<std::uint32_t>& codes,
               const std::vector<std::uint8_t>& present, unsigned empty_definition);

    /// Returns the leaf of the keys, or of the values, without its schema; valid while this lives.
    [[nodiscard]] leaf_rows leaf(bool values) const;

private:
    // The texts of one leaf, and a set's codes into them.
    struct side {
        std::vector<std::string_view> dictionary;
        std::vector<std::uint32_t> codes;
        std::uint64_t text_bytes = 0;
    };
    [[nodiscard]] std::size_t pairs_of(std::size_t row) const noexcept {
        const std::uint32_t code = codes_[row];
        return has(row) ? begins_[code + 1] - begins_[code] : 0;
    }
    [[nodiscard]] bool has(std::size_t row) const noexcept {
        return present_.empty() || present_[row] != 0;
    }

    const std::vector<std::uint32_t>& codes_;
    const std::vector<std::uint8_t>& present_;
    unsigned empty_definition_;
    std::vector<std::size_t> begins_;  // of each set's pairs, and the end
    side keys_, values_;
    std::uint64_t pairs_ = 0;  // of all rows
};

}  // namespace chronopack::parquet
