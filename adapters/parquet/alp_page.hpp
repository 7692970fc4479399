// ALP, encoding 10: doubles that are decimals, as integers.
//
//   mode u8 = 0 | integers u8 = 0 | log2 of a vector u8, 3..15 | n i32
//   an offset u32 for each vector, from the first offset's place on | vector ...
//
//   vector   e u8 | f u8 | exceptions u16 | least i64 | width u8
//            fields of the integers less the least | positions u16 ... | doubles ...
//
//   1500 NaN 2500 333.5   e 4, f 3   integers 15000 (15000) 25000 3335, exception 1: NaN
//
// v = i * 10^f * 10^-e in two roundings, as parquet-format's AlpEncoding.md asks of every reader.
// (The codec alp of the core divides instead, so its integers are others.)
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace chronopack::parquet {

/// Appends a page of values.
void write_alp(std::string& out, std::span<const double> values);

/// Reads a page of exactly out.size() values. Returns truncated, corrupt, count_mismatch, or
/// unsupported for a mode that the format has reserved.
[[nodiscard]] result<void> read_alp(cbytes in, std::span<double> out) noexcept;

/// The same for floats, which have vectors of their own form.
[[nodiscard]] result<void> read_alp_floats(cbytes in, std::span<double> out) noexcept;

}  // namespace chronopack::parquet
