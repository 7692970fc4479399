#include "temporary_file.hpp"

#include "system.hpp"

#include <chronopack/series/output_file.hpp>

namespace chronopack::tool {

temporary_file::temporary_file(const std::string& path, const std::string& suffix) {
    const signals_held held;
    const int made = detail::make_beside(path, suffix, 0600, path_);
    if (made < 0) throw failure_of(path, errc::io_error);
    ::close(made);
    mark_.emplace(path_);
}

temporary_file::~temporary_file() {
    ::unlink(path_.c_str());
}

}  // namespace chronopack::tool
