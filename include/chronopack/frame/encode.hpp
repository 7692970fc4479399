// Encodes samples into a frame.
//
//   frame::scratch kept;
//   std::vector<std::byte> wire(frame::max_bytes<double>(n));
//   const auto size = frame::encode<double>(timestamps, values, {}, wire, kept);
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
    time_unit unit = time_unit::milliseconds;  ///< of the timestamps; recorded, not used
    preset level = preset::balanced;           ///< speed against size
    std::optional<codec_id> timestamps = {};   ///< unset: chosen for each block
    std::optional<codec_id> values = {};       ///< unset: chosen for each block
    /// A compressor for the whole body, left out where it would not make the frame smaller.
    /// Unset: none, but zstd at preset::smallest if this build has it, the frame has 16,384
    /// samples or more, and it saves at least a 32nd.
    std::optional<stage> second_stage = {};
    /// The samples of a block: 1,024 times a power of two, up to max_samples. Samples take
    /// fewer bytes in large blocks, but a reader decodes and checks at least one whole block.
    /// Unset: 1,024; 32,768 at preset::smallest; at preset::balanced 4,096 where a dictionary
    /// that those share makes the frame smaller.
    std::optional<std::size_t> block_samples = {};
};

/// Returns the bytes of output that encode() never exceeds for n samples of values V,
/// n <= max_samples, with blocks of any size.
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

/// Returns the same bound for n values of either type.
[[nodiscard]] constexpr std::size_t max_bytes(std::size_t n) noexcept {
    return std::max(max_bytes<double>(n), max_bytes<std::int64_t>(n));
}

namespace detail {

/// The fewest samples for which a second stage is tried without being asked for. With
/// fewer, setting up zstd's tables would take longer than the rest of encoding.
inline constexpr std::size_t fewest_for_stage = 16384;

/// The bytes of a longer body on which such a second stage is tried first.
inline constexpr std::size_t probed_bytes = 65536;

/// Returns whether a reader accepts every block of n samples that can be written.
[[nodiscard]] constexpr bool columns_fit(std::size_t n) noexcept {
    const std::size_t times = max_column_bytes<std::int64_t>(n);
    return times + std::max(times, max_column_bytes<double>(n)) <= max_body_bytes(n);
}
static_assert(columns_fit(1) && columns_fit(block_samples) && columns_fit(max_samples));

[[nodiscard]] constexpr bool is_block_size(std::size_t n) noexcept {
    return n >= block_samples && n <= max_samples && (n & (n - 1)) == 0;
}

/// The options of encode() with a decision for each that was left unset.
struct encode_plan {
    std::size_t each = block_samples;  ///< samples of a block
    stage second_stage = stage::none;
};

/// Returns the plan of a frame of n samples, or the out_of_range or unsupported that
/// encode() returns.
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

/// Compresses a body if the stage `wanted` makes it smaller, or, unless it was asked for,
/// smaller by at least a 32nd. Returns the compressed bytes, which are in `room`, or no
/// bytes where the body should stay as it is.
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
    // Whether compressing a long body pays is tried on a piece, unless it was asked for.
    const bool piece = !asked_for && body.size() > probed_bytes;
    auto size = shrunk(piece ? body.first(probed_bytes) : body);
    if (size && *size != 0 && piece) size = shrunk(body);
    if (!size) return size.error();
    return compressed.first(*size);
}

/// The blocks of a frame as encode_body() wrote them.
template <class V>
struct encoded_body {
    bytes blocks;
    std::int64_t last_q = 0;  ///< the q of the last timestamp
    statistics<V> values;
};

/// Encodes all blocks, of `each` samples, one after the other into `out`. Fills kept.index
/// and kept.checksums, which have an entry for each block. Returns the errors of
/// encode_column.
template <class V>
[[nodiscard]] result<encoded_body<V>> encode_body(time_scale& times, std::span<const V> values,
                                                  const options& how, std::size_t each, bytes out,
                                                  scratch& kept) {
    const std::size_t n = values.size();
    const std::size_t largest = std::min(n, each);
    const auto index = kept.index.first(block_count(n, each));
    const auto checksums = kept.checksums.first(index.size());
    const auto block_times = kept.block.first(largest);
    const bytes room = kept.columns.first(column_room_bytes(largest));
    statistics_builder<V> statistics;
    std::size_t end = 0;
    for (std::size_t b = 0; b < index.size(); ++b) {
        const std::size_t from = b * each;
        const auto block_values = values.subspan(from, std::min(each, n - from));
        const std::span<std::int64_t> q = block_times.first(block_values.size());
        times.next(from, q);
        statistics.add(block_values);

        const bytes columns = out.subspan(end);
        const auto time_bytes =
            encode_column<std::int64_t>(q, how.timestamps, how.level, room, columns);
        if (!time_bytes) return time_bytes.error();
        const auto value_bytes = encode_column<V>(block_values, how.values, how.level, room,
                                                  columns.subspan(*time_bytes));
        if (!value_bytes) return value_bytes.error();
        const std::size_t size = *time_bytes + *value_bytes;
        index[b] = {q[0], *time_bytes, *value_bytes};
        checksums[b] = kernel::crc32c(columns.first(size));
        end += size;
    }
    return encoded_body<V>{out.first(end), block_times[(n - 1) % each], statistics.finish()};
}

