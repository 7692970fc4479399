// What the system says of a file when the library says io_error.
#pragma once

#include "input/failure.hpp"

#include <chronopack/core/result.hpp>

#include <cerrno>
#include <system_error>

namespace chronopack::tool {

/// The failure that a result of the library is, for a file: the system's own
/// words for io_error and not_found, the library's for the rest, which are about
/// data.
[[nodiscard]] inline input::failure failure_of(const std::string& file, errc error) {
    if (error != errc::io_error && error != errc::not_found)
        return {input::fault::data, {file}, std::string(message(error))};
    const int code = error == errc::not_found ? ENOENT : errno != 0 ? errno : EIO;
    return {input::fault::environment, {file}, std::generic_category().message(code)};
}

}  // namespace chronopack::tool
