// Numbers of the metadata with a range: an enum's, and sizes. Others fail the reader.
#pragma once

#include <adapters/parquet/metadata.hpp>

namespace chronopack::parquet {

template <class Enum>
[[nodiscard]] Enum one_of(compact_reader& in, const wire_field& field, Enum last) {
    const std::int32_t v = in.i32(field);
    if (v < 0 || v > static_cast<std::int32_t>(last)) in.fail();
    return static_cast<Enum>(v);
}
[[nodiscard]] inline std::int64_t at_least_zero(compact_reader& in, std::int64_t v) {
    if (v < 0) in.fail();
    return v;
}
[[nodiscard]] inline std::int32_t at_least_zero(compact_reader& in, std::int32_t v) {
    if (v < 0) in.fail();
    return v;
}

}  // namespace chronopack::parquet
