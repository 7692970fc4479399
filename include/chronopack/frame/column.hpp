// One column of one block: a codec's id and what that codec wrote.
//
//   +----+---------------------------+
//   | id |  the codec's bytes        |
//   | u8 |                           |
//   +----+---------------------------+
//
// Frames reach codecs through here alone. With the headers, each program compiles all
// codecs (frame/choose.hpp); with CHRONOPACK_DISPATCH, none: the compiled library has them,
// once for each instruction set, and runs the best that the processor has.
#pragma once

#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/preset.hpp>
#include <chronopack/packing/affine.hpp>

#include <optional>

#if defined(CHRONOPACK_DISPATCH)
#include <chronopack/kernel/chosen.hpp>
#else
#include <chronopack/frame/choose.hpp>
#endif

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

/// Upper bound of a column of `n` values: no column is larger than its raw form and the id.
template <class T>
[[nodiscard]] constexpr std::size_t max_column_bytes(std::size_t n) noexcept {
    return 1 + 8 * n;
}

/// Bytes of room that encode_column() asks for, for columns of up to n values.
[[nodiscard]] inline std::size_t column_room_bytes(std::size_t n) noexcept {
#if defined(CHRONOPACK_DISPATCH)
    return kernel::detail::chosen().column_room_bytes(n);
#else
    return detail::column_room_bytes(n);
#endif
}

/// Writes a column with `wanted`, or with the codec that is best at `level`; raw, where that
/// is smaller. `room` has column_room_bytes. Returns the bytes written; or no_space when
/// `out` is smaller, or unsupported when `wanted` is no codec for T.
template <class T>
[[nodiscard]] result<std::size_t> encode_column(std::span<const T> in,
                                                std::optional<codec_id> wanted, preset level,
                                                bytes room, bytes out) noexcept {
#if defined(CHRONOPACK_DISPATCH)
    const auto& library = kernel::detail::chosen();
    const int codec = wanted ? static_cast<int>(*wanted) : -1;
    const auto call = [&](chronopack_dispatch::encode_function<T>* encode) {
        return encode(in.data(), in.size(), codec, static_cast<unsigned>(level), room.data(),
                      room.size(), out.data(), out.size());
    };
    if constexpr (std::is_same_v<T, double>)
        return call(library.encode_doubles);
    else
        return call(library.encode_integers);
#else
    return detail::column_encoder<T>(room).encode(in, wanted, level, out);
#endif
}

/// Reads a column that takes up all of `in`. What it holds is checked by its
/// codec; bytes left over are corrupt, an unknown codec is unsupported.
/// Integers come out as map.offset + map.scale * v.
template <class T>
[[nodiscard]] result<void> decode_column(cbytes in, std::span<T> out,
                                         packing::affine map = {}) noexcept {
#if defined(CHRONOPACK_DISPATCH)
    const auto& library = kernel::detail::chosen();
    if constexpr (std::is_same_v<T, double>)
        return library.decode_doubles(in.data(), in.size(), out.data(), out.size());
    else
        return library.decode_integers(in.data(), in.size(), out.data(), out.size(), map.offset,
                                       map.scale);
#else
    return detail::decode_column_here(in, out, map);
#endif
}

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
