// InfluxDB's line protocol: points as text, one a line.
//
//   cpu,host=a,dc=eu usage=0.25,tasks=12i,ok=t,note="quoted, text" 1700000000000000000
//   |-| |----------| |-------------------------------------------| |-----------------|
//   measurement tags                 fields                         timestamp (optional)
//
//   \, \= \blank    in names and tags
//   \" \\           in quoted text, which may hold line ends
//   # ...           a comment
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chronopack::input {

/// A point, as views into its line; names still escaped.
struct line_point {
    struct tag {
        std::string_view name;
        std::string_view value;
    };
    struct field {
        std::string_view key;
        /// Booleans are 0 and 1; monostate is text.
        std::variant<std::monostate, double, std::int64_t> value;
    };

    std::string_view series;  ///< measurement and tags, as written
    std::string_view measurement;
    std::vector<tag> tags;
    std::vector<field> fields;
    std::string_view timestamp;  ///< a decimal integer, or empty
};

/// What keeps a line from being a point, and the byte where.
struct line_error {
    std::size_t at = 0;
    std::string message;
};

/// Reads a line without its end. `out` is unspecified after an error.
[[nodiscard]] std::optional<line_error> parse_point(std::string_view line, line_point& out);

/// Whether a line has no point: it is blank, or a comment.
[[nodiscard]] bool is_pointless(std::string_view line) noexcept;

/// Bytes before the end of the first line, which is no line end within quotes;
/// npos when there is none.
[[nodiscard]] std::size_t find_line_end(std::string_view text) noexcept;

/// A name or tag without its escapes.
[[nodiscard]] std::string unescaped(std::string_view text);

}  // namespace chronopack::input
