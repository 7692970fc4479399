// A column of integers inside another codec: those that the other makes of doubles, its
// indexes or its lengths.
//
//   +----+--------------------+
//   | id | the codec's bytes  |      packed; at preset::smallest binned, where by a sample
//   | u8 |                    |      that saves a sixteenth
//   +----+--------------------+
//
// Neither codec holds another column, so chains are bounded. Decoded integers go to a sink,
// up to 2,048 at a time.
#pragma once

#include <chronopack/codec/binned.hpp>
#include <chronopack/codec/packed.hpp>
#include <chronopack/codec/page/exceptions.hpp>
#include <chronopack/codec/page/paged.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Returns an upper bound of the bytes of a column of n <= page_values integers.
[[nodiscard]] constexpr std::size_t max_integers_bytes(std::size_t n) noexcept {
    return 1 + packed::max_bytes(n);
}

static_assert(binned::max_bytes(page_values) <= packed::max_bytes(page_values));

/// One part in so many is the least that binned must save: it is decoded value by value.
inline constexpr std::size_t least_saving = 16;

/// Writes integers as packed. `known` is the estimate of the only block, or null.
inline void write_packed(std::span<const std::int64_t> in, packing::mode_set modes,
                         byte_writer& out, const packing::block_estimate* known = {}) noexcept {
    out.u8(static_cast<std::uint8_t>(codec_id::packed));
    while (!in.empty()) {
        const auto block = in.first(std::min(in.size(), packing::block_values));
        auto estimated = known != nullptr ? *known : packing::estimate_of(block, modes);
        keep(out, packing::encode_block(block, estimated, out.rest()));
        in = in.subspan(block.size());
    }
}

/// Writes integers as binned, with the estimate of all of them where it is known.
inline void write_binned(std::span<const std::int64_t> in, byte_writer& out,
                         const std::optional<binning::page_estimate>& known = {}) noexcept {
    out.u8(static_cast<std::uint8_t>(codec_id::binned));
    keep(out, binned::encode(in, out.rest(), known));
}

/// How many bits a column takes at preset::smallest, by a sample of it.
struct column_estimate {
    binning::page_estimate integers;  ///< of each integer
    estimate all_integers{};          ///< of all integers, with their headers
    estimate exceptions{};            ///< of the values that are kept beside them

    [[nodiscard]] estimate total() const noexcept { return all_integers + exceptions; }
};

/// The usual size of the header of 1,024 integers.
inline constexpr estimate header_estimate = estimate::of_bits(72);

/// Returns the estimate of 1 or more integers, without exceptions.
[[nodiscard]] inline column_estimate estimate_of(std::span<const std::int64_t> column) noexcept {
    const auto integers = binning::estimate_of(column, 0, column.size());
    const std::size_t blocks = column.size() / packing::block_values + 1;
    return {integers, integers.least() * column.size() + header_estimate * blocks, {}};
}

/// Writes 1 to page_values integers, with their estimate where it is known. A failed writer is
/// the caller's to notice.
inline void write_integers(std::span<const std::int64_t> in, preset level, byte_writer& out,
                           const std::optional<column_estimate>& known = {}) noexcept {
    if (level == preset::fastest)
        return write_packed(in, packing::only(packing::mode::frame_of_reference), out);
    if (level == preset::balanced) return write_packed(in, packing::any_mode, out);
    if (in.size() < kernel::fewest_in_lanes) {
        // So few decode equally fast either way, and are mostly header: both are tried.
        std::array<std::byte, max_integers_bytes(kernel::fewest_in_lanes)> room;
        return write_smaller(
            room, out, [&](byte_writer& to) { write_packed(in, packing::any_mode, to); },
            [&](byte_writer& to) { write_binned(in, to); });
    }
    const std::size_t n = std::min(in.size(), packing::block_values);
    const auto block = packing::estimate_of(in.subspan((in.size() - n) / 2, n), packing::any_mode);
    const std::uint64_t fields = block.least().bits() * in.size() / n;
    const column_estimate column = known ? *known : estimate_of(in);
    // A sample misses rare values, and says nothing of the table of bins.
    const std::uint64_t sampled = column.all_integers.bits();
    const std::uint64_t bins = sampled + sampled / 32 + in.size() / 4;
    if (bins < fields - fields / least_saving)
        write_binned(in, out, column.integers);
    else
        write_packed(in, packing::any_mode, out, n == in.size() ? &block : nullptr);
}

/// Reads n integers, each mapped through `map`, and passes them to
/// `sink(from, integers)` -> result<void>. Returns truncated, corrupt, count_mismatch or
/// unsupported, or the sink's error.
template <class Sink>
[[nodiscard]] result<void> read_integers(byte_reader& in, std::size_t n, packing::affine map,
                                         Sink sink) noexcept {
    const std::uint8_t id = in.u8();
    if (in.failed()) return errc::truncated;
    alignas(64) std::array<std::int64_t, binning::page_values> room;
    if (id == static_cast<std::uint8_t>(codec_id::packed)) {
        for (std::size_t from = 0; from < n; from += packing::block_values) {
            const auto block = std::span(room).first(std::min(n - from, packing::block_values));
            const auto read = packing::decode_block(in.rest(), block, packing::any_mode, map);
            if (!read) return read.error();
            in.skip(*read);
            if (const auto ok = sink(from, std::span<const std::int64_t>(block)); !ok) return ok;
        }
        return {};
    }
    if (id == static_cast<std::uint8_t>(codec_id::binned))
        return binned::for_each_page(
            in, n, map, [&](std::size_t, std::size_t size) { return std::span(room).first(size); },
            sink);
    return errc::unsupported;
}

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
