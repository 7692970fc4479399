// What the including file is compiled for, as people call it. Of internal
// linkage: files of one program differ.
#pragma once

namespace chronopack::bench {

namespace {

constexpr const char* instruction_set =
#if defined(__AVX512F__)
    "AVX-512";
#elif defined(__AVX2__)
    "AVX2";
#elif defined(__AVX__)
    "AVX";
#elif defined(__x86_64__)
    "SSE2";
#elif defined(__aarch64__)
    "NEON";
#else
    "scalar";
#endif

}  // namespace

}  // namespace chronopack::bench
