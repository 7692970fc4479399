// The steps that every test of a codec takes. No test framework is used here, because fuzz
// harnesses include it too.
#pragma once

#include <chronopack/codec/registry.hpp>

#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace chronopack::test {

/// Returns whether all bits are equal, NaN payloads and signs of zero included.
template <class A, class B>
[[nodiscard]] bool same_bits(const A& a, const B& b) noexcept {
    const auto x = std::as_bytes(std::span(a));
    const auto y = std::as_bytes(std::span(b));
    return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size()) == 0);
}

/// Copies as memcpy does, but takes empty spans. The sizes must be equal.
template <class From, class To>
void copy_bits(const From& from, const To& to) noexcept {
    const auto source = std::as_bytes(std::span(from));
    if (!source.empty())
        std::memcpy(std::as_writable_bytes(std::span(to)).data(), source.data(), source.size());
}

/// Returns the encoding in a vector of exactly its size. Throws where the codec refuses valid
/// values or exceeds max_bytes.
template <block_codec C>
[[nodiscard]] std::vector<std::byte> encode_to_vector(
    const std::vector<typename C::value_type>& in) {
    std::vector<std::byte> wire(C::max_bytes(in.size()));
    const auto written = C::encode(in, wire);
    if (!written)
        throw std::runtime_error(std::string(C::name) + ": " +
                                 std::string(message(written.error())));
    if (*written > wire.size()) throw std::runtime_error(std::string(C::name) + ": max_bytes");
    wire.resize(*written);
    // Without spare capacity, so that the address sanitizer notices a byte too far.
    return {wire.begin(), wire.end()};
}

/// A codec at preset::smallest, where the columns in its pages are binned if that pays.
template <class C>
struct at_smallest : C {
    using plain = C;
    [[nodiscard]] static result<std::size_t> encode(std::span<const typename C::value_type> in,
                                                    bytes out) noexcept {
        return C::encode(in, out, preset::smallest);
    }
};

namespace detail {

template <class... Lists>
struct joined;
template <class... A>
struct joined<codec_list<A...>> {
    using type = codec_list<A...>;
};
template <class... A, class... B, class... More>
struct joined<codec_list<A...>, codec_list<B...>, More...>
    : joined<codec_list<A..., B...>, More...> {};

template <class... C>
    auto at_smallest_of(codec_list<C...>) -> typename joined < std::conditional_t < requires {
    C::page_size;
}
, codec_list<at_smallest<C>>, codec_list < >> ... > ::type;

template <class... C>
auto streaming_of(codec_list<C...>) ->
    typename joined<std::conditional_t<streaming_codec<C>, codec_list<C>, codec_list<>>...>::type;

}  // namespace detail

/// The codecs of all_codecs that have an appender and an iterator.
using streaming_codecs = decltype(detail::streaming_of(all_codecs{}));

/// All codecs, and those with presets once more.
using tested_codecs =
    detail::joined<all_codecs, decltype(detail::at_smallest_of(all_codecs{}))>::type;

/// Returns whether the first `some` of `n` encoded values can be decoded without the others.
/// Packed runs allow only whole blocks of 1,024 and others only whole pages; a Prometheus chunk
/// and a binned column store their count.
template <block_codec C>
[[nodiscard]] constexpr bool decodes_alone(std::size_t some, std::size_t n) noexcept {
    if (some == n) return true;
    if constexpr (C::id == codec_id::prometheus_xor || C::id == codec_id::prometheus_xor2)
        return false;
    if constexpr (C::id == codec_id::binned) return some == 0;
    if constexpr (C::id == codec_id::packed || C::id == codec_id::delta ||
                  C::id == codec_id::delta_of_delta)
        return some % packing::block_values == 0;
    if constexpr (requires { C::page_size; }) return some % C::page_size == 0;
    return some < n;
}

}  // namespace chronopack::test
