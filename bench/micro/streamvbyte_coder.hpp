// StreamVByte as a coder of int64 columns: differences, zigzagged, as 32-bit
// integers of one to four bytes.
//
//   | first value i64 | 4,096 differences | 4,096 differences | ...
//
// A difference past 32 bits is refused: unlike ours, this is a format for
// series that are known to have none.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <streamvbyte.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace chronopack::bench {

class streamvbyte_coder {
public:
    static constexpr std::string_view name = "streamvbyte-32";

    static std::size_t max_bytes(std::size_t n) noexcept {
        return 8 + 5 * n + 16 * (n / piece + 1);
    }

    template <class T>
    result<std::size_t> encode(std::span<const T> in, bytes out) noexcept {
        if (in.empty()) return std::size_t{0};
        store_le(out.data(), static_cast<std::uint64_t>(in[0]));
        std::size_t at = 8;
        for (std::size_t from = 1; from < in.size(); from += piece) {
            const std::size_t n = std::min(piece, in.size() - from);
            std::uint64_t wide = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const auto d =
                    static_cast<std::int64_t>(static_cast<std::uint64_t>(in[from + i]) -
                                              static_cast<std::uint64_t>(in[from + i - 1]));
                const auto zigzag =
                    (static_cast<std::uint64_t>(d) << 1) ^ static_cast<std::uint64_t>(d >> 63);
                wide |= zigzag;
                scratch_[i] = static_cast<std::uint32_t>(zigzag);
            }
            if (wide >> 32 != 0) return errc::out_of_range;
            at += streamvbyte_encode(scratch_.data(), static_cast<std::uint32_t>(n),
                                     reinterpret_cast<std::uint8_t*>(out.data()) + at);
        }
        return at;
    }

    /// Trusts its input, as the library does.
    template <class T>
    result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        if (out.empty()) return std::size_t{0};
        auto sum = load_le<std::uint64_t>(in.data());
        out[0] = static_cast<T>(sum);
        std::size_t at = 8;
        for (std::size_t from = 1; from < out.size(); from += piece) {
            const std::size_t n = std::min(piece, out.size() - from);
            at += streamvbyte_decode(reinterpret_cast<const std::uint8_t*>(in.data()) + at,
                                     scratch_.data(), static_cast<std::uint32_t>(n));
            for (std::size_t i = 0; i < n; ++i) {
                const std::uint64_t zigzag = scratch_[i];
                out[from + i] = static_cast<T>(sum += (zigzag >> 1) ^ (0 - (zigzag & 1)));
            }
        }
        return at;
    }

private:
    static constexpr std::size_t piece = 4096;
    std::array<std::uint32_t, piece> scratch_;
};

}  // namespace chronopack::bench
