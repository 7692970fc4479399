// The header of a page of binned integers (layout in binning/page.hpp), and the checks of its
// fields.
#pragma once

#include <chronopack/binning/bins.hpp>
#include <chronopack/packing/start_code.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// x = reference + scale * number. The first page of a column also has the base and delta from
/// which its sums start; on later pages the sums go on.
struct header {
    packing::mode kind = packing::mode::frame_of_reference;
    kernel::start from;

    /// Returns the mode whose sums start on this page.
    [[nodiscard]] constexpr packing::mode sums(bool first) const noexcept {
        return first ? kind : packing::mode::frame_of_reference;
    }
};

/// Stands for a whole header: this page reuses the previous page's header and bins.
inline constexpr std::uint8_t as_before = 0x08;

/// Returns the bytes that write_header() writes.
[[nodiscard]] inline std::size_t header_bytes(const header& h, bool first) noexcept {
    return 2 + packing::start_bytes(h.from, h.sums(first));
}

/// Writes a header, with the number of bins and their log, or the width of a single bin.
inline void write_header(byte_writer& out, const header& h, const bin_set& bins,
                         bool first) noexcept {
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(h.kind) |
                                     (h.from.scale != 1 ? packing::scaled_flag : 0u) |
                                     bins.log << 4));
    packing::write_start(out, h.from, h.sums(first));
    out.u8(static_cast<std::uint8_t>(bins.log == 0 ? bins.width[0] : bins.size - 1));
}

/// Reads the header after its first byte, `start`, which is not as_before; every field within
/// its legal range. Or truncated or corrupt. `bins` gets its size and log, or its single bin.
[[nodiscard]] inline result<header> read_header(unsigned start, byte_reader& in, bin_set& bins,
                                                bool first) noexcept {
    header h;
    const unsigned kind = start & 0x03;
    bins.log = start >> 4;
    if (kind >= packing::mode_count || (start & 0x08) != 0 || bins.log > tans::max_log)
        return errc::corrupt;
    h.kind = static_cast<packing::mode>(kind);
    const bool scaled = (start & packing::scaled_flag) != 0;
    const auto read = packing::read_start(in, scaled, h.sums(first), h.from);
    if (!read) return read.error();

    const std::uint8_t last = in.u8();
    if (in.failed()) return errc::truncated;
    if (bins.log == 0) {
        if (last > 64) return errc::corrupt;
        bins.size = 1;
        bins.lower[0] = 0;
        bins.width[0] = last;
    } else {
        if (last == 0) return errc::corrupt;
        bins.size = std::size_t{last} + 1;
    }
    return h;
}

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
