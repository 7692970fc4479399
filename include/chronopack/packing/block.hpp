// The integer block: up to 1,024 int64 values, packed at one width from one reference on, with
// exceptions.
//
//   0      1       2        3            5       7
//   +------+-------+--------+------------+-------+-----------+---------+------+
//   | mode | width | exc. w | exceptions | count | reference | [scale] | base |
//   |  u8  |  u8   |   u8   |    u16     |  u16  |  zigzag   | varint  |  ..  |
//   +------+-------+--------+------------+-------+-----------+---------+------+
//   | count fields of `width` bits: in lanes if count >= 64, else in order     |
//   +--------------------------------------------------------------------------+
//   | exceptions: high parts (exc. w bits each) | positions (10 bits each)     |
//   +--------------------------------------------------------------------------+
//
//   u = field + (high part << width);   x = reference + scale * u
//   frame of reference  v[i] = x[i]
//   delta               v[i] = v[i-1] + x[i]                      v[-1] = base
//   delta of delta      d[i] = d[i-1] + x[i], v[i] = v[i-1] + d[i]
//
// All arithmetic is modulo 2^64, so every int64 sequence has an encoding, and a block can be
// decoded as offset + scale * v at no cost (packing/affine.hpp). docs/FORMAT.md has every bit.
#pragma once

#include <chronopack/kernel/dispatch.hpp>
#include <chronopack/packing/affine.hpp>
#include <chronopack/packing/exceptions.hpp>
#include <chronopack/packing/plan.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// Returns an upper bound of the bytes of a block of `count` values.
[[nodiscard]] constexpr std::size_t max_block_bytes(std::size_t count) noexcept {
    return max_header_bytes + 8 * count;
}

/// The slot of each value of a block in lanes: where sums run, each lane holds neighbours.
class slot_map {
public:
    constexpr slot_map(mode kind, std::size_t count) noexcept
        : moved_(kind == mode::frame_of_reference
                     ? 0
                     : static_cast<std::uint32_t>(count / lanes * lanes)),
          inverse_((lanes << 16) / std::max(moved_, lanes) + 1) {}

    [[nodiscard]] constexpr std::size_t operator()(std::size_t i) const noexcept {
        if (i >= moved_) return i;
        const std::size_t lane = i * inverse_ >> 16;  // i / rows
        return lanes * i - (moved_ - 1) * lane;
    }

private:
    static constexpr std::uint32_t lanes = kernel::lanes;
    std::uint32_t moved_;  // among so many, value rows * l + r is in slot 16 r + l
    std::uint32_t inverse_;
};

namespace detail {

/// Writes the fields of a block without lanes, one after the other.
inline void write_in_order(const plan& p, bytes payload) noexcept {
    field_writer fields(payload, p.head.width);
    const std::uint64_t mask = low_mask(p.head.width);
    for (std::size_t i = 0; i < p.head.count; ++i)
        fields.write((p.distances[i] - p.reference) & mask);
    fields.finish();
}

}  // namespace detail

/// Encodes 1 to 1,024 values, of which `estimated` is the estimate; its samples get the
/// extremes. Returns the bytes written, or no_space with `out` untouched.
[[nodiscard]] inline result<std::size_t> encode_block(std::span<const std::int64_t> in,
                                                      block_estimate& estimated,
                                                      bytes out) noexcept {
    assert(!in.empty() && in.size() <= block_values);
    plan chosen;
    make_plan(in, estimated, chosen);
    const header& h = chosen.head;
    const std::size_t size = chosen.bytes();
    if (size > out.size()) return errc::no_space;

    byte_writer writer(out);
    write_header(writer, h);
    const bytes payload = writer.reserve(h.payload_bytes());
    if (!h.in_lanes)
        detail::write_in_order(chosen, payload);
    else if (h.width > 0)
        with_sums(h.kind, [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
            kernel::encoder::pack<Sums>(chosen.distances.data(), h.count, chosen.reference, h.width,
                                        payload.data());
        });
    if (h.exceptions > 0) detail::write_exceptions(chosen, writer.reserve(h.exception_bytes()));
    return size;
}

