// What a frame's header says, as a program sees it, and the limits of frames.
//
//   const auto info = frame::inspect(wire);      // frame/frame.hpp
//   info->samples, info->min_timestamp, std::get<statistics<double>>(info->values).sum
#pragma once

#include <chronopack/core/time_unit.hpp>
#include <chronopack/frame/second_stage.hpp>
#include <chronopack/frame/statistics.hpp>
#include <chronopack/packing/header.hpp>

#include <variant>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

inline constexpr std::uint32_t magic = 0x464b5043;  // "CPKF"

/// The format version that frames are written in. Earlier versions can be read as well.
inline constexpr std::uint8_t format_version = 2;

/// The most samples that a frame may have.
inline constexpr std::size_t max_samples = std::size_t{1} << 20;

/// The samples of a block unless options ask for more; only the last block of a frame may
/// have fewer. Block sizes are this times a power of two, up to max_samples.
inline constexpr std::size_t block_samples = packing::block_values;
inline constexpr unsigned max_block_exponent = 10;

/// The samples of a block at preset::balanced where a dictionary that all of them share makes
/// the frame smaller.
inline constexpr std::size_t dictionary_block_samples = 4 * block_samples;
static_assert(block_samples << max_block_exponent == max_samples);

/// Returns the number of blocks of a frame that is cut into blocks of `each` samples.
[[nodiscard]] constexpr std::size_t block_count(std::size_t samples,
                                                std::size_t each = block_samples) noexcept {
    return (samples + each - 1) / each;
}

/// Returns an upper bound of the bytes of a body of `blocks` blocks with `samples` samples
/// in all: twice their raw form, and 1 KiB a block for parts of a fixed size.
[[nodiscard]] constexpr std::size_t max_body_bytes(std::size_t samples,
                                                   std::size_t blocks = 1) noexcept {
    return 32 * samples + 1024 * blocks;
}

/// The contents of a frame's header.
struct info {
    std::uint8_t version = format_version;
    std::size_t samples = 0;
    std::size_t bytes = 0;                             ///< of the whole frame
    std::size_t block_samples = frame::block_samples;  ///< in each block but the last
    time_unit unit = time_unit::milliseconds;
    unsigned divisor = 0;  ///< timestamps differ by multiples of 10^divisor
    stage second_stage = stage::none;
    bool ordered = true;  ///< no timestamp is below the one before it
    std::int64_t first_timestamp = 0;
    std::int64_t last_timestamp = 0;
    std::int64_t min_timestamp = 0;
    std::int64_t max_timestamp = 0;
    /// The statistics of the values; the alternative names the type of the values.
    std::variant<statistics<double>, statistics<std::int64_t>> values;

    [[nodiscard]] std::size_t blocks() const noexcept {
        return block_count(samples, block_samples);
    }
};

/// The place of a block in its frame, and its first timestamp.
struct block {
    std::size_t first_sample = 0;  ///< counted from the start of the frame
    std::size_t samples = 0;
    std::int64_t first_timestamp = 0;
    std::size_t offset = 0;  ///< bytes from the start of the body
    std::size_t timestamp_bytes = 0;
    std::size_t value_bytes = 0;
};

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
