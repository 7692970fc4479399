// A column of integers inside another codec: what is left of doubles, indexes or
// lengths once that codec has made integers of them.
//
//   +----+--------------------+
//   | id | the codec's bytes  |      packed, or binned where that is smaller and
//   | u8 |                    |      the preset may take its time
//   +----+--------------------+
//
// These are leaves: no codec that may stand here holds another column, so chains
// are bounded. What is decoded goes to a sink, up to 1,024 integers at a time.
#pragma once

#include <chronopack/codec/packed.hpp>
#include <chronopack/codec/paged.hpp>

namespace chronopack::inline CHRONOPACK_ABI::detail {

/// Upper bound of a column of n <= page_values integers.
[[nodiscard]] constexpr std::size_t max_integers_bytes(std::size_t n) noexcept {
    return 1 + packed::max_bytes(n);
}

/// Writes 1 to page_values integers. A failed writer is the caller's to notice.
inline void write_integers(std::span<const std::int64_t> in, preset level,
                           byte_writer& out) noexcept {
    out.u8(static_cast<std::uint8_t>(codec_id::packed));
    const packing::mode_set modes = level == preset::fastest
                                        ? packing::only(packing::mode::frame_of_reference)
                                        : packing::any_mode;
    while (!in.empty()) {
        const auto block = in.first(std::min(in.size(), packing::block_values));
        const auto written = packing::encode_block(block, modes, out.rest());
        // More than there is: the writer fails.
        (void)out.reserve(written ? *written : out.rest().size() + 1);
        in = in.subspan(block.size());
    }
}

/// Reads n of them, each mapped through `map`, and gives them to
/// `sink(from, integers)` -> result<void>. Truncated, corrupt, count_mismatch or
/// unsupported, or what the sink says.
template <class Sink>
[[nodiscard]] result<void> read_integers(byte_reader& in, std::size_t n, packing::affine map,
                                         Sink sink) noexcept {
    const std::uint8_t id = in.u8();
    if (in.failed()) return errc::truncated;
    if (id != static_cast<std::uint8_t>(codec_id::packed)) return errc::unsupported;
    alignas(64) std::array<std::int64_t, packing::block_values> room;
    for (std::size_t from = 0; from < n; from += packing::block_values) {
        const auto block = std::span(room).first(std::min(n - from, packing::block_values));
        const auto read = packing::decode_block(in.rest(), block, packing::any_mode, map);
        if (!read) return read.error();
        (void)in.take(*read);
        if (const auto ok = sink(from, std::span<const std::int64_t>(block)); !ok) return ok;
    }
    return {};
}

}  // namespace chronopack::detail
