// The frame: a self-describing, checksummed run of one series.
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
// A timestamp t is kept as q, where t = first + q * 10^divisor modulo 2^64; all
// of the header's timestamps but the first are such q. The header alone
// answers what a frame spans and what its values sum to; it is checked before
// any of it is believed. Its bytes are those of frame/header_v2.hpp, or in older
// frames of frame/header_v1.hpp. Bit by bit: docs/FORMAT.md.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/time_unit.hpp>
#include <chronopack/frame/scaled.hpp>
#include <chronopack/frame/second_stage.hpp>
#include <chronopack/frame/statistics.hpp>
#include <chronopack/kernel/crc32c.hpp>
#include <chronopack/packing/header.hpp>

#include <variant>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

inline constexpr std::uint32_t magic = 0x464b5043;  // "CPKF"

/// Of the frames that are written; earlier ones are read as well.
inline constexpr std::uint8_t format_version = 2;

/// Samples of a frame at most.
inline constexpr std::size_t max_samples = std::size_t{1} << 20;

/// Samples of a block unless options say otherwise, and the fewest they may
/// say; the last block of a frame may have fewer. Block sizes are this times a
/// power of two, up to max_samples.
inline constexpr std::size_t block_samples = packing::block_values;
inline constexpr unsigned max_block_exponent = 10;
static_assert(block_samples << max_block_exponent == max_samples);

/// Blocks of a frame that is cut into blocks of `each`.
[[nodiscard]] constexpr std::size_t block_count(std::size_t samples,
                                                std::size_t each = block_samples) noexcept {
    return (samples + each - 1) / each;
}

/// Bytes that the two columns of `blocks` blocks take at most, `samples` in all:
/// twice their raw form, and 1 KiB a block for what does not depend on length.
[[nodiscard]] constexpr std::size_t max_body_bytes(std::size_t samples,
                                                   std::size_t blocks = 1) noexcept {
    return 32 * samples + 1024 * blocks;
}

/// What a frame says of itself.
struct info {
    std::uint8_t version = format_version;
    std::size_t samples = 0;
    std::size_t bytes = 0;                             ///< of the whole frame
    std::size_t block_samples = frame::block_samples;  ///< of each block but the last
    time_unit unit = time_unit::milliseconds;
    unsigned divisor = 0;  ///< timestamps differ by multiples of 10^divisor
    stage second_stage = stage::none;
    bool ordered = true;  ///< whether no timestamp is below the one before
    std::int64_t first_timestamp = 0;
    std::int64_t last_timestamp = 0;
    std::int64_t min_timestamp = 0;
    std::int64_t max_timestamp = 0;
    /// Of the values, whose type the alternative names.
    std::variant<statistics<double>, statistics<std::int64_t>> values;

    [[nodiscard]] std::size_t blocks() const noexcept {
        return block_count(samples, block_samples);
    }
};

/// Where a block's columns are in the body, and what they start with.
struct block {
    std::size_t first_sample = 0;
    std::size_t samples = 0;
    std::int64_t first_timestamp = 0;
    std::size_t offset = 0;
    std::size_t timestamp_bytes = 0;
    std::size_t value_bytes = 0;
};

namespace detail {

inline constexpr std::size_t crc_bytes = 4;

inline constexpr unsigned max_divisor = 18;

/// Everything in a header but the checksums of the body.
struct header {
    frame::info info;
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;      ///< as stored
    std::size_t raw_body_bytes = 0;  ///< before the second stage
    cbytes index;                    ///< the varints of the blocks
    cbytes checksums;                ///< of the blocks, or of the body

    [[nodiscard]] std::uint64_t scale() const noexcept { return power_of_ten(info.divisor); }
    [[nodiscard]] std::int64_t timestamp(std::uint64_t q) const noexcept {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(info.first_timestamp) +
                                         q * scale());
    }
    [[nodiscard]] std::uint32_t checksum(std::size_t i) const noexcept {
        return load_le<std::uint32_t>(checksums.data() + crc_bytes * i);
    }
};

}  // namespace detail

/// Walks the blocks of a frame whose header has been checked, in order.
class block_cursor {
public:
    explicit block_cursor(const detail::header& h) noexcept
        : index_(h.index),
          differences_(h.info.version > 1),
          samples_(h.info.samples),
          block_samples_(h.info.block_samples),
          body_bytes_(h.raw_body_bytes),
          origin_(static_cast<std::uint64_t>(h.info.first_timestamp)),
          scale_(h.scale()) {}

    [[nodiscard]] bool done() const noexcept { return next_.first_sample == samples_; }

    /// The next block, or why the index is not one: truncated or corrupt.
    /// Never fails on the header of an open frame. Not to be called when done().
    [[nodiscard]] result<block> next() noexcept {
        assert(!done());
        if (next_.first_sample > 0) {
            const auto step = read_signed_varint(index_);
            if (!step) return step.error();
            step_ = static_cast<std::uint64_t>(*step) + (differences_ ? step_ : 0);
            q_ += step_;
        }
        const auto timestamp_bytes = read_size(next_.timestamp_bytes);
        if (!timestamp_bytes) return timestamp_bytes.error();
        const auto value_bytes = read_size(next_.value_bytes);
        if (!value_bytes) return value_bytes.error();
        const std::size_t left = body_bytes_ - next_.offset;
        if (*timestamp_bytes > left || *value_bytes > left - *timestamp_bytes) return errc::corrupt;

        next_.samples = std::min(block_samples_, samples_ - next_.first_sample);
        next_.first_timestamp = static_cast<std::int64_t>(origin_ + q_ * scale_);
        next_.timestamp_bytes = *timestamp_bytes;
        next_.value_bytes = *value_bytes;
        const block b = next_;
        next_.first_sample += b.samples;
        next_.offset += b.timestamp_bytes + b.value_bytes;
        return b;
    }

    /// Bytes of the index read so far, and of the body that the blocks so far take.
    [[nodiscard]] std::size_t index_bytes() const noexcept { return index_.position(); }
    [[nodiscard]] std::size_t body_bytes() const noexcept { return next_.offset; }

private:
    // A column's bytes; `before` those of the block before.
    [[nodiscard]] result<std::uint64_t> read_size(std::size_t before) noexcept {
        if (!differences_) return read_varint(index_);
        const auto difference = read_signed_varint(index_);
        if (!difference) return difference.error();
        return before + static_cast<std::uint64_t>(*difference);
    }

    byte_reader index_;
    bool differences_;  // from block to block, as since version 2
    std::size_t samples_;
    std::size_t block_samples_;
    std::size_t body_bytes_;
    std::uint64_t origin_;
    std::uint64_t scale_;
    block next_;  // its bytes, until it is read, those of the block before
    std::uint64_t q_ = 0;
    std::uint64_t step_ = 0;
};

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
