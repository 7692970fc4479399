// Sums residuals in lanes up to values in time order.
//
// Of R rows, value i = R l + r is in slot 16 r + l: each lane holds R neighbours in time. So a
// running sum is 16 independent sums, one a lane, and the start of a lane is known once the
// previous lane is summed:
//
//   pass 1, down the rows     P[l][r] = sum of lane l up to row r, from zero
//   16 carries                B[l+1] = B[l] + P[l][R-1]
//   pass 2, transposing       v[R l + r] = B[l] + P[l][r]
//
// All arithmetic is modulo 2^64.
#pragma once

#include <chronopack/kernel/lanes.hpp>
#include <chronopack/kernel/operands.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

/// Sets out[i] = base + x[0] + ... + x[i], and overwrites `slots_in`, which has 16 x in a row.
inline void undelta(std::uint64_t* slots_in, std::size_t rows, std::uint64_t base,
                    std::uint64_t* out) noexcept {
    for (std::size_t s = lanes; s < lanes * rows; ++s) slots_in[s] += slots_in[s - lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
        for (std::size_t r = 0; r < rows; ++r) out[rows * l + r] = base + slots_in[lanes * r + l];
        base += slots_in[lanes * (rows - 1) + l];
    }
}

/// Sets d[i] = d[i-1] + x[i] and out[i] = out[i-1] + d[i], with d[-1] = delta and out[-1] = base,
/// and overwrites `slots_in`, which has 16 x in a row.
inline void undelta_twice(std::uint64_t* slots_in, std::size_t rows, std::uint64_t base,
                          std::uint64_t delta, std::uint64_t* out) noexcept {
    std::uint64_t sum[lanes] = {};  // of x: the lane's own part of d
    for (std::size_t l = 0; l < lanes; ++l) sum[l] = slots_in[l];
    for (std::size_t r = 1; r < rows; ++r) {
        std::uint64_t* row = slots_in + lanes * r;
        for (std::size_t l = 0; l < lanes; ++l) {
            sum[l] += row[l];
            row[l] = (row - lanes)[l] + sum[l];
        }
    }
    for (std::size_t l = 0; l < lanes; ++l) {
        for (std::size_t r = 0; r < rows; ++r)
            out[rows * l + r] = base + (r + 1) * delta + slots_in[lanes * r + l];
        base += rows * delta + slots_in[lanes * (rows - 1) + l];
        delta += sum[l];
    }
}

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
