// The kernels and codecs of one instruction set as plain functions. The compiled library
// chronopack-dispatch has one such table for every instruction set.
//
//   a file built at the baseline              chronopack-dispatch
//     kernel/dispatch.hpp --> chosen() ----+--> table of AVX-512
//                                          +--> table of AVX2        or NEON
//                                          +--> table of SSE2
//                                          +--> table of the scalar twins
//
// The two sides of a table are built with different flags, so nothing here may depend on flags.
// The namespace is therefore not chronopack's. The only types are integers, pointers, structs of
// those that are defined here, and those that core/abi.hpp keeps in `chronopack` itself.
//
// A call encodes or decodes a whole column of a block. So dictionaries, runs, bins and bit streams
// use the table's instruction set as well, and a program that uses frames compiles none of them.
//
// A new kernel takes a line here, a line in src/arch.cpp, and a call in kernel/dispatch.hpp; a
// new codec takes none.
#pragma once

#include <chronopack/core/result.hpp>

#include <cstddef>
#include <cstdint>

namespace chronopack_dispatch {

// These have the same words as the structs of their names in kernel/.
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

template <class T>
using encode_function = chronopack::result<std::size_t>(const T* in, std::size_t n, int codec,
                                                        unsigned level, std::byte* room,
                                                        std::size_t room_bytes, std::byte* out,
                                                        std::size_t out_bytes);

/// The functions are described in kernel/decode.hpp, encode_scalar.hpp, summary.hpp, decimal.hpp
/// and near.hpp. Arrays are indexed by kernel::sums.
struct dispatch_table {
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
    bool (*print)(double* v, std::size_t n, const decimal&);
    bool (*print_digits)(double* v, std::size_t n, unsigned digits);
    bool (*divide_by_counts)(const std::uint64_t* counts, std::size_t n, double base, double* v);
    bool (*move)(const std::uint64_t* places, std::size_t n, double* v);

    std::uint32_t (*crc32c)(const std::byte* data, std::size_t n, std::uint32_t before);

    /// These do as the functions of frame/column.hpp. `codec` is an id, or negative for the best
    /// codec at `level`, a preset.
    std::size_t (*column_room_bytes)(std::size_t n);
    bool (*integers_share_dictionary)(const std::int64_t* in, std::size_t n);
    bool (*doubles_share_dictionary)(const double* in, std::size_t n);
    encode_function<std::int64_t>* encode_integers;
    encode_function<double>* encode_doubles;
    chronopack::result<void> (*decode_integers)(const std::byte* in, std::size_t bytes,
                                                std::int64_t* out, std::size_t n,
                                                std::uint64_t offset, std::uint64_t scale);
    chronopack::result<void> (*decode_doubles)(const std::byte* in, std::size_t bytes, double* out,
                                               std::size_t n);
};

/// Returns the table of the best instruction set that this processor and its system run, or of
/// the one that CHRONOPACK_ARCH names: the same for the life of the process, from any thread.
/// The size is in the name, so that a library and headers of two versions do not link.
template <std::size_t Size>
const dispatch_table& chosen() noexcept;
template <>
const dispatch_table& chosen<sizeof(dispatch_table)>() noexcept;

}  // namespace chronopack_dispatch
