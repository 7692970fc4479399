// The one error type of the core, its messages, and what is thrown of it.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace chronopack {

enum class errc : std::uint8_t {
    truncated,          ///< the input ends before the value it promises
    corrupt,            ///< the input holds what no encoder writes
    checksum_mismatch,  ///< the input is damaged: its checksum does not hold
    count_mismatch,     ///< the input holds another number of values than asked for
    no_space,           ///< the output is too small
    wrong_type,         ///< the input holds values of another type than asked for
    out_of_range,       ///< an argument has no legal value; docs/errors.md says which, by call
    unsupported,        ///< a version, codec or stage this build does not know
    unordered,          ///< timestamps go backwards where order is needed
    not_found,          ///< no such series, file or sample
    io_error,           ///< the operating system failed a read, write, sync or rename
};

inline namespace CHRONOPACK_ABI {

/// What an error means, in one sentence without a full stop.
[[nodiscard]] constexpr std::string_view message(errc error) noexcept {
    switch (error) {
        case errc::truncated:
            return "the input ends before the value it promises";
        case errc::corrupt:
            return "the input is not a valid encoding";
        case errc::checksum_mismatch:
            return "the input is damaged: checksum mismatch";
        case errc::count_mismatch:
            return "the input holds another number of values than asked for";
        case errc::no_space:
            return "the output is too small";
        case errc::wrong_type:
            return "the input holds values of another type than asked for";
        case errc::out_of_range:
            return "an argument is outside what the format can hold";
        case errc::unsupported:
            return "unknown version, codec or stage";
        case errc::unordered:
            return "timestamps go backwards";
        case errc::not_found:
            return "not found";
        case errc::io_error:
            return "input/output error";
    }
    return "unknown error";
}

}  // namespace CHRONOPACK_ABI

/// What value() throws when there is none.
class bad_result_access : public std::exception {
public:
    [[gnu::always_inline]] explicit bad_result_access(errc error) noexcept
        : error_(error), what_(message(error).data()) {}

    [[nodiscard, gnu::always_inline]] errc error() const noexcept { return error_; }
    [[nodiscard]] const char* what() const noexcept override { return what_; }

private:
    errc error_;
    const char* what_;
};

inline namespace CHRONOPACK_ABI {
namespace detail {

/// Throws bad_result_access; in files without exceptions, ends the program. Each has a name
/// of its own, for a program may have files of both kinds.
#if defined(__cpp_exceptions)
inline namespace throwing {
[[noreturn, gnu::noinline, gnu::cold]] inline void no_value(errc error) {
    throw bad_result_access(error);
}
}  // namespace throwing
#else
inline namespace aborting {
[[noreturn, gnu::noinline, gnu::cold]] inline void no_value(errc) {
    std::abort();
}
}  // namespace aborting
#endif

}  // namespace detail
}  // namespace CHRONOPACK_ABI

}  // namespace chronopack
