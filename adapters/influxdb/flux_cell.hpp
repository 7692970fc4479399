// Cells of annotated CSV: a text becomes bits by the type of its column. Part of annotated_csv.cpp.
//
//   long "-3"                      the integer             dateTime:RFC3339 "..."   nanoseconds
//   double "+Inf"                  the double's bits       boolean "true"           1
//   string, duration, base64       the place of its bytes in a text, and their number
#pragma once

#include <adapters/influxdb/annotated_csv.hpp>

#include <optional>

namespace chronopack::influxdb {

/// Returns the type with that name in an annotation.
[[nodiscard]] std::optional<data_type> flux_type(std::string_view name) noexcept;

/// Returns the bits of a cell, or nothing for text that its type does not have. Bytes of text are
/// appended to `room`; the upper 32 bits are then where they begin, the others how many they are.
[[nodiscard]] std::optional<std::uint64_t> read_flux_cell(data_type type, std::string_view text,
                                                          std::string& room);

}  // namespace chronopack::influxdb
