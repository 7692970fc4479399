// Runs a test program that is compiled for more than the baseline, if this processor and its
// system can run it. Otherwise exits with Meson's status for a skipped test.
//
//   usage: when_it_runs avx2|avx512 PROGRAM [ARGUMENT ...]
//
// The program cannot ask itself, because code that runs before its main() (registration of tests,
// the sanitizers) is compiled like the rest of it.
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace {

bool runs_here(const char* instructions) {
#if defined(__x86_64__)
    if (std::strcmp(instructions, "avx2") == 0)
        return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    if (std::strcmp(instructions, "avx512") == 0)
        return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
               __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
#endif
    (void)instructions;
    return false;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fputs("usage: when_it_runs avx2|avx512 PROGRAM [ARGUMENT ...]\n", stderr);
        return 2;
    }
    if (!runs_here(arguments[1])) {
        std::fprintf(stderr, "skipped: this processor does not run %s\n", arguments[1]);
        return 77;
    }
    ::execv(arguments[2], arguments + 2);
    std::perror(arguments[2]);
    return 1;
}
