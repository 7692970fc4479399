// Tags as a JSON object of strings: {"host":"a","zone":"b"}.
#pragma once

#include <chronopack/series/labels.hpp>

#include <string>
#include <string_view>

namespace chronopack::parquet {

/// Returns the object, names in their order. Text that is not UTF-8 stays as it is.
[[nodiscard]] std::string tags_to_json(const labels& tags);

/// Reads such an object, or null for none. Returns corrupt for anything else, a name that is there
/// twice, or more than labels can hold.
[[nodiscard]] result<labels> tags_from_json(std::string_view json);

}  // namespace chronopack::parquet
