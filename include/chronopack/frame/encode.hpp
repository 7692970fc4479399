// Samples to a frame.
#pragma once

#include <chronopack/frame/block_room.hpp>
#include <chronopack/frame/choose.hpp>
#include <chronopack/frame/header_v2.hpp>
#include <chronopack/frame/time_scale.hpp>

#include <optional>
#include <vector>

namespace chronopack::inline CHRONOPACK_ABI::frame {

struct options {
    time_unit unit = time_unit::milliseconds;  ///< what the timestamps count; only recorded
    preset level = preset::balanced;           ///< what to give up for what
    std::optional<codec_id> timestamps = {};   ///< unset: chosen, block by block
    std::optional<codec_id> values = {};       ///< unset: chosen, block by block
    /// Left out where it would not shrink the frame. Unset: none; at preset::smallest
    /// zstd, where this build has it, there are 16,384 samples and it saves a 32nd part.
    std::optional<stage> second_stage = {};
    /// 1,024 times a power of two, up to max_samples. Large blocks cost less where
    /// samples do; a block is the least that is read, and checked, at once. Unset:
    /// 1,024; at preset::smallest 32,768.
    std::optional<std::size_t> block_samples = {};
};

/// Bytes that encode asks for, for n samples of values V, n <= max_samples,
/// whatever the size of blocks.
template <class V>
[[nodiscard]] constexpr std::size_t max_bytes(std::size_t n) noexcept {
    std::size_t most = 0;
    for (std::size_t each = block_samples; each <= max_samples; each *= 2) {
        const std::size_t blocks = block_count(n, each);
        const std::size_t samples = std::min(n, each);
        most = std::max(most, detail::v2::max_header_bytes(blocks) +
                                  blocks * (max_column_bytes<std::int64_t>(samples) +
                                            max_column_bytes<V>(samples)));
    }
    return most;
}

namespace detail {

/// Samples from which on a second stage is tried unasked: on fewer its own tables take
/// longer than all else.
inline constexpr std::size_t fewest_for_stage = 16384;

/// How much of a body it is tried on first.
inline constexpr std::size_t probed_bytes = 65536;

/// Whether no block of n samples may be larger than a reader takes.
[[nodiscard]] constexpr bool columns_fit(std::size_t n) noexcept {
    const std::size_t times = max_column_bytes<std::int64_t>(n);
    return times + std::max(times, max_column_bytes<double>(n)) <= max_body_bytes(n);
}
static_assert(columns_fit(1) && columns_fit(block_samples) && columns_fit(max_samples));

[[nodiscard]] constexpr bool is_block_size(std::size_t n) noexcept {
    return n >= block_samples && n <= max_samples && (n & (n - 1)) == 0;
}

}  // namespace detail

/// Encodes 1 to max_samples samples: timestamps in any order, any values.
///
/// Bytes written; or count_mismatch when the columns differ in length,
/// out_of_range for no or too many samples or another size of blocks than there
/// are, no_space when `out` has less than max_bytes and that is not enough,
/// unsupported for a codec of another type or a stage this build lacks. `out` is
/// then unspecified. Allocates room for two encodings of a block, and for a second
/// stage.
template <class V>
[[nodiscard]] result<std::size_t> encode(std::span<const std::int64_t> timestamps,
                                         std::span<const V> values, const options& how, bytes out) {
    const std::size_t n = timestamps.size();
    if (values.size() != n) return errc::count_mismatch;
    if (n == 0 || n > max_samples) return errc::out_of_range;
    const bool smallest = how.level == preset::smallest;
    const std::size_t each = how.block_samples.value_or(smallest ? 32768 : block_samples);
    if (!detail::is_block_size(each)) return errc::out_of_range;
    const bool tried = smallest && n >= detail::fewest_for_stage && stage_available(stage::zstd);
    stage used = how.second_stage.value_or(tried ? stage::zstd : stage::none);
    if (!stage_available(used)) return errc::unsupported;
    const std::size_t blocks = block_count(n, each);
    const std::size_t header_room = detail::v2::max_header_bytes(blocks);
    if (out.size() < header_room) return errc::no_space;

    // The body first, behind room for the longest header; then the header, and
    // the body moved up to it.
    detail::time_scale times(timestamps);
    std::array<detail::v2::written_block, block_count(max_samples)> index;
    std::array<std::uint32_t, block_count(max_samples)> checksums;
    detail::block_room<std::int64_t> room(std::min(n, each));
    statistics_builder<V> statistics;
    detail::column_encoder<std::int64_t> time_columns(std::min(n, each));
    detail::column_encoder<V> value_columns(std::min(n, each));
    std::int64_t last_q = 0;
    bytes body = out.subspan(header_room);
    std::size_t body_bytes = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
        const std::size_t from = b * each;
        const std::size_t count = std::min(each, n - from);
        const std::span<std::int64_t> q = room.first(count);
        times.next(from, q);
        last_q = q.back();
        statistics.add(values.subspan(from, count));

        const auto time_bytes =
            time_columns.encode(q, how.timestamps, how.level, body.subspan(body_bytes));
        if (!time_bytes) return time_bytes.error();
        const auto value_bytes =
            value_columns.encode(values.subspan(from, count), how.values, how.level,
                                 body.subspan(body_bytes + *time_bytes));
        if (!value_bytes) return value_bytes.error();
        const std::size_t size = *time_bytes + *value_bytes;
        index[b] = {q[0], *time_bytes, *value_bytes};
        checksums[b] = kernel::crc32c(body.subspan(body_bytes, size));
        body_bytes += size;
    }

    body = body.first(body_bytes);
    std::size_t units = blocks;
    std::vector<std::byte> compressed;
    if (used != stage::none) {
        compressed.resize(max_compressed_bytes(used, body_bytes));
        const auto shrunk = [&](cbytes from) -> result<std::size_t> {
            const auto written = compress(used, from, compressed);
            if (!written) return written.error();
            const std::size_t saving = how.second_stage ? 1 : from.size() / 32 + 1;
            return *written + saving <= from.size() ? *written : 0;
        };
        // Of a long body that nobody wants compressed a piece says whether it pays.
        const bool piece = !how.second_stage && body_bytes > detail::probed_bytes;
        auto size = shrunk(piece ? body.first(detail::probed_bytes) : body);
        if (size && *size != 0 && piece) size = shrunk(body);
        if (!size) return size.error();
        if (*size != 0) {
            body = bytes(compressed).first(*size);
            units = 1;
            checksums[0] = kernel::crc32c(body);
        } else {
            used = stage::none;
        }
    }

    info told;
    told.samples = n;
    told.block_samples = each;
    told.unit = how.unit;
    told.divisor = times.divisor();
    told.second_stage = used;
    told.ordered = times.ordered();
    told.first_timestamp = timestamps[0];
    told.values = statistics.finish();
    const std::size_t header =
        detail::v2::write(out, told, {last_q, times.min_q(), times.max_q(), body.size()},
                          std::span(index).first(blocks), std::span(checksums).first(units));

    // Neither is larger than the room it was given.
    std::memmove(out.data() + header, body.data(), body.size());
    return header + body.size();
}

}  // namespace chronopack::frame
