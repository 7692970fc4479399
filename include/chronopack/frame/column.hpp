// One column of one block: the id of a codec and the bytes that codec wrote.
//
//   +----+---------------------------+
//   | id |  the codec's bytes        |
//   | u8 |                           |
//   +----+---------------------------+
//
// Frames use codecs only through these functions. Header-only, a program compiles all codecs
// itself (frame/choose.hpp). With CHRONOPACK_DISPATCH it compiles none: the library has them
// once for each instruction set, and runs those for the best set that the processor has.
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

/// Returns an upper bound of the bytes of a column of `n` values: those of the id and of
/// the raw form.
template <class T>
[[nodiscard]] constexpr std::size_t max_column_bytes(std::size_t n) noexcept {
    return 1 + 8 * n;
}

/// Returns the bytes of `room` that encode_column() needs for columns of up to n values.
[[nodiscard]] inline std::size_t column_room_bytes(std::size_t n) noexcept {
#if defined(CHRONOPACK_DISPATCH)
    return kernel::detail::chosen().column_room_bytes(n);
#else
    return detail::column_room_bytes(n);
#endif
}

/// Returns whether a frame of these values is smaller, by a sixteenth or more, in blocks of
/// dictionary_block_samples, judged by a sample.
template <class T>
[[nodiscard]] bool shares_dictionary(std::span<const T> in) noexcept {
#if defined(CHRONOPACK_DISPATCH)
    const auto& library = kernel::detail::chosen();
    if constexpr (std::is_same_v<T, double>)
        return library.doubles_share_dictionary(in.data(), in.size());
    else
        return library.integers_share_dictionary(in.data(), in.size());
#else
    return detail::shares_dictionary_here(in);
#endif
}

/// Writes a column with the codec `wanted`, or else with the best codec at `level`; in
/// either case raw where that is smaller. `room` has column_room_bytes(in.size()) bytes.
/// Returns the bytes written; or no_space where `out` is too small, or unsupported where
/// `wanted` is no codec for T.
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

/// Decodes a column that takes up all of `in` into out.size() values; integers v come out as
/// map.offset + map.scale * v. Returns corrupt where bytes are left over, unsupported for an
/// unknown codec, and the errors of the codec.
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
