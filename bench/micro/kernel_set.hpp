// The kernels of one instruction set, as plain function pointers.
//
//   kernel_set.cpp   -march=x86-64     kernels_x86_64      SSE2
//                    -march=x86-64-v3  kernels_x86_64_v3   AVX2
//                    -march=x86-64-v4  kernels_x86_64_v4   AVX-512
//   elsewhere        as the build is   kernels_native
//
// One source is compiled for each set. Neither this header nor the code it calls has inline
// functions that two sets would share: the linker would keep one copy, which might be one that
// this processor cannot run.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chronopack::bench {

/// One block: 1,024 values.
struct kernel_job {
    const std::byte* in;
    unsigned width;
    std::byte* out;
};

/// The input of a kernel.
enum class kernel_input : std::uint8_t {
    packed,  ///< width * 128 bytes, all of which are legal
    fields,  ///< 1,024 words below 2^width
};

struct measured_kernel {
    const char* name;
    kernel_input input;
    unsigned first_width;
    unsigned last_width;
    std::size_t (*out_bytes)(unsigned width);
    void (*run)(const kernel_job&);
    void (*twin)(const kernel_job&);  ///< scalar: writes the same bytes
};

struct kernel_set {
    const char* name;
    const measured_kernel* all;
    std::size_t count;
};

extern const kernel_set kernels_x86_64;
extern const kernel_set kernels_x86_64_v3;
extern const kernel_set kernels_x86_64_v4;
extern const kernel_set kernels_native;

}  // namespace chronopack::bench
