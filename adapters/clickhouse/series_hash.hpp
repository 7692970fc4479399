// The number that a series has in ClickHouse, as a part of the table's key.
//
//   SipHash-2-4, 64 bits, with a key of zeros, of these bytes:
//
//   varint n, metric | varint n, service | varint count | for each tag: varint n, name,
//   varint n, value                        `------------ labels::write() -----------'
//
// It must never change, for points of a series under another number would stand beside
// those that are there, instead of in their place. ClickHouse's sipHash64() of the bytes is
// the same number, so SQL can make it, too. Two of a million series of one metric and
// service have the same number with a probability of 3e-8; they would then be one series.
#pragma once

#include <adapters/storage/point.hpp>

#include <chronopack/core/bytes.hpp>

#include <vector>

namespace chronopack::clickhouse {

/// Returns SipHash-2-4 (Aumasson and Bernstein, 2012) with a key of 16 zero bytes.
[[nodiscard]] std::uint64_t siphash(cbytes of) noexcept;

/// Returns the number of the point's series. Throws std::bad_alloc. `scratch` is for its
/// bytes, and saves their allocation where there are many points.
[[nodiscard]] std::uint64_t series_hash(const storage::point& p, std::vector<std::byte>& scratch);
[[nodiscard]] std::uint64_t series_hash(const storage::point& p);

}  // namespace chronopack::clickhouse
