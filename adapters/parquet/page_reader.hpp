// Fetches the pages of a column chunk, checks them and unpacks them. What is in them is
// leaf_reader's.
//
//   header | (V2: levels as they are) | levels and values, compressed
//
// A page's sizes are within what is left of the chunk and within the limits before anything is
// allocated for them.
#pragma once

#include <adapters/parquet/compression.hpp>
#include <adapters/parquet/file_checksums.hpp>
#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/schema.hpp>

namespace chronopack::parquet {

/// A column chunk to be read. All that it refers to outlives what reads it.
struct chunk_source {
    source* from = nullptr;
    const column_chunk* chunk = nullptr;
    const chunk_checksums* checksums = nullptr;  ///< of a file that has them
    reader_limits limits = {};
    std::string name = {};  ///< for messages: column value of row group 3
};

/// A page that is unpacked. The spans are valid until the next one is read.
struct unpacked_page {
    page_header header = {};
    cbytes repetition = {}, definition = {};  ///< of V2 only
    cbytes body = {};                         ///< of V1 with the levels
};

/// Not thread-safe.
class page_reader {
public:
    explicit page_reader(chunk_source of);

    /// Reads the next page, or nothing at the end of the chunk. Pages of indexes are left out.
    [[nodiscard]] storage::reply<std::optional<unpacked_page>> next();

    /// Makes next() read data page `number`, which is where `at` says.
    void jump(std::size_t number, const page_location& at);
    /// Makes next() read the dictionary, which is before the first data page.
    void jump_to_dictionary();

    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
    [[nodiscard]] const chunk_source& of() const noexcept { return of_; }

    /// Returns a failure about the page that was read last.
    [[nodiscard]] storage::failure damaged(std::string_view why) const;
    [[nodiscard]] storage::failure damaged(errc why) const;

private:
    [[nodiscard]] storage::reply<page_header> header();
    [[nodiscard]] std::optional<storage::failure> check(const page_header& header);
    [[nodiscard]] storage::reply<unpacked_page> unpack(const page_header& header, cbytes stored);
    [[nodiscard]] std::optional<storage::failure> need(std::size_t n);

    chunk_source of_;
    std::uint64_t begin_ = 0, at_ = 0, end_ = 0;  // in the file
    std::optional<std::uint64_t> page_end_;       // after a jump: of that page
    std::size_t number_ = 0;                      // of the next page, the dictionary's included
    std::uint64_t last_at_ = 0;                   // of the page that was read last
    std::vector<std::byte> window_;
    std::uint64_t window_at_ = 0;
    std::vector<std::byte> unpacked_;
    unpacker unpacker_;
    std::uint64_t bytes_read_ = 0;
};

}  // namespace chronopack::parquet
