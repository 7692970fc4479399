// A result where the standard library has std::expected. Prints "none" where it has not.
#include <chronopack/core/error_code.hpp>
#include <chronopack/core/result.hpp>

#include <cstdio>
#include <memory>
#include <version>

using namespace chronopack;

#ifdef __cpp_lib_expected
#include <expected>

std::expected<int, errc> made(bool good) {
    if (good) return result<int>(7);
    return result<int>(errc::corrupt);
}

std::expected<void, errc> done(result<void> how) {
    return how;
}

int main() {
    const std::expected<int, std::error_code> code = result<int>(errc::io_error);
    std::expected<std::unique_ptr<int>, errc> owned = result(std::make_unique<int>(5));
    const bool good = *made(true) == 7 && made(false).error() == errc::corrupt &&
                      done({}).has_value() && done(errc::no_space).error() == errc::no_space &&
                      code.error() == errc::io_error && **owned == 5;
    std::puts(good ? "good" : "bad");
}
#else
int main() {
    std::puts("none");
}
#endif
