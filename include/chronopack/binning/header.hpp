// What stands before the bits of a page of binned integers: layout in binning/page.hpp.
#pragma once

#include <chronopack/binning/bins.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/kernel/operands.hpp>
#include <chronopack/packing/mode.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// x = reference + scale * number, and what sums of x go on from: only a column's first page
/// says that, on others it is known.
struct header {
    packing::mode kind = packing::mode::frame_of_reference;
    kernel::start from;
};

/// Stands for all of a header: it is that of the page before, and so are the bins.
inline constexpr std::uint8_t as_before = 0x08;

/// Bytes that write_header() will write.
[[nodiscard]] inline std::size_t header_bytes(const header& h, bool first) noexcept {
    const auto signed_bytes = [](std::uint64_t v) {
        return varint_bytes(zigzag(static_cast<std::int64_t>(v)));
    };
    std::size_t n = 2 + signed_bytes(h.from.reference);
    if (h.from.scale != 1) n += varint_bytes(h.from.scale);
    if (first && h.kind != packing::mode::frame_of_reference) n += signed_bytes(h.from.base);
    if (first && h.kind == packing::mode::delta_of_delta) n += signed_bytes(h.from.delta);
    return n;
}

/// With the number of bins and their log, or if there is one bin its width.
inline void write_header(byte_writer& out, const header& h, const bin_set& bins,
                         bool first) noexcept {
    const auto write_signed = [&](std::uint64_t v) {
        write_signed_varint(out, static_cast<std::int64_t>(v));
    };
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(h.kind) |
                                     (h.from.scale != 1 ? packing::scaled_flag : 0u) |
                                     bins.log << 4));
    write_signed(h.from.reference);
    if (h.from.scale != 1) write_varint(out, h.from.scale);
    if (first && h.kind != packing::mode::frame_of_reference) write_signed(h.from.base);
    if (first && h.kind == packing::mode::delta_of_delta) write_signed(h.from.delta);
    out.u8(static_cast<std::uint8_t>(bins.log == 0 ? bins.width[0] : bins.size - 1));
}

/// The header whose first byte, not as_before, is `start`. Every field is within its
/// legal range, or it is truncated or corrupt.
[[nodiscard]] inline result<header> read_header(unsigned start, byte_reader& in, bin_set& bins,
                                                bool first) noexcept {
    header h;
    const unsigned kind = start & 0x03;
    bins.log = start >> 4;
    if (kind >= packing::mode_count || (start & 0x08) != 0 || bins.log > tans::max_log)
        return errc::corrupt;
    h.kind = static_cast<packing::mode>(kind);

    const auto read_signed = [&](std::uint64_t& field) -> result<void> {
        const auto value = read_signed_varint(in);
        if (!value) return value.error();
        field = static_cast<std::uint64_t>(*value);
        return {};
    };
    if (const auto ok = read_signed(h.from.reference); !ok) return ok.error();
    if ((start & packing::scaled_flag) != 0) {
        const auto scale = read_varint(in);
        if (!scale) return scale.error();
        if (*scale < 2) return errc::corrupt;
        h.from.scale = *scale;
    }
    if (first && h.kind != packing::mode::frame_of_reference)
        if (const auto ok = read_signed(h.from.base); !ok) return ok.error();
    if (first && h.kind == packing::mode::delta_of_delta)
        if (const auto ok = read_signed(h.from.delta); !ok) return ok.error();

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
