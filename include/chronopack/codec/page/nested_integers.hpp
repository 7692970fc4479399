// A column of integers inside another codec: what is left of doubles, indexes or
// lengths once that codec has made integers of them.
//
//   +----+--------------------+
//   | id | the codec's bytes  |      packed; at preset::smallest binned, where a sample
//   | u8 |                    |      promises that this saves a sixteenth
//   +----+--------------------+
//
// These are leaves: no codec that may stand here holds another column, so chains
// are bounded. What is decoded goes to a sink, up to 2,048 integers at a time.
#pragma once

#include <chronopack/codec/binned.hpp>
#include <chronopack/codec/packed.hpp>
#include <chronopack/codec/page/exceptions.hpp>
#include <chronopack/codec/page/paged.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Upper bound of a column of n <= page_values integers.
[[nodiscard]] constexpr std::size_t max_integers_bytes(std::size_t n) noexcept {
    return 1 + packed::max_bytes(n);
}

static_assert(binned::max_bytes(page_values) <= packed::max_bytes(page_values));

/// What binned must save, one part in so many: its numbers are decoded one by one.
inline constexpr std::size_t worth_bins = 16;

inline void write_packed(std::span<const std::int64_t> in, packing::mode_set modes,
                         byte_writer& out) noexcept {
    out.u8(static_cast<std::uint8_t>(codec_id::packed));
    while (!in.empty()) {
        const auto block = in.first(std::min(in.size(), packing::block_values));
        keep(out, packing::encode_block(block, modes, out.rest()));
        in = in.subspan(block.size());
    }
}

inline void write_binned(std::span<const std::int64_t> in, byte_writer& out,
                         const std::optional<binning::prospects>& known = {}) noexcept {
    out.u8(static_cast<std::uint8_t>(codec_id::binned));
    keep(out, binned::encode(in, out.rest(), known));
}

/// About how many bits values take at preset::smallest, told from a sample of them; all
/// times log2_one.
struct promise {
    binning::prospects each;    ///< of each integer, by what is taken of it
    std::uint64_t bits = 0;     ///< of all integers
    std::uint64_t outside = 0;  ///< of values that are kept beside them

    [[nodiscard]] std::uint64_t total() const noexcept { return bits + outside; }
};

/// Of what a block's header takes, times log2_one.
inline constexpr std::uint64_t header_bits = 72 * log2_one;

[[nodiscard]] inline promise promise_of(std::span<const std::int64_t> column) noexcept {
    const auto each = binning::look_ahead(column, 0, column.size());
    const std::size_t blocks = column.size() / packing::block_values + 1;
    return {each, column.size() * binning::least_of(each) + blocks * header_bits, 0};
}

/// Writes 1 to page_values integers. A failed writer is the caller's to notice.
inline void write_integers(std::span<const std::int64_t> in, preset level,
                           byte_writer& out) noexcept {
    if (level == preset::fastest)
        return write_packed(in, packing::only(packing::mode::frame_of_reference), out);
    if (level == preset::balanced) return write_packed(in, packing::any_mode, out);
    if (in.size() < kernel::fewest_in_lanes) {
        // Neither decodes faster than the other, and headers are what counts.
        std::array<std::byte, max_integers_bytes(kernel::fewest_in_lanes)> room;
        return write_smaller(
            room, out, [&](byte_writer& to) { write_packed(in, packing::any_mode, to); },
            [&](byte_writer& to) { write_binned(in, to); });
    }
    const std::size_t n = std::min(in.size(), packing::block_values);
    const auto block = in.subspan((in.size() - n) / 2, n);
    const std::uint64_t fields = packing::promised_bits(block) * in.size() / n;
    const promise promised = promise_of(in);
    // Samples do not tell of a table, nor of what is rare.
    const std::uint64_t bits = promised.bits / log2_one;
    const std::uint64_t bins = bits + bits / 32 + in.size() / 4;
    if (bins >= fields - fields / worth_bins)
        write_packed(in, packing::any_mode, out);
    else
        write_binned(in, out, promised.each);
}

/// Reads n of them, each mapped through `map`, and gives them to
/// `sink(from, integers)` -> result<void>. Truncated, corrupt, count_mismatch or
/// unsupported, or what the sink says.
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
