// InfluxDB's line protocol: one point a line.
//
//   cpu,host=a,dc=eu usage=0.25,tasks=12i,ok=t,note="quoted, text" 1700000000000000000
//   |-| |----------| |-------------------------------------------| |-----------------|
//   measurement tags                 fields                         timestamp (optional)
//
//   \, \= \blank    in names and tags; any other backslash stands for itself: in \\, the second
//                   one escapes the comma
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

/// A point as views into its line. Names are still escaped.
struct line_point {
    struct tag {
        std::string_view name;
        std::string_view value;
    };
    struct field {
        std::string_view key;
        /// Booleans are 0 and 1; text is monostate.
        std::variant<std::monostate, double, std::int64_t, std::uint64_t> value;
    };

    std::string_view series;  ///< measurement and tags as they are in the line
    std::string_view measurement;
    std::vector<tag> tags;
    std::vector<field> fields;
    std::string_view timestamp;  ///< a decimal integer, or empty
};

/// Says why a line is not a point, and at which byte.
struct line_error {
    std::size_t at = 0;
    std::string message;
};

/// Parses a line without its line end. `out` is unspecified after an error.
[[nodiscard]] std::optional<line_error> parse_point(std::string_view line, line_point& out);

/// Returns whether a line has no point because it is blank or a comment.
[[nodiscard]] bool is_pointless(std::string_view line) noexcept;

/// Returns the length of the first line. A line end within quotes does not end it. Returns npos
/// when the line has no end.
[[nodiscard]] std::size_t find_line_end(std::string_view text) noexcept;

/// Returns a name or tag without its escapes.
[[nodiscard]] std::string unescaped(std::string_view text);

}  // namespace chronopack::input
