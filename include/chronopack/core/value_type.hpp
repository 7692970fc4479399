// The types of values that series, frames and archives can have: double and std::int64_t. A codec
// that is used alone has the type that it names.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>
#include <span>
#include <type_traits>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Returns true for these two types. Any other type is a compiler error that says what to do.
template <class V>
[[nodiscard]] consteval bool is_value_type() noexcept {
    static_assert(std::is_same_v<V, double> || std::is_same_v<V, std::int64_t>,
                  "chronopack stores values of double or std::int64_t: convert float to double "
                  "(exact), and other integers to std::int64_t, or to double where they may be "
                  "above its range; columns of other types come later");
    return true;
}

/// A contiguous container of values of one type, which calls then need not name.
template <class C>
concept column = std::ranges::contiguous_range<C> && std::ranges::sized_range<C>;

template <column C>
[[nodiscard]] constexpr auto const_span(const C& values) noexcept {
    return std::span<const std::ranges::range_value_t<C>>(values);
}

/// Returns a span of dynamic extent, also of an array, whose type has its extent.
template <column C>
[[nodiscard]] constexpr auto dynamic_span(C&& values) noexcept {
    return std::span<std::remove_reference_t<std::ranges::range_reference_t<C>>>(values);
}

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
