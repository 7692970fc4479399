// All codecs, in one list, and the way from a wire id to one of them.
#pragma once

#include <chronopack/codec/alp.hpp>
#include <chronopack/codec/alp_rd.hpp>
#include <chronopack/codec/binned.hpp>
#include <chronopack/codec/delta.hpp>
#include <chronopack/codec/delta_of_delta.hpp>
#include <chronopack/codec/dictionary.hpp>
#include <chronopack/codec/gorilla_timestamps.hpp>
#include <chronopack/codec/gorilla_values.hpp>
#include <chronopack/codec/ordered.hpp>
#include <chronopack/codec/packed.hpp>
#include <chronopack/codec/prometheus_xor.hpp>
#include <chronopack/codec/prometheus_xor2.hpp>
#include <chronopack/codec/raw.hpp>
#include <chronopack/codec/run_length.hpp>

#include <type_traits>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// A list of codecs, as a type. (std::tuple would be a class of its own, which takes
/// compilers a second.)
template <class... C>
struct codec_list {};

/// Every codec. A new one is added here, and tests, fuzzers, benchmarks and
/// frames have it.
using all_codecs = codec_list<raw<std::int64_t>, raw<double>, packed, delta, delta_of_delta,
                              gorilla_timestamps, gorilla_values, prometheus_xor, prometheus_xor2,
                              alp, alp_rd, dictionary<std::int64_t>, dictionary<double>,
                              run_length<std::int64_t>, run_length<double>, ordered, binned>;

/// Calls `f` with an object of each codec of the list, in its order.
template <class... C, class F>
constexpr void for_each_codec(codec_list<C...>, F f) {
    (f(C{}), ...);
}

/// Calls `f` with an object of the codec that `id` names for values of type T,
/// and returns the R that it returns; or unsupported when there is none.
template <class T, class R, class F>
[[nodiscard]] constexpr result<R> with_codec(codec_id id, F f) noexcept {
    result<R> found = errc::unsupported;
    for_each_codec(all_codecs{}, [&]<class C>(C codec) {
        if constexpr (std::is_same_v<typename C::value_type, T>)
            if (C::id == id) found = f(codec);
    });
    return found;
}

/// The name of a codec for values of type T, or an empty string.
template <class T>
[[nodiscard]] constexpr std::string_view codec_name(codec_id id) noexcept {
    const auto name = with_codec<T, std::string_view>(
        id, [](auto codec) { return result<std::string_view>(decltype(codec)::name); });
    return name ? *name : std::string_view{};
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