/// Encodes as write() does, at the preset of `how` alone.
template <class V>
[[nodiscard]] result<info> write_as(std::span<const std::int64_t> timestamps,
                                    std::span<const V> values, const options& how, bytes out,
                                    scratch& kept) {
    const std::size_t n = timestamps.size();
    auto plan = plan_encode(n, how);
    if (!plan) return plan.error();
    if (how.level == preset::balanced && !how.block_samples && !how.values &&
        shares_dictionary(values))
        plan->each = dictionary_block_samples;
    const std::size_t blocks = block_count(n, plan->each);
    const std::size_t header_room = v2::max_header_bytes(blocks);
    if (out.size() < header_room) return errc::no_space;

    // The body is written after room for the longest header, and moved up to the header
    // once that has its length.
    time_scale times(timestamps);
    const auto encoded =
        encode_body<V>(times, values, how, plan->each, out.subspan(header_room), kept);
    if (!encoded) return encoded.error();
    const auto compressed = compress_body(encoded->blocks, plan->second_stage,
                                          how.second_stage.has_value(), kept.stage);
    if (!compressed) return compressed.error();
    const bool staged = !compressed->empty();
    const cbytes body = staged ? *compressed : encoded->blocks;
    const auto checksums = kept.checksums.first(staged ? 1 : blocks);
    if (staged) checksums[0] = kernel::crc32c(body);

    info written;
    written.samples = n;
    written.block_samples = plan->each;
    written.unit = how.unit;
    written.divisor = times.divisor();
    written.second_stage = staged ? plan->second_stage : stage::none;
    written.ordered = times.ordered();
    written.first_timestamp = timestamps.front();
    written.last_timestamp = timestamps.back();
    written.min_timestamp = times.min_timestamp();
    written.max_timestamp = times.max_timestamp();
    written.values = encoded->values;
    const std::size_t header =
        v2::write(out, written, {encoded->last_q, times.min_q(), times.max_q(), body.size()},
                  kept.index.first(blocks), checksums);
    std::memmove(out.data() + header, body.data(), body.size());
    written.bytes = header + body.size();
    return written;
}

/// Returns whether preset::balanced might make a frame as small as this one, which is of
/// preset::smallest: by every eighth block of values.
template <class V>
[[nodiscard]] bool balanced_may_be_smaller(std::span<const V> values, const info& written,
                                           std::size_t value_bytes, scratch& kept) {
    constexpr std::size_t one_in = 8;
    const bytes room =
        kept.columns.first(column_room_bytes(block_samples) + max_column_bytes<V>(block_samples));
    const bytes column = room.last(max_column_bytes<V>(block_samples));
    std::size_t size = 0;
    std::size_t sampled = 0;
    for (std::size_t from = 0; from < values.size(); from += one_in * block_samples) {
        const auto block = values.subspan(from, std::min(block_samples, values.size() - from));
        const auto made = encode_column<V>(block, std::nullopt, preset::balanced,
                                           room.first(room.size() - column.size()), column);
        if (!made) return false;
        size += *made;
        sampled += block.size();
    }
    if (sampled == values.size()) return size < value_bytes;
    // The other parts of the frame are about as large either way.
    const std::size_t others = written.bytes - std::min(written.bytes, value_bytes);
    const std::size_t expected = others + size * values.size() / sampled;
    return expected - expected / one_in < written.bytes;
}

}  // namespace detail

/// Encodes 1 to max_samples samples: timestamps in any order, any values. Works in `kept`,
/// which can be used for one frame after the other. Once `kept` has grown to the needs of
/// the largest frame, only the library of a second stage still allocates.
///
/// Returns the info that inspect() would return for the frame, `bytes` included. Returns
/// count_mismatch where the columns differ in length; out_of_range for no or too many
/// samples, or a block size that does not exist; no_space where `out` is too small, which
/// max_bytes never is; unsupported for a codec of another type or a stage that this build
/// lacks. `out` is then unspecified.
template <class V>
[[nodiscard]] result<info> write(std::span<const std::int64_t> timestamps,
                                 std::span<const V> values, const options& how, bytes out,
                                 scratch& kept) {
    static_assert(chronopack::detail::is_value_type<V>());
    if (values.size() != timestamps.size()) return errc::count_mismatch;
    const auto written = detail::write_as<V>(timestamps, values, how, out, kept);
    if (!written || how.level != preset::smallest || how.values || how.timestamps ||
        how.block_samples)
        return written;
    // preset::balanced adapts to every 1,024 values, which can be worth more.
    std::size_t value_bytes = 0;
    for (const auto& block : kept.index.first(written->blocks())) value_bytes += block.value_bytes;
    if (!detail::balanced_may_be_smaller(values, *written, value_bytes, kept)) return written;
    options balanced = how;
    balanced.level = preset::balanced;
    const std::size_t most = std::min(
        out.size(), written->bytes - 1 +
                        detail::v2::max_header_bytes(block_count(values.size(), block_samples)));
    const bytes other = kept.other.first(most).first(most);
    const auto smaller = detail::write_as<V>(timestamps, values, balanced, other, kept);
    if (!smaller || smaller->bytes >= written->bytes) return written;
    std::copy_n(other.begin(), smaller->bytes, out.begin());
    return smaller;
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

/// Encodes as above, in memory that it allocates for this frame alone: room for two
/// encodings of a block's column, for a block's timestamps, 32 bytes a block, and room for a
/// second stage.
template <class V>
[[nodiscard]] result<std::size_t> encode(std::span<const std::int64_t> timestamps,
                                         std::span<const V> values, const options& how, bytes out) {
    scratch fresh;
    return encode<V>(timestamps, values, how, out, fresh);
}

/// Do the same for a vector, array or span of values, and take V from it.
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
