// Samples to a frame.
#pragma once

#include <chronopack/core/value_type.hpp>
#include <chronopack/frame/column.hpp>
#include <chronopack/frame/scratch.hpp>
#include <chronopack/frame/time_scale.hpp>

#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

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
    static_assert(chronopack::detail::is_value_type<V>());
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

/// The same for n values of either type.
[[nodiscard]] constexpr std::size_t max_bytes(std::size_t n) noexcept {
    return std::max(max_bytes<double>(n), max_bytes<std::int64_t>(n));
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

/// What encode() was asked for, with everything chosen that was left open.
struct encode_plan {
    std::size_t each = block_samples;  ///< samples of a block
    stage second_stage = stage::none;
};

/// Returns the plan of a frame of n samples, or out_of_range or unsupported, as
/// encode() does.
[[nodiscard]] inline result<encode_plan> plan_encode(std::size_t n, const options& how) noexcept {
    if (n == 0 || n > max_samples) return errc::out_of_range;
    const bool smallest = how.level == preset::smallest;
    const std::size_t each = how.block_samples.value_or(smallest ? 32768 : block_samples);
    if (!is_block_size(each)) return errc::out_of_range;
    const bool tried = smallest && n >= fewest_for_stage && stage_available(stage::zstd);
    const stage second = how.second_stage.value_or(tried ? stage::zstd : stage::none);
    if (!stage_available(second)) return errc::unsupported;
    return encode_plan{each, second};
}

/// Compresses a body if the second stage that is wanted makes it smaller; if nobody
/// asked for one, by a 32nd part at least. Returns the compressed bytes, in `room`, or
/// none where the body is to stay as it is.
[[nodiscard]] inline result<bytes> compress_body(cbytes body, stage wanted, bool asked_for,
                                                 kept<std::byte>& room) {
    if (wanted == stage::none) return bytes{};
    const bytes compressed = room.first(max_compressed_bytes(wanted, body.size()));
    const auto shrunk = [&](cbytes from) -> result<std::size_t> {
        const auto written = compress(wanted, from, compressed);
        if (!written) return written.error();
        const std::size_t saving = asked_for ? 1 : from.size() / 32 + 1;
        return *written + saving <= from.size() ? *written : 0;
    };
    // Of a long body that nobody wants compressed a piece says whether it pays.
    const bool piece = !asked_for && body.size() > probed_bytes;
    auto size = shrunk(piece ? body.first(probed_bytes) : body);
    if (size && *size != 0 && piece) size = shrunk(body);
    if (!size) return size.error();
    return compressed.first(*size);
}

}  // namespace detail

