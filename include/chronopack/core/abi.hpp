// The inline namespace that holds everything: named after the instructions
// that the including build allows.
//
// A linker keeps one copy of an inline function. Were it the one from a file
// built with -mavx2, a program would run AVX2 where its baseline files meant
// the function they were built with. Under two names both copies stay. The
// price: types of the library do not pass between files of different flags;
// that is a link error, where it was a crash on someone else's machine.
#pragma once

#if defined(__AVX512VBMI__) && defined(__AVX512DQ__)
#define CHRONOPACK_ABI_ISA avx512vbmi
#elif defined(__AVX512F__) && defined(__AVX512DQ__)
#define CHRONOPACK_ABI_ISA avx512
#elif defined(__AVX512F__)
#define CHRONOPACK_ABI_ISA avx512f
#elif defined(__AVX2__)
#define CHRONOPACK_ABI_ISA avx2
#elif defined(__AVX__)
#define CHRONOPACK_ABI_ISA avx
#elif defined(__SSE4_2__)
#define CHRONOPACK_ABI_ISA sse42
#elif defined(__ARM_FEATURE_SVE)
#define CHRONOPACK_ABI_ISA sve
#else
#define CHRONOPACK_ABI_ISA baseline
#endif

#if defined(__BMI2__)
#define CHRONOPACK_ABI_BMI _bmi2
#else
#define CHRONOPACK_ABI_BMI
#endif

#define CHRONOPACK_ABI_PASTE(isa, bmi) abi_##isa##bmi
#define CHRONOPACK_ABI_NAME(isa, bmi) CHRONOPACK_ABI_PASTE(isa, bmi)
#define CHRONOPACK_ABI CHRONOPACK_ABI_NAME(CHRONOPACK_ABI_ISA, CHRONOPACK_ABI_BMI)

// Opened once here, so that any header may name the outer namespace alone.
namespace chronopack::inline CHRONOPACK_ABI {}
