// Raw: values as they are, eight little-endian bytes each. All other codecs are measured against
// it, and none may exceed it by more than its header.
#pragma once

#include <chronopack/codec/concept.hpp>
#include <chronopack/core/bit.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Codes int64, or doubles of any bits.
template <class T>
struct raw {
    static_assert(sizeof(T) == 8);
    using value_type = T;
    static constexpr codec_id id = codec_id::raw;
    static constexpr std::string_view name = "raw";

    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept { return 8 * n; }

    /// Returns the bytes written, or no_space with `out` untouched.
    [[nodiscard]] static result<std::size_t> encode(std::span<const T> in, bytes out) noexcept {
        if (out.size() / 8 < in.size()) return errc::no_space;
        std::byte* to = out.data();
        for (const T& value : in) {
            store_le(to, bit_cast<std::uint64_t>(value));
            to += 8;
        }
        return 8 * in.size();
    }

    /// Returns the bytes read, or truncated with `out` untouched.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        if (in.size() / 8 < out.size()) return errc::truncated;
        const std::byte* from = in.data();
        for (T& value : out) {
            value = bit_cast<T>(load_le<std::uint64_t>(from));
            from += 8;
        }
        return 8 * out.size();
    }
};

static_assert(block_codec<raw<std::int64_t>> && block_codec<raw<double>>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
