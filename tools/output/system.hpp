// What the system reports about a file where the library returns io_error.
#pragma once

#include "input/failure.hpp"

#include <chronopack/core/result.hpp>

#include <cerrno>
#include <system_error>

namespace chronopack::tool {

/// Returns the failure for an error of the library with a file. For io_error and not_found it has
/// the system's own words, for the rest, which are about data, the library's.
[[nodiscard]] inline input::failure failure_of(const std::string& file, errc error) {
    if (error != errc::io_error && error != errc::not_found)
        return {input::fault::data, {file}, std::string(message(error))};
    const int code = error == errc::not_found ? ENOENT : errno != 0 ? errno : EIO;
    return {input::fault::environment, {file}, std::generic_category().message(code)};
}

}  // namespace chronopack::tool
