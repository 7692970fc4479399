// The list of all codecs, and how to find one by the id in a file.
#pragma once

#include <chronopack/codec/alp.hpp>
#include <chronopack/codec/alp_rd.hpp>
#include <chronopack/codec/binned.hpp>
#include <chronopack/codec/delta.hpp>
#include <chronopack/codec/delta_of_delta.hpp>
#include <chronopack/codec/dictionary.hpp>
#include <chronopack/codec/gorilla_timestamps.hpp>
#include <chronopack/codec/gorilla_values.hpp>
#include <chronopack/codec/near_decimal.hpp>
#include <chronopack/codec/ordered.hpp>
#include <chronopack/codec/packed.hpp>
#include <chronopack/codec/prometheus_xor.hpp>
#include <chronopack/codec/prometheus_xor2.hpp>
#include <chronopack/codec/raw.hpp>
#include <chronopack/codec/run_length.hpp>

#include <type_traits>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// A list of codecs, as a type. (A std::tuple would take compilers a second longer.)
template <class... C>
struct codec_list {};

/// Every codec. Frames, and those tests, fuzzers and benchmarks that run over all codecs, take a
/// new one from here; CONTRIBUTING.md lists what else it needs.
using all_codecs =
    codec_list<raw<std::int64_t>, raw<double>, packed, delta, delta_of_delta, gorilla_timestamps,
               gorilla_values, prometheus_xor, prometheus_xor2, alp, alp_rd,
               dictionary<std::int64_t>, dictionary<double>, run_length<std::int64_t>,
               run_length<double>, ordered, binned, near_decimal>;

/// Calls `f` with an object of each codec of the list, in its order.
template <class... C, class F>
constexpr void for_each_codec(codec_list<C...>, F f) {
    (f(C{}), ...);
}

/// Calls `f` with an object of the codec that has `id` for values of type T, and returns its
/// result<R>; or unsupported when there is no such codec.
template <class T, class R, class F>
[[nodiscard]] constexpr result<R> with_codec(codec_id id, F f) noexcept {
    result<R> found = errc::unsupported;
    for_each_codec(all_codecs{}, [&]<class C>(C codec) {
        if constexpr (std::is_same_v<typename C::value_type, T>)
            if (C::id == id) found = f(codec);
    });
    return found;
}

/// Returns the name of a codec for values of type T, or an empty string.
template <class T>
[[nodiscard]] constexpr std::string_view codec_name(codec_id id) noexcept {
    const auto name = with_codec<T, std::string_view>(
        id, [](auto codec) { return result<std::string_view>(decltype(codec)::name); });
    return name ? *name : std::string_view{};
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
