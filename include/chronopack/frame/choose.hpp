// One column of one block: a codec's id and what that codec wrote.
//
//   +----+---------------------------+
//   | id |  the codec's bytes        |
//   | u8 |                           |
//   +----+---------------------------+
//
// The choice is made by size, block by block, and no column is larger than its
// raw form and the id.
#pragma once

#include <chronopack/codec/registry.hpp>

#include <optional>

namespace chronopack::inline CHRONOPACK_ABI::frame {

/// Upper bound of a column of `n` values, whichever codec is asked for.
template <class T>
[[nodiscard]] constexpr std::size_t max_column_bytes(std::size_t n) noexcept {
    std::size_t most = 0;
    const auto see = [&]<class C>(C) {
        if constexpr (std::is_same_v<typename C::value_type, T>)
            most = std::max(most, C::max_bytes(n));
    };
    std::apply([&](auto... codec) { (see(codec), ...); }, all_codecs{});
    return 1 + most;
}

namespace detail {

template <class T>
[[nodiscard]] result<std::size_t> encode_column_as(codec_id id, std::span<const T> in,
                                                   bytes out) noexcept {
    if (out.empty()) return errc::no_space;
    const auto written = with_codec<T, std::size_t>(
        id, [&](auto codec) { return decltype(codec)::encode(in, out.subspan(1)); });
    if (!written) return written.error();
    out[0] = static_cast<std::byte>(id);
    return 1 + *written;
}

}  // namespace detail

/// Writes a column with `wanted`, or with the codec that makes it smallest.
/// Bytes written; or no_space, or unsupported when `wanted` is no codec for T.
template <class T>
[[nodiscard]] result<std::size_t> encode_column(std::span<const T> in,
                                                std::optional<codec_id> wanted,
                                                bytes out) noexcept {
    if (wanted) return detail::encode_column_as(*wanted, in, out);
    constexpr codec_id usual =
        std::is_same_v<T, double> ? codec_id::gorilla_values : codec_id::packed;
    const auto written = detail::encode_column_as(usual, in, out);
    if (written && *written <= 1 + raw<T>::max_bytes(in.size())) return written;
    return detail::encode_column_as(codec_id::raw, in, out);
}

/// Reads a column that takes up all of `in`. What it holds is checked by its
/// codec; bytes left over are corrupt, an unknown codec is unsupported.
/// Integers come out as map.offset + map.scale * v.
template <class T>
[[nodiscard]] result<void> decode_column(cbytes in, std::span<T> out,
                                         packing::affine map = {}) noexcept {
    if (in.empty()) return errc::truncated;
    const auto id = static_cast<codec_id>(in[0]);
    const auto read = with_codec<T, std::size_t>(id, [&]<class C>(C) -> result<std::size_t> {
        if constexpr (std::is_same_v<C, packed>) {
            return C::decode(in.subspan(1), out, map);
        } else {
            const auto plain = C::decode(in.subspan(1), out);
            if constexpr (std::is_same_v<T, std::int64_t>)
                if (plain && (map.scale != 1 || map.offset != 0))
                    for (T& v : out)
                        v = static_cast<T>(map.offset + map.scale * static_cast<std::uint64_t>(v));
            return plain;
        }
    });
    if (!read) return read.error();
    if (1 + *read != in.size()) return errc::corrupt;
    return {};
}

}  // namespace chronopack::frame
