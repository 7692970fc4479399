// The concepts of codecs: one for all of them, and one for each thing that only some can do.
// Tests, fuzzers and benchmarks are written once against these, and run over all_codecs
// (codec/registry.hpp).
#pragma once

#include <chronopack/codec/preset.hpp>
#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/core/sample.hpp>
#include <chronopack/packing/affine.hpp>

#include <string_view>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// The numbers of codecs on the wire. None is ever given a second meaning.
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
    near_decimal = 14,
};

/// The bytes of stack that any codec needs at most to encode, at any preset, and to decode,
/// whatever the values and their count. They suffice for frames as well, and for the readers
/// and writers of series and archives. Builds without optimisation, or with a sanitizer,
/// need up to eight times as much.
inline constexpr std::size_t encode_stack_bytes = std::size_t{256} << 10;
inline constexpr std::size_t decode_stack_bytes = std::size_t{128} << 10;

// The formatter breaks requirements in two at `noexcept ->`.
// clang-format off

/// A stateless type that turns values into bytes and back.
///
/// The count of values is the caller's to keep: decode fills exactly the span that it is
/// given, and returns how many bytes it read. Spans are exact, neither side needs padding,
/// nothing is allocated, and scratch is on the stack: encode_stack_bytes and
/// decode_stack_bytes at most.
template <class C>
concept block_codec = requires(std::span<const typename C::value_type> in, bytes out, cbytes wire,
                               std::span<typename C::value_type> back, std::size_t n) {
    { C::id } -> std::convertible_to<codec_id>;
    { C::name } -> std::convertible_to<std::string_view>;
    { C::max_bytes(n) } noexcept -> std::same_as<std::size_t>;
    { C::encode(in, out) } noexcept -> std::same_as<result<std::size_t>>;
    { C::decode(wire, back) } noexcept -> std::same_as<result<std::size_t>>;
};

/// A block codec whose encoder takes a preset.
template <class C>
concept leveled_codec = block_codec<C> &&
    requires(std::span<const typename C::value_type> in, bytes out, preset level) {
    { C::encode(in, out, level) } noexcept -> std::same_as<result<std::size_t>>;
};

/// A block codec that maps integers as it decodes them, at no cost: v to
/// map.offset + map.scale * v.
template <class C>
concept mapping_codec = block_codec<C> &&
    requires(cbytes wire, std::span<typename C::value_type> back, packing::affine map) {
    { C::decode(wire, back, map) } noexcept -> std::same_as<result<std::size_t>>;
};

/// A block codec that also takes and returns one value at a time. The appender writes the very
/// bytes that encode does, and they can be decoded after every append.
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
