// The frame: a self-describing, checksummed run of one series.
//
//   +--------+---------------------------------------------------------------+
//   | header | block 0: timestamps, values | block 1: timestamps, values |...|
//   +--------+---------------------------------------------------------------+
//             |<- the body, perhaps compressed as a whole by a second stage ->|
//
//   header   0  magic "CPKF"            8  time unit     u8  0 s 1 ms 2 us 3 ns
//            4  version        u8  1    9  divisor       u8  exponent, 0..18
//            5  flags          u8      10  second stage  u8  0 none 1 zstd 2 snappy
//            6  header bytes   u16     11  varints:
//      count, body bytes, [body bytes before the second stage],
//      first timestamp, last, [min, max: unless ordered],
//      statistics: min max sum first last increase (8 bytes each), resets, NaNs,
//      for each block: [first timestamp less the block before's], bytes of the
//                      timestamps column, bytes of the values column,
//      CRC-32C of each block (of the whole body under a second stage), u32 each,
//      CRC-32C of the header so far, u32
//
// A timestamp t is kept as q, where t = first + q * 10^divisor modulo 2^64; all
// of the header's timestamps but the first are such q. The header alone
// answers what a frame spans and what its values sum to; it is checked before
// any of it is believed. Bit by bit: docs/FORMAT.md.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/time_unit.hpp>
#include <chronopack/frame/second_stage.hpp>
#include <chronopack/frame/statistics.hpp>
#include <chronopack/kernel/crc32c.hpp>
#include <chronopack/packing/header.hpp>

#include <variant>

namespace chronopack::inline CHRONOPACK_ABI::frame {

inline constexpr std::uint32_t magic = 0x464b5043;  // "CPKF"
inline constexpr std::uint8_t format_version = 1;

/// Samples of a frame at most.
inline constexpr std::size_t max_samples = std::size_t{1} << 20;

/// Samples of a block; the last block of a frame may have fewer.
inline constexpr std::size_t block_samples = packing::block_values;

/// Bytes of a block's two columns at most: twice their raw form.
inline constexpr std::size_t max_block_bytes = 32768;

[[nodiscard]] constexpr std::size_t block_count(std::size_t samples) noexcept {
    return (samples + block_samples - 1) / block_samples;
}

/// What a frame says of itself.
struct info {
    std::size_t samples = 0;
    std::size_t bytes = 0;  ///< of the whole frame
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

inline constexpr std::uint8_t integer_flag = 0x01;
inline constexpr std::uint8_t ordered_flag = 0x02;
inline constexpr std::uint8_t inexact_flag = 0x04;
inline constexpr std::uint8_t known_flags = integer_flag | ordered_flag | inexact_flag;

inline constexpr std::size_t fixed_bytes = 11;
inline constexpr std::size_t crc_bytes = 4;

[[nodiscard]] constexpr std::uint64_t power_of_ten(unsigned exponent) noexcept {
    std::uint64_t power = 1;
    for (; exponent > 0; --exponent) power *= 10;
    return power;
}
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

/// Upper bound of a header with `blocks` blocks.
[[nodiscard]] constexpr std::size_t max_header_bytes(std::size_t blocks) noexcept {
    return fixed_bytes + 9 * max_varint_bytes + 6 * 8 +
           blocks * (max_varint_bytes + 2 * 3 + crc_bytes) + crc_bytes;
}
// Column sizes are below 2^21, three varint bytes; the length field is a u16.
static_assert(max_header_bytes(block_count(max_samples)) <= UINT16_MAX);

template <class V>
void write_statistics(byte_writer& out, const statistics<V>& s) noexcept {
    for (const V v : {s.min, s.max, s.sum, s.first, s.last, s.increase})
        out.u64(bit_cast<std::uint64_t>(v));
    write_varint(out, s.resets);
    write_varint(out, s.nans);
}

template <class V>
[[nodiscard]] result<statistics<V>> read_statistics(byte_reader& in, bool exact) noexcept {
    statistics<V> s;
    for (V* v : {&s.min, &s.max, &s.sum, &s.first, &s.last, &s.increase})
        *v = bit_cast<V>(in.u64());
    const auto resets = read_varint(in);
    if (!resets) return resets.error();
    const auto nans = read_varint(in);
    if (!nans) return nans.error();
    s.resets = *resets;
    s.nans = *nans;
    s.exact = exact;
    return s;
}

}  // namespace detail

/// Walks the blocks of a frame whose header has been checked, in order.
class block_cursor {
public:
    explicit block_cursor(const detail::header& h) noexcept
        : index_(h.index),
          samples_(h.info.samples),
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
            q_ += static_cast<std::uint64_t>(*step);
        }
        const auto timestamp_bytes = read_varint(index_);
        if (!timestamp_bytes) return timestamp_bytes.error();
        const auto value_bytes = read_varint(index_);
        if (!value_bytes) return value_bytes.error();
        const std::size_t left = body_bytes_ - next_.offset;
        if (*timestamp_bytes > left || *value_bytes > left - *timestamp_bytes) return errc::corrupt;

        block b = next_;
        b.samples = std::min(block_samples, samples_ - b.first_sample);
        b.first_timestamp = static_cast<std::int64_t>(origin_ + q_ * scale_);
        b.timestamp_bytes = *timestamp_bytes;
        b.value_bytes = *value_bytes;
        next_.first_sample += b.samples;
        next_.offset += b.timestamp_bytes + b.value_bytes;
        return b;
    }

    /// Bytes of the index read so far, and of the body that the blocks so far take.
    [[nodiscard]] std::size_t index_bytes() const noexcept { return index_.position(); }
    [[nodiscard]] std::size_t body_bytes() const noexcept { return next_.offset; }

private:
    byte_reader index_;
    std::size_t samples_;
    std::size_t body_bytes_;
    std::uint64_t origin_;
    std::uint64_t scale_;
    block next_;
    std::uint64_t q_ = 0;
};

}  // namespace chronopack::frame
