// The types that columns of a Native block name, as far as they are read here.
//
//   Map(LowCardinality(String), Array(Nullable(Float64)))
//   map  { low_cardinality { string }, array { nullable { floating 8 } } }
//
// Dates, enumerations, decimals of up to 18 digits, Bool and IPv4 are the numbers that
// stand for them. Not read are numbers of more than 64 bits, UUID, IPv6, and what has its
// type in its rows (Variant, Dynamic, JSON): a query can make text of them.
#pragma once

#include <chronopack/core/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::clickhouse {

enum class type_kind : std::uint8_t {
    unsigned_integer,
    signed_integer,
    floating,
    string,
    fixed_string,     ///< `width` bytes
    nullable,         ///< of one type
    array,            ///< of one
    map,              ///< of two
    tuple,            ///< of one or more
    low_cardinality,  ///< of one, which may be nullable
};

struct native_type {
    type_kind kind = type_kind::string;
    std::size_t width = 0;  ///< bytes of a value, where all have as many
    std::vector<native_type> of = {};
};

/// Returns the type that a text names: unsupported for one that is not read, or that is nested
/// deeper than anybody does, and corrupt for text that is no type.
[[nodiscard]] result<native_type> parse_type(std::string_view text);

}  // namespace chronopack::clickhouse
