// Byte spans, and integers in them: little-endian in our formats, big-endian in those that say
// so, whatever the host.
//
//   std::vector<std::uint8_t> file = ...;     // or of char or std::byte, an array,
//   frame::inspect(file);                     // a std::string, a std::string_view
//
// A span of bytes is made from any contiguous range of bytes. Bytes that are read during a call
// may be a temporary; those that a reader keeps a view of may not, and do not compile. A string
// literal is refused, because it has one byte more than it shows.
#pragma once

#include <chronopack/core/abi.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace chronopack {

/// std::byte, unsigned char (which is std::uint8_t) and char, const or not.
// clang-format off
template <class T>
concept byte_like =
    std::is_same_v<std::remove_const_t<T>, std::byte> ||
    std::is_same_v<std::remove_const_t<T>, unsigned char> ||
    std::is_same_v<std::remove_const_t<T>, char>;
// clang-format on

/// A contiguous range of bytes that is no string literal.
template <class R>
concept byte_range = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
    byte_like<std::remove_reference_t<std::ranges::range_reference_t<R>>> &&
    !(std::is_array_v<std::remove_reference_t<R>> &&
      std::is_same_v<std::ranges::range_reference_t<R>, const char&>);

/// A contiguous range of bytes that can be written to.
template <class R>
concept writable_byte_range = byte_range<R> && std::ranges::borrowed_range<R> &&
    !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<R>>>;

/// A range for the template constructors below. They leave out spans, for which there are
/// constructors that cost compilers less.
template <class R, class Span>
concept other_than = !std::is_base_of_v<Span, std::remove_cvref_t<R>>;

/// Bytes to write to: a std::span<std::byte> that any writable range of bytes converts to.
class bytes : public std::span<std::byte> {
public:
    constexpr bytes() noexcept = default;
    [[gnu::always_inline]] constexpr bytes(std::span<std::byte> all) noexcept : span(all) {}
    [[gnu::always_inline]] constexpr bytes(std::byte* data, std::size_t size) noexcept
        : span(data, size) {}
    template <other_than<std::span<std::byte>> R>
        requires(writable_byte_range<R>)
    [[gnu::always_inline]] constexpr bytes(R&& range) noexcept
        : span(as_bytes(std::ranges::data(range)), std::ranges::size(range)) {}

    [[nodiscard, gnu::always_inline]] constexpr bytes first(std::size_t n) const noexcept {
        return span::first(n);
    }
    [[nodiscard, gnu::always_inline]] constexpr bytes last(std::size_t n) const noexcept {
        return span::last(n);
    }
    [[nodiscard, gnu::always_inline]] constexpr bytes subspan(
        std::size_t from, std::size_t n = std::dynamic_extent) const noexcept {
        return span::subspan(from, n);
    }

private:
    template <class T>
    [[gnu::always_inline]] static constexpr std::byte* as_bytes(T* data) noexcept {
        if constexpr (std::is_same_v<T, std::byte>)
            return data;
        else
            return reinterpret_cast<std::byte*>(data);
    }
};

/// Bytes to read: a std::span<const std::byte> that any range of bytes converts to.
class cbytes : public std::span<const std::byte> {
public:
    constexpr cbytes() noexcept = default;
    [[gnu::always_inline]] constexpr cbytes(std::span<const std::byte> all) noexcept : span(all) {}
    [[gnu::always_inline]] constexpr cbytes(const std::byte* data, std::size_t size) noexcept
        : span(data, size) {}
    template <other_than<std::span<const std::byte>> R>
        requires(byte_range<R>)
    [[gnu::always_inline]] constexpr cbytes(R&& range) noexcept
        : span(as_bytes(std::ranges::data(range)), std::ranges::size(range)) {}

    [[nodiscard, gnu::always_inline]] constexpr cbytes first(std::size_t n) const noexcept {
        return span::first(n);
    }
    [[nodiscard, gnu::always_inline]] constexpr cbytes last(std::size_t n) const noexcept {
        return span::last(n);
    }
    [[nodiscard, gnu::always_inline]] constexpr cbytes subspan(
        std::size_t from, std::size_t n = std::dynamic_extent) const noexcept {
        return span::subspan(from, n);
    }

private:
    template <class T>
    [[gnu::always_inline]] static constexpr const std::byte* as_bytes(const T* data) noexcept {
        if constexpr (std::is_same_v<T, std::byte>)
            return data;
        else
            return reinterpret_cast<const std::byte*>(data);
    }
};

/// Bytes that a reader keeps a view of. Their owner must outlive the reader, so a container that
/// is a temporary does not compile.
class borrowed_bytes : public cbytes {
public:
    constexpr borrowed_bytes() noexcept = default;
    [[gnu::always_inline]] constexpr borrowed_bytes(std::span<const std::byte> all) noexcept
        : cbytes(all) {}
    template <other_than<std::span<const std::byte>> R>
        requires(byte_range<R>&& std::ranges::borrowed_range<R>)
    [[gnu::always_inline]] constexpr borrowed_bytes(R&& range) noexcept : cbytes(range) {}
    template <other_than<std::span<const std::byte>> R>
        requires(byte_range<R> && !std::ranges::borrowed_range<R>)
    borrowed_bytes(R&& temporary)
    = delete;
};

}  // namespace chronopack

template <>
inline constexpr bool std::ranges::enable_borrowed_range<chronopack::bytes> = true;
template <>
inline constexpr bool std::ranges::enable_borrowed_range<chronopack::cbytes> = true;
template <>
inline constexpr bool std::ranges::enable_borrowed_range<chronopack::borrowed_bytes> = true;

namespace chronopack {
inline namespace CHRONOPACK_ABI {

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
