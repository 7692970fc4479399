// Writes a column chunk: the pages of one leaf in one row group.
//
//   (dictionary page) data page data page ...
//
// What the rows are is the caller's: it fills in the values of one page after the other.
#pragma once

#include <adapters/parquet/column_bounds.hpp>
#include <adapters/parquet/compression.hpp>
#include <adapters/parquet/delta_packed.hpp>
#include <adapters/parquet/file_checksums.hpp>
#include <adapters/parquet/file_writer.hpp>
#include <adapters/parquet/schema.hpp>

#include <functional>
#include <span>

namespace chronopack::parquet {

/// The bytes of a file on their way to a sink.
class byte_output {
public:
    explicit byte_output(sink& to) noexcept : to_(&to) {}

    [[nodiscard]] result<void> write(std::string_view data) {
        const auto done = to_->write(cbytes(data));
        if (done) offset_ += data.size();
        return done;
    }
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

private:
    sink* to_;
    std::uint64_t offset_ = 0;
};

/// The values of a page's rows. Only the member of the leaf's type is used; values are without
/// nulls.
struct page_values {
    std::size_t rows = 0;
    std::span<const std::int64_t> integers = {};
    std::span<const double> reals = {};
    std::span<const std::uint32_t> codes = {};       ///< of texts, into the leaf's dictionary
    std::span<const std::uint32_t> definition = {};  ///< levels; empty where there are none
    std::span<const std::uint32_t> repetition = {};

    [[nodiscard]] std::size_t values() const noexcept {
        return integers.size() + reals.size() + codes.size();
    }
    /// The values with nulls, and with an entry for a map without pairs.
    [[nodiscard]] std::size_t entries() const noexcept {
        return definition.empty() ? values() : definition.size();
    }
};

/// A leaf whose rows are to be written.
struct leaf_rows {
    const leaf_schema* leaf = nullptr;
    std::size_t rows = 0;
    /// Of texts: all that codes name, sorted, each once and used.
    std::span<const std::string_view> dictionary = {};
    /// Of texts: how many values all rows have, and their bytes.
    std::uint64_t text_values = 0, text_bytes = 0;
    /// Returns the values of rows from `begin` on, at most `most` rows; of texts in PLAIN fewer if
    /// they have more than `most_bytes`, but at least one. The spans are valid until the next call.
    std::function<page_values(std::size_t begin, std::size_t most, std::uint64_t most_bytes)> page;
};

/// What the footer and the indexes say of a chunk that is written.
struct written_chunk {
    column_chunk metadata;
    stored_bounds bounds;
    column_bounds seen;
    std::vector<page_location> pages;
    std::vector<stored_bounds> page_bounds;
    std::vector<std::int64_t> page_nulls, page_nans, page_text_bytes;
    std::vector<bool> null_pages;
    std::vector<std::uint32_t> header_crcs;
};

/// Writes chunk after chunk. Not thread-safe.
class chunk_writer {
public:
    chunk_writer(byte_output& to, const writer_options& options);

    /// Writes a chunk, or fails with io_error.
    [[nodiscard]] result<written_chunk> write(const leaf_rows& rows);

private:
    // A form of a page's values: an encoding, of DELTA_BINARY_PACKED with its widths.
    struct form {
        encoding how = encoding::plain;
        field_widths widths = field_widths::least;
    };
    [[nodiscard]] bool takes_dictionary(const leaf_rows& rows) const;
    [[nodiscard]] std::vector<form> forms_of(physical_type type, bool dictionary) const;
    void append_body(std::string& out, const page_values& page, form as) const;
    [[nodiscard]] result<void> write_dictionary(written_chunk& chunk, const leaf_rows& rows);
    void pack(const leaf_schema& leaf, const page_values& page, form as, page_header& header,
              std::string& stored);
    [[nodiscard]] std::vector<form> near_best(const leaf_schema& leaf, const page_values& page,
                                              std::span<const form> forms);
    [[nodiscard]] result<void> write_page(written_chunk& chunk, const leaf_rows& rows,
                                          const page_values& page, std::span<const form> all,
                                          std::int64_t first_row);
    [[nodiscard]] result<void> emit(written_chunk& chunk, page_header& header);
    void count(written_chunk& chunk, page_type page, encoding how) const;
    void see(written_chunk& chunk, const leaf_rows& rows, const page_values& page) const;

    byte_output& to_;
    const writer_options& options_;
    packer packer_;
    std::string raw_, stored_, tried_, header_;
    unsigned width_ = 0;                            // of the dictionary's indices
    std::span<const std::string_view> dictionary_;  // of the chunk
};

}  // namespace chronopack::parquet
