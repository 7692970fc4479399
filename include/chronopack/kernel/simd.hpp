// Vectors of 64-bit words: the only header that names xsimd.
//
// Arch is an xsimd architecture; default_arch is the best that the including file's flags allow.
// Code that depends on it has it as a template argument, so that objects built with different
// flags link into one program without mixing instruction sets.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/core/rounded.hpp>
#include <chronopack/kernel/unrolled.hpp>

#include <xsimd/xsimd.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

using default_arch = xsimd::default_arch;

/// A vector of unsigned 64-bit words.
template <class Arch>
using words = xsimd::batch<std::uint64_t, Arch>;

/// Whether Arch has such vectors, and memory has the byte order of packed words. Otherwise the
/// scalar twins serve.
template <class Arch>
inline constexpr bool has_words =
    !std::is_same_v<Arch, xsimd::unavailable> && std::endian::native == std::endian::little;

namespace detail {

template <std::size_t N>
struct native_words {
    using type [[gnu::vector_size(8 * N)]] = std::uint64_t;
    using signed_type [[gnu::vector_size(8 * N)]] = std::int64_t;
    using double_type [[gnu::vector_size(8 * N)]] = double;
    using float_type [[gnu::vector_size(4 * N)]] = float;
};

/// The steps of a transposition. Each changes two vectors in place:
///
///            exchange_words            part_pairs
///   a  0 1 2 3 4 5 6 7     0 8 2 a 4 c 6 e     0 1 4 5 8 9 c d
///   b  8 9 a b c d e f     1 9 3 b 5 d 7 f     2 3 6 7 a b e f
template <std::size_t N, class V>
[[gnu::always_inline]] inline void exchange_words(V& a, V& b) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        const V even = __builtin_shufflevector(a, b, (I % 2 == 0 ? I : N + I - 1)...);
        const V odd = __builtin_shufflevector(a, b, (I % 2 == 0 ? I + 1 : N + I)...);
        a = even;
        b = odd;
    }
    (std::make_index_sequence<N>{});
}
template <std::size_t N, class V>
[[gnu::always_inline]] inline void part_pairs(V& a, V& b) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        const V even = __builtin_shufflevector(a, b, (I / 2 * 4 + I % 2)...);
        const V odd = __builtin_shufflevector(a, b, (I / 2 * 4 + I % 2 + 2)...);
        a = even;
        b = odd;
    }
    (std::make_index_sequence<N>{});
}

// Operations that compilers do better than xsimd 8, whose product goes word by word on SSE2, and
// in whose AVX-512 shifts gcc 12 finds something to warn about (GCC bug 105593).
template <class Arch, class F, class... B>
[[gnu::always_inline]] inline words<Arch> natively(F f, B... b) noexcept {
    using native = typename native_words<words<Arch>::size>::type;
    using reg = typename words<Arch>::register_type;
    return words<Arch>((reg)f((native)(reg)b...));
}
template <class Arch, class F, class... B>
[[gnu::always_inline]] inline words<Arch> natively_signed(F f, B... b) noexcept {
    using native = typename native_words<words<Arch>::size>::signed_type;
    using reg = typename words<Arch>::register_type;
    return words<Arch>((reg)f((native)(reg)b...));
}

}  // namespace detail

/// Returns a * b modulo 2^64.
template <class Arch>
[[gnu::always_inline]] inline words<Arch> multiply(words<Arch> a, words<Arch> b) noexcept {
    return detail::natively<Arch>([](auto x, auto y) { return x * y; }, a, b);
}

/// Shifts every word by `bits`, 0 to 63.
template <class Arch>
[[gnu::always_inline]] inline words<Arch> shift_right(words<Arch> a, unsigned bits) noexcept {
    return detail::natively<Arch>([bits](auto x) { return x >> bits; }, a);
}
template <class Arch>
[[gnu::always_inline]] inline words<Arch> shift_left(words<Arch> a, unsigned bits) noexcept {
    return detail::natively<Arch>([bits](auto x) { return x << bits; }, a);
}

/// Returns the lesser or the greater of two words each, as signed ones.
template <class Arch>
[[gnu::always_inline]] inline words<Arch> lesser(words<Arch> a, words<Arch> b) noexcept {
    return detail::natively_signed<Arch>([](auto x, auto y) { return x < y ? x : y; }, a, b);
}
template <class Arch>
[[gnu::always_inline]] inline words<Arch> greater(words<Arch> a, words<Arch> b) noexcept {
    return detail::natively_signed<Arch>([](auto x, auto y) { return x < y ? y : x; }, a, b);
}

