// Names of schemas and tables, as SQL has them.
//
//   identifier("we\"ird")                      "we""ird"
//   names.of_samples()                         "chronopack"."samples"
//   literal("it's")                            'it''s'
#pragma once

#include <chronopack/core/abi.hpp>

#include <string>
#include <string_view>

namespace chronopack::timescaledb {

/// The names of what points are kept in.
struct table_names {
    std::string schema = "chronopack";
    std::string samples = "samples";
    std::string series = "series";
    std::string view = "metrics";

    [[nodiscard]] std::string of_samples() const;
    [[nodiscard]] std::string of_series() const;
    [[nodiscard]] std::string of_view() const;
};

/// Returns a name between quotation marks.
[[nodiscard]] std::string identifier(std::string_view name);

/// Returns text between apostrophes, with standard_conforming_strings on.
[[nodiscard]] std::string literal(std::string_view text);

/// Returns why PostgreSQL could not keep this name as it is, or an empty text. It cuts longer
/// names than 63 bytes without a word.
[[nodiscard]] std::string why_no_identifier(std::string_view name);
[[nodiscard]] std::string why_no_identifier(const table_names& all);

}  // namespace chronopack::timescaledb
