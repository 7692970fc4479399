// The kernels of one instruction set as plain functions: what the compiled
// library chronopack-dispatch has one of for every instruction set.
//
//   a file built at the baseline              chronopack-dispatch
//     kernel/dispatch.hpp --> chosen() ----+--> table of AVX-512
//                                          +--> table of AVX2        or NEON
//                                          +--> table of SSE2
//                                          +--> table of the scalar twins
//
// Both sides of a table are built with different flags, so nothing here may
// depend on them: not the namespace, which is no part of chronopack's own, and
// no type but integers, pointers, and structs of those defined here.
//
// A new kernel is a line here, a line in src/arch.cpp, and its call in
// kernel/dispatch.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chronopack_dispatch {

// As those of the same names in kernel/, word for word.
struct start {
    std::uint64_t reference, scale, base, delta;
};
struct patched_rows {
    const std::uint8_t* row_of;
    const std::uint64_t* rows;
};
struct extremes {
    std::uint64_t least, most;
};
struct double_summary {
    double sums[8], increases[8], least, most;
    std::uint64_t resets;
};
struct integer_summary {
    std::uint64_t sum[3], increase[3], resets;
};
struct decimal {
    double power, high, low;
    std::uint64_t narrow;
};

/// What each does is said where it is: kernel/decode.hpp, encode.hpp, summary.hpp, decimal.hpp.
/// The index of an array is the sums that run, as kernel::sums.
struct table {
    const char* name;

    void (*packed[3])(const std::byte* in, std::size_t count, unsigned width, const start&,
                      const patched_rows&, std::uint64_t* out);
    void (*ramp[3])(const start&, std::size_t count, std::uint64_t* out);

    void (*sort)(std::uint64_t* x);
    extremes (*spread[3])(const std::uint64_t* v, std::size_t n);
    void (*distances[3])(const std::uint64_t* v, std::size_t n, std::uint64_t origin,
                         std::uint64_t* y);
    bool (*divisible)(const std::uint64_t* y, std::size_t n, std::uint64_t most,
                      std::uint64_t divisor);
    void (*divide)(std::uint64_t* y, std::size_t n, std::uint64_t divisor);
    std::uint64_t (*outside_bits)(const std::uint64_t* y, std::uint64_t reference, unsigned width);
    void (*pack[3])(const std::uint64_t* y, std::size_t count, std::uint64_t reference,
                    unsigned width, std::byte* out);

    void (*add_doubles)(const double* v, std::size_t n, double_summary&);
    void (*add_integers)(const std::int64_t* v, std::size_t n, integer_summary&);
    bool (*holds)(const void* v, std::size_t n, std::uint64_t word);

    bool (*to_doubles)(const std::uint64_t* x, std::size_t n, const decimal&, double* out);
    void (*to_integers)(const double* v, std::size_t n, const decimal&, std::uint64_t* out,
                        std::uint64_t* misfits);
};

/// The table of the best instruction set that this processor and its system
/// run, or of what CHRONOPACK_ARCH names. The same for the life of the process;
/// safe from any thread. The size is in the name, so that a library and headers
/// of two versions do not link.
template <std::size_t Size>
const table& chosen() noexcept;
template <>
const table& chosen<sizeof(table)>() noexcept;

}  // namespace chronopack_dispatch
