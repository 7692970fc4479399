// value() without exceptions: the value, or the end of the program.
#include <chronopack/core/result.hpp>

#include <cstdio>

int main(int argc, char**) {
    const chronopack::result<int> found =
        argc == 1 ? chronopack::result<int>(7) : chronopack::errc::not_found;
    std::printf("%d\n", found.value());
}
