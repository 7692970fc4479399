// Samples to a frame.
#pragma once

#include <chronopack/frame/choose.hpp>
#include <chronopack/frame/header.hpp>
#include <chronopack/frame/time_scale.hpp>

#include <optional>
#include <vector>

namespace chronopack::inline CHRONOPACK_ABI::frame {

struct options {
    time_unit unit = time_unit::milliseconds;  ///< what the timestamps count; only recorded
    preset level = preset::balanced;           ///< what to give up for what
    std::optional<codec_id> timestamps = {};   ///< unset: chosen, block by block
    std::optional<codec_id> values = {};       ///< unset: chosen, block by block
    stage second_stage = stage::none;          ///< left out where it would not shrink the frame
};

static_assert(max_column_bytes<std::int64_t>(block_samples) +
                  std::max(max_column_bytes<std::int64_t>(block_samples),
                           max_column_bytes<double>(block_samples)) <=
              max_block_bytes);

/// Bytes that encode asks for, for n samples of values V, n <= max_samples.
template <class V>
[[nodiscard]] constexpr std::size_t max_bytes(std::size_t n) noexcept {
    const std::size_t blocks = block_count(n);
    const std::size_t samples = std::min(n, block_samples);
    return detail::max_header_bytes(blocks) +
           blocks * (max_column_bytes<std::int64_t>(samples) + max_column_bytes<V>(samples));
}

namespace detail {

/// What the encoder learns of a block while writing it.
struct written_block {
    std::int64_t q = 0;
    std::size_t timestamp_bytes = 0;
    std::size_t value_bytes = 0;
    std::uint32_t checksum = 0;
};

inline void write_header(byte_writer& out, std::uint8_t flags, const options& how,
                         const time_scale& times, std::size_t samples, std::size_t body,
                         std::size_t raw_body, std::int64_t first, std::int64_t last_q) noexcept {
    out.u32(magic);
    out.u8(format_version);
    out.u8(flags);
    out.u16(0);  // header bytes, once known
    out.u8(static_cast<std::uint8_t>(how.unit));
    out.u8(static_cast<std::uint8_t>(times.divisor()));
    out.u8(static_cast<std::uint8_t>(how.second_stage));
    write_varint(out, samples);
    write_varint(out, body);
    if (how.second_stage != stage::none) write_varint(out, raw_body);
    write_signed_varint(out, first);
    write_signed_varint(out, last_q);
    if (times.ordered()) return;
    write_signed_varint(out, times.min_q());
    write_signed_varint(out, times.max_q());
}

}  // namespace detail

/// Encodes 1 to max_samples samples: timestamps in any order, any values.
///
/// Bytes written; or count_mismatch when the columns differ in length,
/// out_of_range for no or too many samples, no_space when `out` has less than
/// max_bytes and that is not enough, unsupported for a codec of another type
/// or a stage this build lacks. `out` is then unspecified. Allocates room for two
/// encodings of a block, and for a second stage.
template <class V>
[[nodiscard]] result<std::size_t> encode(std::span<const std::int64_t> timestamps,
                                         std::span<const V> values, const options& how, bytes out) {
    const std::size_t n = timestamps.size();
    if (values.size() != n) return errc::count_mismatch;
    if (n == 0 || n > max_samples) return errc::out_of_range;
    if (!stage_available(how.second_stage)) return errc::unsupported;
    const std::size_t blocks = block_count(n);
    const std::size_t header_room = detail::max_header_bytes(blocks);
    if (out.size() < header_room) return errc::no_space;

    // The body first, behind room for the longest header; then the header, and
    // the body moved up to it.
    detail::time_scale times(timestamps);
    std::array<detail::written_block, block_count(max_samples)> index;
    std::array<std::int64_t, block_samples> q;
    statistics_builder<V> statistics;
    detail::column_encoder<std::int64_t> time_columns(std::min(n, block_samples));
    detail::column_encoder<V> value_columns(std::min(n, block_samples));
    std::int64_t last_q = 0;
    bytes body = out.subspan(header_room);
    std::size_t body_bytes = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
        const std::size_t from = b * block_samples;
        const std::size_t count = std::min(block_samples, n - from);
        times.next(from, std::span(q).first(count));
        last_q = q[count - 1];
        statistics.add(values.subspan(from, count));

        const auto time_bytes = time_columns.encode(std::span(q).first(count), how.timestamps,
                                                    how.level, body.subspan(body_bytes));
        if (!time_bytes) return time_bytes.error();
        const auto value_bytes =
            value_columns.encode(values.subspan(from, count), how.values, how.level,
                                 body.subspan(body_bytes + *time_bytes));
        if (!value_bytes) return value_bytes.error();
        const std::size_t size = *time_bytes + *value_bytes;
        index[b] = {q[0], *time_bytes, *value_bytes,
                    kernel::crc32c(body.subspan(body_bytes, size))};
        body_bytes += size;
    }

    body = body.first(body_bytes);
    options used = how;
    std::vector<std::byte> compressed;
    if (how.second_stage != stage::none) {
        compressed.resize(max_compressed_bytes(how.second_stage, body_bytes));
        const auto written = compress(how.second_stage, body, compressed);
        if (!written) return written.error();
        if (*written < body_bytes)
            body = bytes(compressed).first(*written);
        else
            used.second_stage = stage::none;
    }

    const auto stats = statistics.finish();
    const auto flags = static_cast<std::uint8_t>(
        (std::is_same_v<V, std::int64_t> ? detail::integer_flag : 0) |
        (times.ordered() ? detail::ordered_flag : 0) | (stats.exact ? 0 : detail::inexact_flag));
    byte_writer header(out.first(header_room));
    detail::write_header(header, flags, used, times, n, body.size(), body_bytes, timestamps[0],
                         last_q);
    detail::write_statistics(header, stats);
    for (std::size_t b = 0; b < blocks; ++b) {
        if (b > 0)
            write_signed_varint(
                header, static_cast<std::int64_t>(static_cast<std::uint64_t>(index[b].q) -
                                                  static_cast<std::uint64_t>(index[b - 1].q)));
        write_varint(header, index[b].timestamp_bytes);
        write_varint(header, index[b].value_bytes);
    }
    if (used.second_stage != stage::none)
        header.u32(kernel::crc32c(body));
    else
        for (std::size_t b = 0; b < blocks; ++b) header.u32(index[b].checksum);
    const std::size_t covered = header.position();
    store_le(out.data() + 6, static_cast<std::uint16_t>(covered + detail::crc_bytes));
    header.u32(kernel::crc32c(out.first(covered)));

    // Neither is larger than the room it was given.
    std::memmove(out.data() + header.position(), body.data(), body.size());
    return header.position() + body.size();
}

}  // namespace chronopack::frame
