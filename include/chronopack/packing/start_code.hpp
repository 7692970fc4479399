// The start of a block or page in its header: what its values are decoded from.
//
//   +-----------+---------+--------+---------------+
//   | reference | [scale] | [base] | [first delta] |
//   |  zigzag   | varint  | zigzag |    zigzag     |      all of them LEB128
//   +-----------+---------+--------+---------------+
//
// A scale of 1 is left out; a flag in the header says so. Deltas have a base, deltas of deltas
// a first delta as well. A page that goes on with the sums of the page before has neither, as
// a frame of reference: `sums` below is the mode whose sums start here.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/kernel/operands.hpp>
#include <chronopack/packing/mode.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// Returns the bytes that write_start() writes.
[[nodiscard]] inline std::size_t start_bytes(const kernel::start& s, mode sums) noexcept {
    const auto signed_bytes = [](std::uint64_t v) {
        return varint_bytes(zigzag(static_cast<std::int64_t>(v)));
    };
    std::size_t n = signed_bytes(s.reference);
    if (s.scale != 1) n += varint_bytes(s.scale);
    if (sums != mode::frame_of_reference) n += signed_bytes(s.base);
    if (sums == mode::delta_of_delta) n += signed_bytes(s.delta);
    return n;
}

inline void write_start(byte_writer& out, const kernel::start& s, mode sums) noexcept {
    const auto write_signed = [&](std::uint64_t v) {
        write_signed_varint(out, static_cast<std::int64_t>(v));
    };
    write_signed(s.reference);
    if (s.scale != 1) write_varint(out, s.scale);
    if (sums != mode::frame_of_reference) write_signed(s.base);
    if (sums == mode::delta_of_delta) write_signed(s.delta);
}

/// Reads a start, with a scale where it is `scaled`; or truncated or corrupt, with `s`
/// unspecified.
[[nodiscard]] inline result<void> read_start(byte_reader& in, bool scaled, mode sums,
                                             kernel::start& s) noexcept {
    const auto read_signed = [&](std::uint64_t& field) -> result<void> {
        const auto value = read_signed_varint(in);
        if (!value) return value.error();
        field = static_cast<std::uint64_t>(*value);
        return {};
    };
    if (const auto ok = read_signed(s.reference); !ok) return ok;
    if (scaled) {
        const auto scale = read_varint(in);
        if (!scale) return scale.error();
        if (*scale < 2) return errc::corrupt;
        s.scale = *scale;
    }
    if (sums != mode::frame_of_reference)
        if (const auto ok = read_signed(s.base); !ok) return ok;
    if (sums == mode::delta_of_delta)
        if (const auto ok = read_signed(s.delta); !ok) return ok;
    return {};
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
