// The frame: a self-describing, checksummed run of samples of one series.
//
//   +--------+---------------------------------------------------------------+
//   | header | block 0: timestamps, values | block 1: timestamps, values |...|
//   +--------+---------------------------------------------------------------+
//             |<- the body, perhaps compressed as a whole by a second stage ->|
//
//   header   magic "CPKF", version, its length,
//            time unit, divisor, order, block size, second stage,
//            samples, first and last timestamp, [least and greatest: unless ordered],
//            statistics of the values,
//            for each block: its first timestamp, bytes of its two columns,
//            CRC-32C of each block (of the whole body under a second stage),
//            CRC-32C of the header so far
//
// A timestamp t is stored as q, where t = first + q * 10^divisor modulo 2^64. The header
// stores its first timestamp as it is and all others as such a q. The header alone gives
// the time that a frame spans and the statistics of its values; its checksum is verified
// before any field is used. Its bytes are drawn in frame/header_v2.hpp and, for older
// frames, in frame/header_v1.hpp. Bit by bit: docs/FORMAT.md.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/frame/info.hpp>
#include <chronopack/frame/scaled.hpp>
#include <chronopack/kernel/crc32c.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

inline constexpr std::size_t crc_bytes = 4;

inline constexpr unsigned max_divisor = 18;

/// A parsed header. It views the frame's bytes, which must outlive it.
struct header {
    frame::info info;
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;      ///< as stored
    std::size_t raw_body_bytes = 0;  ///< before the second stage
    cbytes index;                    ///< the varints of the blocks
    cbytes checksums;                ///< of the blocks, or of the body

    [[nodiscard]] std::uint64_t scale() const noexcept { return power_of_ten(info.divisor); }
    /// Returns the timestamp that is stored as q.
    [[nodiscard]] std::int64_t timestamp(std::uint64_t q) const noexcept {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(info.first_timestamp) +
                                         q * scale());
    }
    [[nodiscard]] std::uint32_t checksum(std::size_t i) const noexcept {
        return load_le<std::uint32_t>(checksums.data() + crc_bytes * i);
    }
};

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