/// Encodes 1 to max_samples samples: timestamps in any order, any values. Works in
/// `kept`, which one frame after the other can use; allocates nothing once that has grown
/// to what the largest needs, but what a second stage's library takes.
///
/// Returns what inspect() says of the frame, its bytes among it; or count_mismatch when
/// the columns differ in length, out_of_range for no or too many samples or another size
/// of blocks than there are, no_space when `out` has less than max_bytes and that is not
/// enough, unsupported for a codec of another type or a stage this build lacks. `out` is
/// then unspecified.
template <class V>
[[nodiscard]] result<info> write(std::span<const std::int64_t> timestamps,
                                 std::span<const V> values, const options& how, bytes out,
                                 scratch& kept) {
    static_assert(chronopack::detail::is_value_type<V>());
    const std::size_t n = timestamps.size();
    if (values.size() != n) return errc::count_mismatch;
    const auto plan = detail::plan_encode(n, how);
    if (!plan) return plan.error();
    const std::size_t each = plan->each;
    const std::size_t blocks = block_count(n, each);
    const std::size_t header_room = detail::v2::max_header_bytes(blocks);
    if (out.size() < header_room) return errc::no_space;

    // The body first, after room for the longest header; then the header, and the
    // body moved up to it.
    const std::size_t largest = std::min(n, each);
    const auto index = kept.index.first(blocks);
    const auto checksums = kept.checksums.first(blocks);
    const auto block_times = kept.block.first(largest);
    const bytes room = kept.columns.first(column_room_bytes(largest));
    detail::time_scale times(timestamps);
    statistics_builder<V> statistics;
    bytes body = out.subspan(header_room);
    std::size_t body_bytes = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
        const std::size_t from = b * each;
        const std::size_t count = std::min(each, n - from);
        const std::span<std::int64_t> q = block_times.first(count);
        times.next(from, q);
        statistics.add(values.subspan(from, count));

        const auto time_bytes = encode_column<std::int64_t>(q, how.timestamps, how.level, room,
                                                            body.subspan(body_bytes));
        if (!time_bytes) return time_bytes.error();
        const auto value_bytes =
            encode_column<V>(values.subspan(from, count), how.values, how.level, room,
                             body.subspan(body_bytes + *time_bytes));
        if (!value_bytes) return value_bytes.error();
        const std::size_t size = *time_bytes + *value_bytes;
        index[b] = {q[0], *time_bytes, *value_bytes};
        checksums[b] = kernel::crc32c(body.subspan(body_bytes, size));
        body_bytes += size;
    }
    const std::int64_t last_q = block_times[(n - 1) % each];

    body = body.first(body_bytes);
    const auto compressed =
        detail::compress_body(body, plan->second_stage, how.second_stage.has_value(), kept.stage);
    if (!compressed) return compressed.error();
    const bool staged = !compressed->empty();
    if (staged) {
        body = *compressed;
        checksums[0] = kernel::crc32c(body);
    }

    info told;
    told.samples = n;
    told.block_samples = each;
    told.unit = how.unit;
    told.divisor = times.divisor();
    told.second_stage = staged ? plan->second_stage : stage::none;
    told.ordered = times.ordered();
    told.first_timestamp = timestamps.front();
    told.last_timestamp = timestamps.back();
    told.min_timestamp = times.min_timestamp();
    told.max_timestamp = times.max_timestamp();
    told.values = statistics.finish();
    const std::size_t header =
        detail::v2::write(out, told, {last_q, times.min_q(), times.max_q(), body.size()}, index,
                          checksums.first(staged ? 1 : blocks));

    // Neither is larger than the room it was given.
    std::memmove(out.data() + header, body.data(), body.size());
    told.bytes = header + body.size();
    return told;
}

/// Encodes as write() does, and returns the bytes written.
template <class V>
[[nodiscard]] result<std::size_t> encode(std::span<const std::int64_t> timestamps,
                                         std::span<const V> values, const options& how, bytes out,
                                         scratch& kept) {
    const auto written = write<V>(timestamps, values, how, out, kept);
    if (!written) return written.error();
    return written->bytes;
}

/// The same in memory that is allocated for this frame alone: room for two encodings of a
/// column of a block, for a block's timestamps, 32 bytes a block, and for a second stage.
template <class V>
[[nodiscard]] result<std::size_t> encode(std::span<const std::int64_t> timestamps,
                                         std::span<const V> values, const options& how, bytes out) {
    scratch fresh;
    return encode<V>(timestamps, values, how, out, fresh);
}

/// The same for a vector, array or the like of values, whose type then need not be said.
template <chronopack::detail::column Values>
[[nodiscard]] result<info> write(std::span<const std::int64_t> timestamps, const Values& values,
                                 const options& how, bytes out, scratch& kept) {
    return write(timestamps, chronopack::detail::const_span(values), how, out, kept);
}
template <chronopack::detail::column Values>
[[nodiscard]] result<std::size_t> encode(std::span<const std::int64_t> timestamps,
                                         const Values& values, const options& how, bytes out,
                                         scratch& kept) {
    return encode(timestamps, chronopack::detail::const_span(values), how, out, kept);
}
template <chronopack::detail::column Values>
[[nodiscard]] result<std::size_t> encode(std::span<const std::int64_t> timestamps,
                                         const Values& values, const options& how, bytes out) {
    return encode(timestamps, chronopack::detail::const_span(values), how, out);
}

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