/// Encodes 1 to 1,024 values likewise, under the best of `modes`.
[[nodiscard]] inline result<std::size_t> encode_block(std::span<const std::int64_t> in,
                                                      mode_set modes, bytes out) noexcept {
    block_estimate estimated = estimate_of(in, modes);
    return encode_block(in, estimated, out);
}

namespace detail {

/// Decodes fields in lanes. Exceptions are added to the fields where sums run over them, and
/// otherwise to the values.
template <kernel::sums Sums>
[[nodiscard]] result<void> decode_lanes(const header& h, const kernel::start& s, cbytes payload,
                                        cbytes exceptions, std::span<std::uint64_t> out) noexcept {
    using kernel::decoder;
    if (Sums != kernel::sums::none && h.exceptions > 0) {
        block_exceptions odd;
        if (!odd.read(h, exceptions)) return errc::corrupt;
        const slot_map slot_of(h.kind, h.count);
        for (std::uint64_t& position : odd.positions()) position = slot_of(position);
        const kernel::patches patches(odd.positions(), odd.amounts());
        decoder::packed<Sums>(payload.data(), h.count, h.width, s, patches.rows(), out.data());
        return {};
    }
    if (h.width == 0)
        decoder::ramp<Sums>(s, h.count, out.data());
    else
        decoder::packed<Sums>(payload.data(), h.count, h.width, s, {}, out.data());
    return add_exceptions(h, exceptions, s.scale, out);
}

/// Decodes fields in order, one by one.
[[nodiscard]] inline result<void> decode_in_order(const header& h, const kernel::start& s,
                                                  cbytes payload, cbytes exceptions,
                                                  std::span<std::uint64_t> out) noexcept {
    load_fields(payload, h.width, out);
    if (const auto added = add_exceptions(h, exceptions, 1, out); !added) return added;
    // With a copy of the start, which the compiler could otherwise not keep in registers: it
    // might be among the values.
    with_sums(h.kind, [&out, at = s]<kernel::sums Sums>(
                          std::integral_constant<kernel::sums, Sums>) mutable {
        for (std::uint64_t& v : out) {
            std::uint64_t x = at.reference + at.scale * v;
            if constexpr (Sums == kernel::sums::twice) x = at.delta += x;
            if constexpr (Sums != kernel::sums::none) x = at.base += x;
            v = x;
        }
    });
    return {};
}

}  // namespace detail

/// Decodes a block of exactly out.size() values, 1 to 1,024, whose mode is one of `modes`, mapped
/// through `map`. Returns the bytes read, or truncated, corrupt or count_mismatch with `out`
/// unspecified.
[[nodiscard]] inline result<std::size_t> decode_block(cbytes in, std::span<std::int64_t> out,
                                                      mode_set modes = any_mode,
                                                      affine map = {}) noexcept {
    assert(!out.empty() && out.size() <= block_values);
    byte_reader reader(in);
    header h;
    if (const auto read = read_header(reader, out.size(), h); !read) return read.error();
    if ((modes & only(h.kind)) == 0) return errc::corrupt;
    const cbytes payload = reader.take(h.payload_bytes());
    const cbytes exceptions = reader.rest();
    reader.skip(h.exception_bytes());
    if (reader.failed()) return errc::truncated;

    const kernel::start s = map(h.from, h.kind);

    // int64_t and uint64_t may alias each other.
    const std::span values(reinterpret_cast<std::uint64_t*>(out.data()), out.size());
    using kernel::sums;
    const auto decoded = !h.in_lanes ? detail::decode_in_order(h, s, payload, exceptions, values)
                         : h.kind == mode::frame_of_reference
                             ? detail::decode_lanes<sums::none>(h, s, payload, exceptions, values)
                         : h.kind == mode::delta
                             ? detail::decode_lanes<sums::once>(h, s, payload, exceptions, values)
                             : detail::decode_lanes<sums::twice>(h, s, payload, exceptions, values);
    if (!decoded) return decoded.error();
    return reader.position();
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
