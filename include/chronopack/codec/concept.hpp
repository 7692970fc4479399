// What a codec is. Tests, fuzzers and benchmarks are written once against
// these concepts and run over registry.hpp's all_codecs.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/core/sample.hpp>

#include <string_view>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Names of codecs on the wire. A number is never given a second meaning.
enum class codec_id : std::uint8_t {
    raw = 0,
    packed = 1,
    delta = 2,
    delta_of_delta = 3,
    gorilla_timestamps = 4,
    gorilla_values = 5,
    prometheus_xor = 6,
    prometheus_xor2 = 7,
    alp = 8,
    alp_rd = 9,
    dictionary = 10,
    run_length = 11,
    ordered = 12,
    binned = 13,
};

/// Bytes of stack in which any codec encodes at any preset, and in which any decodes,
/// whatever the values and their count. The same holds for frames, and for what reads and
/// writes series and archives. In builds without optimisation, or with a sanitizer, it
/// takes up to eight times as much.
inline constexpr std::size_t encode_stack_bytes = std::size_t{256} << 10;
inline constexpr std::size_t decode_stack_bytes = std::size_t{128} << 10;

// clang-format 14 does not know `noexcept ->` of a requirement.
// clang-format off

/// A stateless type that turns a run of values into bytes and back.
///
/// The count of values is the caller's to keep: decode fills exactly the span
/// it is given and says how many bytes that took. Spans are exact, no padding
/// is asked of either side, nothing is allocated, and what it works in is on the stack:
/// encode_stack_bytes and decode_stack_bytes at most.
template <class C>
concept block_codec = requires(std::span<const typename C::value_type> in, bytes out, cbytes wire,
                               std::span<typename C::value_type> back, std::size_t n) {
    { C::id } -> std::convertible_to<codec_id>;
    { C::name } -> std::convertible_to<std::string_view>;
    { C::max_bytes(n) } noexcept -> std::same_as<std::size_t>;
    { C::encode(in, out) } noexcept -> std::same_as<result<std::size_t>>;
    { C::decode(wire, back) } noexcept -> std::same_as<result<std::size_t>>;
};

/// A block codec that also takes and gives one value at a time: the appender
/// writes the very bytes that encode does, and they are decodable after every
/// append.
template <class C>
concept streaming_codec = block_codec<C> &&
    requires(typename C::appender appender, typename C::iterator iterator,
             typename C::value_type value) {
    requires std::constructible_from<typename C::appender, bytes>;
    { appender.append(value) } noexcept -> std::same_as<result<void>>;
    { appender.count() } noexcept -> std::same_as<std::size_t>;
    { appender.size_bytes() } noexcept -> std::same_as<std::size_t>;
    requires std::constructible_from<typename C::iterator, cbytes, std::size_t>;
    { iterator.next() } noexcept -> std::same_as<result<typename C::value_type>>;
    { iterator.remaining() } noexcept -> std::same_as<std::size_t>;
};

// clang-format on

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
