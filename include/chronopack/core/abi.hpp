// The inline namespace that holds all code. Its name says which instructions and which macros
// the including file is built with.
//
//   g++                            chronopack::abi_baseline::frame
//   g++ -mavx2 -mbmi2              chronopack::abi_avx2_bmi2::frame
//   g++ -DCHRONOPACK_DISPATCH      chronopack::abi_baseline_dispatch::frame
//   g++ -DCHRONOPACK_HAVE_ZSTD=1   chronopack::abi_baseline_zstd::frame
//
// A linker keeps one copy of an inline function. If that were the copy of a file built with
// -mavx2, baseline files of the program would run AVX2 as well; if it were the copy without
// zstd, a file that has zstd could not read its own frames. Under two names both copies stay.
// The price is that types made of such code (readers, writers, options) cannot pass between
// files of different flags: a link error, in place of a crash on someone else's machine.
//
// Types that must pass between such files are in `chronopack` itself: errc, result, bytes, cbytes,
// sample, label, labels, preset, time_unit, and everything in the public headers of the adapters.
// The member functions of those of the core are always inlined, so that a linker finds no copies
// to choose from. Namespace `detail` stays in the inline namespace.
//
// The macros that change code, all set by the build systems' targets:
//
//   CHRONOPACK_HAVE_ZSTD=1    zstd as second stage of frames; link libzstd
//   CHRONOPACK_HAVE_SNAPPY=1  snappy as second stage of frames; link libsnappy
//   CHRONOPACK_DISPATCH=1     kernels chosen at run time; link chronopack-dispatch
//   CHRONOPACK_TABLE          for chronopack-dispatch itself
//
// NDEBUG is not among them: assertions change no result, and files with and without
// them may share readers and writers, as they share containers of std.
//
// Inline functions of the standard library have one name whatever the flags:
// tests/odr/README.md says what a program must heed for that.
#pragma once

// Decoding divides, and compares NaN, as IEEE 754 says. With these options, the values read
// would not be the values written.
#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__
#error "chronopack keeps every bit of a double: compile files that include it without -ffast-math"
#endif

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
#elif defined(__ARM_FEATURE_SVE2)
#define CHRONOPACK_ABI_ISA sve2
#elif defined(__ARM_FEATURE_SVE)
#define CHRONOPACK_ABI_ISA sve
#else
#define CHRONOPACK_ABI_ISA baseline
#endif

#if defined(__POPCNT__) && !defined(__SSE4_2__)
#define CHRONOPACK_ABI_POPCNT _popcnt
#else
#define CHRONOPACK_ABI_POPCNT
#endif

#if defined(CHRONOPACK_DISPATCH)
#define CHRONOPACK_ABI_KERNELS _dispatch
#elif defined(CHRONOPACK_TABLE)  // chronopack-dispatch itself: shared with no one
#define CHRONOPACK_ABI_KERNELS _table
#else
#define CHRONOPACK_ABI_KERNELS
#endif

// CHRONOPACK_ABI_IF(flag, text): `text` where the macro `flag` is 1, else nothing.
#define CHRONOPACK_ABI_IS_1 ,
#define CHRONOPACK_ABI_SECOND(first, second, ...) second
#define CHRONOPACK_ABI_CHOOSE(...) CHRONOPACK_ABI_SECOND(__VA_ARGS__)
#define CHRONOPACK_ABI_IF_(flag, text) CHRONOPACK_ABI_CHOOSE(CHRONOPACK_ABI_IS_##flag text, , )
#define CHRONOPACK_ABI_IF(flag, text) CHRONOPACK_ABI_IF_(flag, text)

// Extensions of the instruction sets above, each with a flag of its own. Those that compilers
// use unasked are here, but not those that only intrinsics reach.
#define CHRONOPACK_ABI_PASTE(isa, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u) \
    abi_##isa##a##b##c##d##e##f##g##h##i##j##k##l##m##n##o##p##q##r##s##t##u
#define CHRONOPACK_ABI_NAME(...) CHRONOPACK_ABI_PASTE(__VA_ARGS__)
#define CHRONOPACK_ABI                                                                        \
    CHRONOPACK_ABI_NAME(                                                                      \
        CHRONOPACK_ABI_ISA, CHRONOPACK_ABI_IF(__AVX512DQ__, dq),                              \
        CHRONOPACK_ABI_IF(__AVX512BW__, bw), CHRONOPACK_ABI_IF(__AVX512VL__, vl),             \
        CHRONOPACK_ABI_IF(__AVX512CD__, cd), CHRONOPACK_ABI_IF(__AVX512VBMI__, vbmi),         \
        CHRONOPACK_ABI_IF(__AVX512VBMI2__, vbmi2), CHRONOPACK_ABI_IF(__AVX512BITALG__, alg),  \
        CHRONOPACK_ABI_IF(__AVX512VPOPCNTDQ__, pop), CHRONOPACK_ABI_IF(__AVX512VNNI__, vnni), \
        CHRONOPACK_ABI_IF(__GFNI__, _gfni), CHRONOPACK_ABI_IF(__FMA__, _fma),                 \
        CHRONOPACK_ABI_IF(__XOP__, _xop), CHRONOPACK_ABI_IF(__BMI__, _bmi),                   \
        CHRONOPACK_ABI_IF(__BMI2__, _bmi2), CHRONOPACK_ABI_IF(__LZCNT__, _lzcnt),             \
        CHRONOPACK_ABI_IF(__MOVBE__, _movbe), CHRONOPACK_ABI_POPCNT,                          \
        CHRONOPACK_ABI_IF(__ARM_FEATURE_CRC32, _crc32),                                       \
        CHRONOPACK_ABI_IF(CHRONOPACK_HAVE_ZSTD, _zstd),                                       \
        CHRONOPACK_ABI_IF(CHRONOPACK_HAVE_SNAPPY, _snappy), CHRONOPACK_ABI_KERNELS)

// Opened once here, so that any header may name the outer namespace alone.
namespace chronopack {
inline namespace CHRONOPACK_ABI {}
}  // namespace chronopack