/// Returns the words of `b` where those of `a` are zero, and zero elsewhere.
template <class Arch>
[[gnu::always_inline]] inline words<Arch> where_zero(words<Arch> a, words<Arch> b) noexcept {
    return detail::natively_signed<Arch>([](auto x, auto y) { return (x == 0) & y; }, a, b);
}

/// Returns the words of `c` where those of `a` are less than those of `b`, as signed ones, and
/// zero elsewhere.
template <class Arch>
[[gnu::always_inline]] inline words<Arch> where_less(words<Arch> a, words<Arch> b,
                                                     words<Arch> c) noexcept {
    return detail::natively_signed<Arch>([](auto x, auto y, auto z) { return (x < y) & z; }, a, b,
                                         c);
}

/// A vector of doubles, and the same bits as words.
template <class Arch>
using doubles = xsimd::batch<double, Arch>;
template <class Arch>
[[gnu::always_inline]] inline doubles<Arch> as_doubles(words<Arch> a) noexcept {
    using reg = typename doubles<Arch>::register_type;
    return doubles<Arch>((reg)(typename words<Arch>::register_type)a);
}
template <class Arch>
[[gnu::always_inline]] inline words<Arch> as_words(doubles<Arch> a) noexcept {
    using reg = typename words<Arch>::register_type;
    return words<Arch>((reg)(typename doubles<Arch>::register_type)a);
}

/// Returns a * b, rounded before anything is done with it.
template <class Arch>
[[gnu::always_inline]] inline doubles<Arch> rounded_product(doubles<Arch> a,
                                                            doubles<Arch> b) noexcept {
    return doubles<Arch>(kept(static_cast<typename doubles<Arch>::register_type>(a * b)));
}

/// Whether a * b + c can be one instruction, with one rounding.
template <class Arch>
inline constexpr bool fuses =
#if defined(__FMA__) || defined(__aarch64__)
    true;
#else
    std::is_base_of_v<xsimd::avx512f, Arch>;
#endif

/// Returns a * b + c with one rounding, where fuses<Arch>.
template <class Arch>
[[gnu::always_inline]] inline doubles<Arch> fused(doubles<Arch> a, doubles<Arch> b,
                                                  doubles<Arch> c) noexcept {
#if defined(__AVX512F__)  // where xsimd 8 multiplies, then adds
    if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) return _mm512_fmadd_pd(a, b, c);
#endif
    return xsimd::fma(a, b, c);
}

/// Rounds doubles to floats and widens them again.
template <class Arch>
[[gnu::always_inline]] inline doubles<Arch> through_float(doubles<Arch> a) noexcept {
    using native = detail::native_words<doubles<Arch>::size>;
    using wide = typename native::double_type;
    using narrow = typename native::float_type;
    using reg = typename doubles<Arch>::register_type;
    const auto once = __builtin_convertvector((wide)(reg)a, narrow);
    return doubles<Arch>((reg) __builtin_convertvector(once, wide));
}

/// Transposes N vectors of N words in place; N is 2, 4 or 8.
template <class Arch>
[[gnu::always_inline]] inline void transpose(words<Arch> (&square)[words<Arch>::size]) noexcept {
    constexpr std::size_t n = words<Arch>::size;
    using native = typename detail::native_words<n>::type;
    using reg = typename words<Arch>::register_type;
    native v[n];
    detail::unrolled<n>([&](auto i) { v[i] = (native)(reg)square[i]; });
    detail::unrolled<n / 2>([&](auto i) { detail::exchange_words<n>(v[2 * i], v[2 * i + 1]); });
    const auto part = [&]<std::size_t Apart>(std::integral_constant<std::size_t, Apart>)
        __attribute__((always_inline)) {
        detail::unrolled<n>([&](auto i) {
            if constexpr ((i & Apart) == 0) detail::part_pairs<n>(v[i], v[i + Apart]);
        });
    };
    if constexpr (n >= 4) part(std::integral_constant<std::size_t, 2>{});
    if constexpr (n >= 8) part(std::integral_constant<std::size_t, 4>{});
    detail::unrolled<n>([&](auto i) { square[i] = words<Arch>((reg)v[i]); });
}

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
