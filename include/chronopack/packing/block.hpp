// The integer block: up to 1,024 int64 values, packed at one width around one
// reference, with patched exceptions.
//
//   0      1       2        3            5       7
//   +------+-------+--------+------------+-------+-----------+---------+------+
//   | mode | width | exc. w | exceptions | count | reference | [scale] | base |
//   |  u8  |  u8   |   u8   |    u16     |  u16  |  zigzag   | varint  |  ..  |
//   +------+-------+--------+------------+-------+-----------+---------+------+
//   | count fields of `width` bits: in lanes from 64 on, else in order         |
//   +--------------------------------------------------------------------------+
//   | exceptions: high parts (exc. w bits each) | positions (10 bits each)     |
//   +--------------------------------------------------------------------------+
//
//   u = field + (high part << width);   x = reference + scale * u
//   frame of reference  v[i] = x[i]
//   delta               v[i] = v[i-1] + x[i]                      v[-1] = base
//   delta of delta      d[i] = d[i-1] + x[i], v[i] = v[i-1] + d[i]
//
// All arithmetic is modulo 2^64, so every int64 sequence has an encoding, and
// a decoded block can be mapped through v -> offset + scale * v at no cost, by
// mapping its header instead. Bit by bit: docs/FORMAT.md.
#pragma once

#include <chronopack/kernel/dispatch.hpp>
#include <chronopack/packing/affine.hpp>
#include <chronopack/packing/plan.hpp>

namespace chronopack::inline CHRONOPACK_ABI::packing {

/// Upper bound of the bytes of a block of `count` values.
[[nodiscard]] constexpr std::size_t max_block_bytes(std::size_t count) noexcept {
    return max_header_bytes + 8 * count;
}

/// Where the values of a block in lanes are kept among its slots.
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
    std::uint32_t moved_;  // of the first so many, value rows * l + r is in slot 16 r + l
    std::uint32_t inverse_;
};

namespace detail {

/// The fields of a block without lanes, one after the other.
inline void write_in_order(const plan& p, bytes payload) noexcept {
    field_writer fields(payload, p.head.width);
    const std::uint64_t mask = low_mask(p.head.width);
    for (std::size_t i = 0; i < p.head.count; ++i)
        fields.write((p.distances[i] - p.reference) & mask);
    fields.finish();
}

/// What the fields lack, and where.
inline void write_exceptions(const plan& p, bytes out) noexcept {
    const header& h = p.head;
    const std::size_t highs_bytes = field_bytes(h.exceptions, h.exception_width);
    field_writer highs(out.first(highs_bytes), h.exception_width);
    field_writer positions(out.subspan(highs_bytes), position_bits);
    for (const std::uint16_t position : std::span(p.positions).first(h.exceptions)) {
        highs.write(zigzag(high_part(p.distances[position] - p.reference, h.width)));
        positions.write(position);
    }
    highs.finish();
    positions.finish();
}

}  // namespace detail

/// Encodes 1 to 1,024 values under the best of `modes`.
/// Bytes written, or no_space with `out` untouched.
[[nodiscard]] inline result<std::size_t> encode_block(std::span<const std::int64_t> in,
                                                      mode_set modes, bytes out) noexcept {
    assert(!in.empty() && in.size() <= block_values);
    plan chosen;
    make_plan(in, modes, chosen);
    const header& h = chosen.head;
    const std::size_t size = chosen.bytes();
    if (size > out.size()) return errc::no_space;

    byte_writer writer(out);
    write_header(writer, h);
    const bytes payload = writer.reserve(h.payload_bytes());
    if (!h.in_lanes)
        detail::write_in_order(chosen, payload);
    else if (h.width > 0)
        detail::with_sums(
            h.kind, [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
                detail::encoder::pack<Sums>(chosen.distances.data(), h.count, chosen.reference,
                                            h.width, payload.data());
            });
    if (h.exceptions > 0) detail::write_exceptions(chosen, writer.reserve(h.exception_bytes()));
    return size;
}

