// Delta: stores each value as its difference from the previous one. It suits counters and clocks
// with jitter.
//
//   v        1000  1010  1019  1031
//   delta          10     9    12        reference 9, width 2: 1 0 3
//
// The differences are in integer blocks of mode delta (codec/packed.hpp). The transforms are also
// here by themselves, for callers who want no more than the differences.
#pragma once

#include <chronopack/codec/packed.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Codes counters, and clocks with jitter.
struct delta : detail::packed_blocks<packing::only(packing::mode::delta)> {
    static constexpr codec_id id = codec_id::delta;
    static constexpr std::string_view name = "delta";

    /// Sets out[0] = in[0] and out[i] = in[i] - in[i-1] modulo 2^64. The spans have the same size,
    /// and are the same or disjoint.
    static void forward(std::span<const std::int64_t> in, std::span<std::int64_t> out) noexcept {
        assert(in.size() == out.size());
        for (std::size_t i = in.size(); i-- > 1;)
            out[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(in[i]) -
                                               static_cast<std::uint64_t>(in[i - 1]));
        if (!in.empty()) out[0] = in[0];
    }

    /// Undoes forward: out[i] = in[0] + ... + in[i] modulo 2^64.
    static void inverse(std::span<const std::int64_t> in, std::span<std::int64_t> out) noexcept {
        assert(in.size() == out.size());
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < in.size(); ++i) {
            sum += static_cast<std::uint64_t>(in[i]);
            out[i] = static_cast<std::int64_t>(sum);
        }
    }
};

static_assert(block_codec<delta>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
