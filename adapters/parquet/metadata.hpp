// The structs of Parquet's metadata that are written and read, by the names of parquet.thrift.
// Fields that are not read are skipped. Views are into the bytes that were read.
#pragma once

#include <adapters/parquet/compact.hpp>

#include <chronopack/core/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chronopack::parquet {

enum class physical_type : std::int32_t {
    boolean = 0,
    int32 = 1,
    int64 = 2,
    int96 = 3,
    float32 = 4,
    float64 = 5,
    byte_array = 6,
    fixed_len_byte_array = 7
};

enum class encoding : std::int32_t {
    plain = 0,
    plain_dictionary = 2,
    rle = 3,
    bit_packed = 4,
    delta_binary_packed = 5,
    delta_length_byte_array = 6,
    delta_byte_array = 7,
    rle_dictionary = 8,
    byte_stream_split = 9,
    alp = 10
};

enum class codec : std::int32_t { none = 0, snappy = 1, gzip = 2, brotli = 4, zstd = 6 };
enum class page_type : std::int32_t { data = 0, index = 1, dictionary = 2, data_v2 = 3 };
enum class repetition : std::int32_t { required = 0, optional = 1, repeated = 2 };
enum class boundary_order : std::int32_t { unordered = 0, ascending = 1, descending = 2 };

// ConvertedType, as far as it is read.
inline constexpr std::int32_t converted_utf8 = 0, converted_map = 1, converted_map_key_value = 2,
                              converted_enum = 4, converted_timestamp_millis = 9,
                              converted_timestamp_micros = 10, converted_uint8 = 11,
                              converted_uint64 = 14, converted_int8 = 15, converted_int64 = 18,
                              converted_json = 19;

struct logical_type {
    int id = 0;  ///< its field in the union: 1 STRING, 2 MAP, 8 TIMESTAMP, 10 INTEGER, 12 JSON ...
    bool utc = false;       ///< of TIMESTAMP
    int unit = 0;           ///< of TIMESTAMP: 1 MILLIS, 2 MICROS, 3 NANOS
    bool is_signed = true;  ///< of INTEGER
};

struct schema_element {
    std::optional<physical_type> type;
    std::optional<repetition> repeats;
    std::string_view name = {};
    std::int32_t children = 0;
    std::optional<std::int32_t> converted;
    std::optional<logical_type> logical;
};

struct column_statistics {
    std::optional<std::string_view> min, max;  ///< min_value and max_value
    bool min_exact = true, max_exact = true;
    std::optional<std::int64_t> nulls, nans;
};

struct encoding_count {
    page_type page = page_type::data;
    encoding how = encoding::plain;
    std::int32_t count = 0;
};

struct size_statistics {
    std::int64_t text_bytes = 0;
    std::vector<std::int64_t> repetition_levels, definition_levels;
};

struct column_chunk {
    physical_type type = physical_type::int64;
    std::vector<std::string_view> path = {};
    codec how = codec::none;
    std::int64_t values = 0;
    std::int64_t unpacked_bytes = 0;
    std::int64_t bytes = 0;
    std::int64_t first_page = 0;
    std::optional<std::int64_t> dictionary_page;
    column_statistics statistics = {};
    std::optional<std::int64_t> offset_index;
    std::int32_t offset_index_bytes = 0;
    std::optional<std::int64_t> column_index;
    std::int32_t column_index_bytes = 0;
    bool elsewhere = false;  ///< in another file, or encrypted

    // Only written.
    std::vector<encoding> encodings = {};
    std::vector<encoding_count> encoding_counts = {};
    std::optional<size_statistics> sizes;
};

struct row_group {
    std::vector<column_chunk> chunks = {};
    std::int64_t rows = 0;

    // Only written.
    std::vector<std::int32_t> sorted_by = {};
    std::int64_t unpacked_bytes = 0, bytes = 0, first_byte = 0;
};

struct file_metadata {
    std::vector<schema_element> schema = {};
    std::int64_t rows = 0;
    std::vector<row_group> groups = {};
    std::vector<std::pair<std::string_view, std::string_view>> key_values = {};
    std::string_view created_by = {};
    std::vector<int> orders = {};  ///< 1 TYPE_ORDER, 2 IEEE_754_TOTAL_ORDER; others are not known
};

struct page_header {
    page_type type = page_type::data;
    std::int32_t unpacked_bytes = 0;
    std::int32_t bytes = 0;  ///< as stored, without the header
    std::optional<std::uint32_t> crc;
    std::int32_t values = 0;
    encoding how = encoding::plain;
    encoding definition_levels = encoding::rle, repetition_levels = encoding::rle;  ///< of data
    // Of data_v2.
    std::int32_t nulls = 0, rows = 0;
    std::int32_t definition_bytes = 0, repetition_bytes = 0;
    bool is_compressed = true;
};

struct page_location {
    std::int64_t offset = 0;
    std::int32_t bytes = 0;  ///< with the header
    std::int64_t first_row = 0;
};

struct column_index {
    std::vector<bool> null_pages = {};
    std::vector<std::string_view> min = {}, max = {};
    boundary_order order = boundary_order::unordered;
    std::vector<std::int64_t> nulls = {}, nans = {};
};

/// Append a struct.
void write_file_metadata(std::string& out, const file_metadata& file);
void write_page_header(std::string& out, const page_header& page);
void write_offset_index(std::string& out, const std::vector<page_location>& pages,
                        const std::vector<std::int64_t>& text_bytes);
void write_column_index(std::string& out, const column_index& index);

/// Read a struct that takes all of `in`, or begins it. Return corrupt where a field has the wrong
/// type, a required one is missing, or a number is out of its range.
[[nodiscard]] result<file_metadata> read_file_metadata(borrowed_bytes in);
[[nodiscard]] result<std::vector<page_location>> read_offset_index(borrowed_bytes in);
[[nodiscard]] result<column_index> read_column_index(borrowed_bytes in);

/// Reads the header at the start of `in` and sets `size` to its bytes. Returns truncated where
/// `in` may be too short for it.
[[nodiscard]] result<page_header> read_page_header(borrowed_bytes in, std::size_t& size);

}  // namespace chronopack::parquet
