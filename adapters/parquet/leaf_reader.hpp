// Decodes the pages of a leaf: levels and values, whatever their encoding.
#pragma once

#include <adapters/parquet/page_reader.hpp>

namespace chronopack::parquet {

using shared_texts = std::shared_ptr<const std::vector<std::string>>;

/// The values of one page. Levels are empty where the leaf has none.
struct leaf_page {
    std::size_t entries = 0;  ///< the values with nulls
    std::size_t values = 0;
    std::vector<std::uint32_t> definition, repetition;
    std::vector<std::int64_t> integers;  ///< of BOOLEAN, INT32, INT64
    std::vector<double> reals;           ///< of FLOAT, DOUBLE
    std::vector<std::uint32_t> codes;    ///< of BYTE_ARRAY, into `texts`
    shared_texts texts;
};

/// Not thread-safe.
class leaf_reader {
public:
    leaf_reader(chunk_source of, const leaf_schema& leaf, bool is_unsigned);

    /// Decodes the next page, and returns false at the end of the chunk.
    [[nodiscard]] storage::reply<bool> next();

    /// Makes next() decode data page `number`.
    [[nodiscard]] storage::reply<std::monostate> jump(std::size_t number, const page_location& at);

    /// Leaves no entries of the page that was decoded last.
    void forget_page() noexcept { page_.entries = 0; }
    [[nodiscard]] const leaf_page& page() const noexcept { return page_; }
    [[nodiscard]] const leaf_schema& leaf() const noexcept { return leaf_; }
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return pages_.bytes_read(); }
    [[nodiscard]] storage::failure damaged(std::string_view why) const {
        return pages_.damaged(why);
    }

private:
    using outcome = std::optional<storage::failure>;
    [[nodiscard]] outcome read_dictionary(const unpacked_page& page);
    [[nodiscard]] outcome read_levels(const unpacked_page& page, byte_reader& body);
    [[nodiscard]] outcome read_values(encoding how, byte_reader& body);
    [[nodiscard]] outcome read_codes(byte_reader& body);
    [[nodiscard]] outcome read_numbers(encoding how, byte_reader& body);
    [[nodiscard]] outcome read_booleans(encoding how, byte_reader& body);
    [[nodiscard]] outcome read_texts(encoding how, byte_reader& body);
    [[nodiscard]] outcome read_fixed(encoding how, cbytes body, std::size_t count,
                                     std::vector<std::int64_t>& integers,
                                     std::vector<double>& reals) const;
    [[nodiscard]] storage::failure not_decoded(encoding how) const;
    template <class Texts>
    void intern(const Texts& texts);

    page_reader pages_;
    const leaf_schema& leaf_;
    bool is_unsigned_;
    leaf_page page_;
    std::int64_t values_left_;  // of the chunk
    bool jumped_ = false;
    // The dictionary.
    bool has_dictionary_ = false;
    shared_texts texts_;
    std::vector<std::int64_t> integers_;
    std::vector<double> reals_;
};

}  // namespace chronopack::parquet
