// Packed: stores integers in blocks (packing/block.hpp) of 1,024 values; the last has the rest.
//
//   n = 2500   | block, 1,024 values | block, 1,024 values | block, 452 values |
//
// `packed` picks the smallest of frame of reference, delta and delta of delta for each block.
// `delta` and `delta_of_delta` write and accept only the modes of their names.
#pragma once

#include <chronopack/codec/concept.hpp>
#include <chronopack/kernel/nontemporal_copy.hpp>
#include <chronopack/packing/block.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

template <packing::mode_set Modes>
struct packed_blocks {
    using value_type = std::int64_t;

    /// Returns an upper bound of the bytes of `n` values, n <= 2^57.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        const std::size_t blocks = n / packing::block_values + (n % packing::block_values != 0);
        return blocks * packing::max_header_bytes + 8 * n;
    }

    /// Returns the bytes written, or no_space with `out` unspecified.
    [[nodiscard]] static result<std::size_t> encode(std::span<const value_type> in,
                                                    bytes out) noexcept {
        std::size_t at = 0;
        while (!in.empty()) {
            const std::size_t n = std::min(in.size(), packing::block_values);
            const auto written = packing::encode_block(in.first(n), Modes, out.subspan(at));
            if (!written) return written.error();
            at += *written;
            in = in.subspan(n);
        }
        return at;
    }

    /// Returns the bytes read, or truncated, corrupt or count_mismatch with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<value_type> out) noexcept {
        return decode(in, out, {});
    }

    /// Decodes likewise, each value v as map.offset + map.scale * v.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<value_type> out,
                                                    packing::affine map) noexcept {
        // An output that is larger than any cache: each block is decoded nearby, and copied to
        // the output past the caches.
        const bool past_caches = out.size_bytes() >= kernel::past_caches_bytes;
        std::array<value_type, packing::block_values> nearby;
        std::size_t at = 0;
        while (!out.empty()) {
            const auto block = out.first(std::min(out.size(), packing::block_values));
            const auto to = past_caches ? std::span(nearby).first(block.size()) : block;
            const auto read = packing::decode_block(in.subspan(at), to, Modes, map);
            if (!read) return read.error();
            if (past_caches) kernel::copy_past_caches(to.data(), to.size(), block.data());
            at += *read;
            out = out.subspan(block.size());
        }
        if (past_caches) kernel::done_past_caches();
        return at;
    }
};

}  // namespace detail

/// Codes integers of any kind: counters, gauges, timestamps.
struct packed : detail::packed_blocks<packing::any_mode> {
    static constexpr codec_id id = codec_id::packed;
    static constexpr std::string_view name = "packed";
};

static_assert(block_codec<packed>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
