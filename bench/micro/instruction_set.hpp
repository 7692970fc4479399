// The usual name of the instruction set that the including file is compiled for. It has
// internal linkage, because files of one program differ in it.
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
