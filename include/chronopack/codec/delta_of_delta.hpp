// Delta of delta: stores each difference as its difference from the previous one. It suits clocks
// that tick evenly, and counters of a steady rate.
//
//   t       1000  1010  1020  1031
//   delta         10    10    11
//   dod                 0     1        reference 0, width 1: 0 1
//
// The second differences are in integer blocks of mode delta of delta (codec/packed.hpp).
#pragma once

#include <chronopack/codec/delta.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Codes clocks that tick evenly, and counters of a steady rate.
struct delta_of_delta : detail::packed_blocks<packing::only(packing::mode::delta_of_delta)> {
    static constexpr codec_id id = codec_id::delta_of_delta;
    static constexpr std::string_view name = "delta_of_delta";

    /// Applies delta::forward twice: out = v[0], v[1] - 2 v[0], then the second differences. The
    /// spans have the same size, and are the same or disjoint.
    static void forward(std::span<const std::int64_t> in, std::span<std::int64_t> out) noexcept {
        delta::forward(in, out);
        delta::forward(out, out);
    }

    /// Undoes forward.
    static void inverse(std::span<const std::int64_t> in, std::span<std::int64_t> out) noexcept {
        delta::inverse(in, out);
        delta::inverse(out, out);
    }
};

static_assert(block_codec<delta_of_delta>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
