// An errc as a std::error_code, for programs that have one type for all errors.
//
//   std::error_code code = errc::corrupt;            // category "chronopack"
//   if (code == errc::corrupt) puts(code.message().c_str());
//   throw std::system_error(read.error(), "metrics.cpk");
//
// Apart from core/result.hpp, for it takes what <system_error> takes.
#pragma once

#include <chronopack/core/errc.hpp>

#include <string>
#include <system_error>

template <>
struct std::is_error_code_enum<chronopack::errc> : std::true_type {};

namespace chronopack {

// The category of a program, which is one object whatever flags its files have: that of
// the file that asked first, whose instructions the machine therefore runs.
inline const std::error_category* first_error_category = nullptr;

inline namespace CHRONOPACK_ABI {
namespace detail {

// Codes are 1 + the errc: an error_code of 0 is success.
class errc_category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "chronopack"; }
    [[nodiscard]] std::string message(int code) const override {
        return std::string(chronopack::message(static_cast<errc>(code - 1)));
    }
    /// io_error, not_found, no_space, unsupported and out_of_range are conditions of
    /// std::errc too; the others are chronopack's alone.
    [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<errc>(code - 1)) {
            case errc::io_error:
                return std::errc::io_error;
            case errc::not_found:
                return std::errc::no_such_file_or_directory;
            case errc::no_space:
                return std::errc::no_buffer_space;
            case errc::unsupported:
                return std::errc::not_supported;
            case errc::out_of_range:
                return std::errc::invalid_argument;
            default:
                return {code, *this};
        }
    }
};

}  // namespace detail

/// The category of all errc, the same object in all files of a program.
[[nodiscard]] inline const std::error_category& error_category() noexcept {
    static const detail::errc_category own;
    const std::error_category* first = nullptr;
    if (__atomic_compare_exchange_n(&first_error_category, &first, &own, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return own;
    return *first;
}

/// 1 + the number of the error, in error_category().
[[nodiscard]] inline std::error_code make_error_code(errc error) noexcept {
    return {1 + static_cast<int>(error), error_category()};
}

}  // namespace CHRONOPACK_ABI

}  // namespace chronopack