namespace detail {

/// Gives `add(position, amount)` what each exception's field lacks. Corrupt
/// unless positions ascend below the count and no high part is zero. What is in
/// `exceptions` behind them is not used, but saves time.
template <class Add>
[[nodiscard]] result<void> for_each_exception(const header& h, cbytes exceptions,
                                              Add add) noexcept {
    constexpr std::size_t at_once = 64;  // end on a byte, whatever their width
    std::array<std::uint64_t, at_once> position;
    std::array<std::uint64_t, at_once> high;
    const cbytes highs = exceptions;
    const cbytes positions = exceptions.subspan(field_bytes(h.exceptions, h.exception_width));
    std::size_t next = 0;  // the least legal position
    for (std::size_t e = 0; e < h.exceptions; e += at_once) {
        const std::size_t n = std::min(at_once, h.exceptions - e);
        load_fields(positions.subspan(e * position_bits / 8), position_bits,
                    std::span(position).first(n));
        load_fields(highs.subspan(e * h.exception_width / 8), h.exception_width,
                    std::span(high).first(n));
        // Without a branch and from left to right, so that it is done by vectors.
        std::uint64_t legal = position[0] >= next && high[0] != 0;
        for (std::size_t i = 1; i < n; ++i)
            legal &= std::uint64_t{position[i] > position[i - 1]} & std::uint64_t{high[i] != 0};
        next = position[n - 1] + 1;
        if (legal == 0 || next > h.count) return errc::corrupt;
        for (std::size_t i = 0; i < n; ++i)
            add(position[i], static_cast<std::uint64_t>(unzigzag(high[i])) << h.width);
    }
    return {};
}

/// Fields in lanes. Exceptions are added to the values where each stands alone,
/// to the fields where sums run over them.
template <kernel::sums Sums>
[[nodiscard]] result<void> decode_lanes(const header& h, const kernel::start& s, cbytes payload,
                                        cbytes exceptions, std::span<std::uint64_t> out) noexcept {
    using kernel::decoder;
    if (Sums != kernel::sums::none && h.exceptions > 0) {
        alignas(64) std::array<std::uint64_t, kernel::slots> patches;
        std::fill_n(patches.begin(), h.count, std::uint64_t{0});
        const slot_map slot_of(h.kind, h.count);
        const auto read = for_each_exception(
            h, exceptions, [&patches, slot_of](std::size_t position, std::uint64_t high) {
                patches[slot_of(position)] = high;
            });
        if (!read) return read;
        decoder::packed<Sums>(payload.data(), h.count, h.width, s, patches.data(), out.data());
        return {};
    }
    if (h.width == 0)
        decoder::ramp<Sums>(s, h.count, out.data());
    else
        decoder::packed<Sums>(payload.data(), h.count, h.width, s, nullptr, out.data());
    if (h.exceptions == 0) return {};
    return for_each_exception(h, exceptions, [&](std::size_t position, std::uint64_t high) {
        out[position] += s.scale * high;
    });
}

/// Fields in order, one by one.
[[nodiscard]] inline result<void> decode_in_order(const header& h, const kernel::start& s,
                                                  cbytes payload, cbytes exceptions,
                                                  std::span<std::uint64_t> out) noexcept {
    load_fields(payload, h.width, out);
    const auto patched = for_each_exception(
        h, exceptions, [&](std::size_t position, std::uint64_t high) { out[position] += high; });
    if (!patched) return patched;
    // A copy: for all the compiler knows, the start is among the values.
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

/// Decodes a block of exactly out.size() values, 1 to 1,024, whose mode is one
/// of `modes`, mapped through `map`.
/// Bytes read, or truncated / corrupt / count_mismatch with `out` unspecified.
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
    (void)reader.take(h.exception_bytes());
    if (reader.failed()) return errc::truncated;

    const kernel::start s = map({h.reference, h.scale, h.base, h.first_delta}, h.kind);

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

}  // namespace chronopack::packing
