// The inline namespace that holds all code: named after the instructions
// that the including build allows.
//
//   g++                        chronopack::abi_baseline::frame
//   g++ -mavx2 -mbmi2          chronopack::abi_avx2_bmi2::frame
//   g++ -DCHRONOPACK_DISPATCH  chronopack::abi_baseline_dispatch::frame
//
// A linker keeps one copy of an inline function. Were it the one from a file
// built with -mavx2, a program would run AVX2 where its baseline files meant
// the function they were built with. Under two names both copies stay. The
// price: types that are made of such code (readers, writers, options) do not pass
// between files of different flags; that is a link error, where it was a crash on
// someone else's machine.
//
// What has to pass between them is in `chronopack` itself: errc, result, sample,
// label, labels, preset, time_unit, and everything in the public headers of the
// adapters. Their member functions in the core are always inlined, so that no
// copy of them is left for a linker to choose. Namespace `detail` stays in here.
//
// What the standard library defines inline has one name whatever the flags: see
// tests/odr/README.md for what that leaves to a program's own files.
#pragma once

#if defined(__AVX512F__)
#define CHRONOPACK_ABI_ISA avx512
#elif defined(__AVX2__)
#define CHRONOPACK_ABI_ISA avx2
#elif defined(__AVX__)
#define CHRONOPACK_ABI_ISA avx
#elif defined(__SSE4_2__)
#define CHRONOPACK_ABI_ISA sse42
#elif defined(__SSE4_1__)
#define CHRONOPACK_ABI_ISA sse41
#elif defined(__SSSE3__)
#define CHRONOPACK_ABI_ISA ssse3
#elif defined(__SSE3__)
#define CHRONOPACK_ABI_ISA sse3
#elif defined(__ARM_FEATURE_SVE)
#define CHRONOPACK_ABI_ISA sve
#else
#define CHRONOPACK_ABI_ISA baseline
#endif

// What comes on top of these, each by a flag of its own.
#if defined(__AVX512DQ__)
#define CHRONOPACK_ABI_DQ dq
#else
#define CHRONOPACK_ABI_DQ
#endif
#if defined(__AVX512BW__)
#define CHRONOPACK_ABI_BW bw
#else
#define CHRONOPACK_ABI_BW
#endif
#if defined(__AVX512VL__)
#define CHRONOPACK_ABI_VL vl
#else
#define CHRONOPACK_ABI_VL
#endif
#if defined(__AVX512VBMI__)
#define CHRONOPACK_ABI_VBMI vbmi
#else
#define CHRONOPACK_ABI_VBMI
#endif
#if defined(__FMA__)
#define CHRONOPACK_ABI_FMA _fma
#else
#define CHRONOPACK_ABI_FMA
#endif
#if defined(__BMI2__)
#define CHRONOPACK_ABI_BMI2 _bmi2
#else
#define CHRONOPACK_ABI_BMI2
#endif
#if defined(__LZCNT__)
#define CHRONOPACK_ABI_LZCNT _lzcnt
#else
#define CHRONOPACK_ABI_LZCNT
#endif
#if defined(__POPCNT__) && !defined(__SSE4_2__)
#define CHRONOPACK_ABI_POPCNT _popcnt
#else
#define CHRONOPACK_ABI_POPCNT
#endif
#if defined(__ARM_FEATURE_CRC32)
#define CHRONOPACK_ABI_CRC32 _crc32
#else
#define CHRONOPACK_ABI_CRC32
#endif
#if defined(CHRONOPACK_DISPATCH)
#define CHRONOPACK_ABI_DISPATCH _dispatch
#elif defined(CHRONOPACK_TABLE)  // chronopack-dispatch itself: shared with no one
#define CHRONOPACK_ABI_DISPATCH _table
#else
#define CHRONOPACK_ABI_DISPATCH
#endif

#define CHRONOPACK_ABI_PASTE(isa, dq, bw, vl, vbmi, fma, bmi2, lzcnt, popcnt, crc32, dispatch) \
    abi_##isa##dq##bw##vl##vbmi##fma##bmi2##lzcnt##popcnt##crc32##dispatch
#define CHRONOPACK_ABI_NAME(...) CHRONOPACK_ABI_PASTE(__VA_ARGS__)
#define CHRONOPACK_ABI                                                                    \
    CHRONOPACK_ABI_NAME(CHRONOPACK_ABI_ISA, CHRONOPACK_ABI_DQ, CHRONOPACK_ABI_BW,         \
                        CHRONOPACK_ABI_VL, CHRONOPACK_ABI_VBMI, CHRONOPACK_ABI_FMA,       \
                        CHRONOPACK_ABI_BMI2, CHRONOPACK_ABI_LZCNT, CHRONOPACK_ABI_POPCNT, \
                        CHRONOPACK_ABI_CRC32, CHRONOPACK_ABI_DISPATCH)

// Opened once here, so that any header may name the outer namespace alone.
namespace chronopack::inline CHRONOPACK_ABI {}
