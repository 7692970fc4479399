// Byte spans, and integers in them: little-endian in our formats, big-endian in those that say
// so, whatever the host.
#pragma once

#include <chronopack/core/abi.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

using bytes = std::span<std::byte>;
using cbytes = std::span<const std::byte>;

namespace detail {

template <std::unsigned_integral T>
[[nodiscard]] constexpr T byteswap(T value) noexcept {
    if constexpr (sizeof(T) == 1)
        return value;
    else if constexpr (sizeof(T) == 2)
        return __builtin_bswap16(value);
    else if constexpr (sizeof(T) == 4)
        return __builtin_bswap32(value);
    else
        return __builtin_bswap64(value);
}

template <std::endian Order, std::unsigned_integral T>
[[nodiscard]] constexpr T to_order(T value) noexcept {
    return Order == std::endian::native ? value : byteswap(value);
}

}  // namespace detail

/// Returns the integer in the sizeof(T) bytes at `from`.
template <std::unsigned_integral T>
[[nodiscard]] inline T load_le(const std::byte* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return detail::to_order<std::endian::little>(value);
}

template <std::unsigned_integral T>
[[nodiscard]] inline T load_be(const std::byte* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return detail::to_order<std::endian::big>(value);
}

/// Writes the sizeof(T) bytes of an integer at `to`.
template <std::unsigned_integral T>
inline void store_le(std::byte* to, T value) noexcept {
    value = detail::to_order<std::endian::little>(value);
    std::memcpy(to, &value, sizeof value);
}

template <std::unsigned_integral T>
inline void store_be(std::byte* to, T value) noexcept {
    value = detail::to_order<std::endian::big>(value);
    std::memcpy(to, &value, sizeof value);
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
