// The kernels that packing/ and the rooms above it call: those of this build, or with
// CHRONOPACK_DISPATCH those that chronopack-dispatch chose for the processor. Calls and results
// are the same.
#pragma once

#include <chronopack/kernel/operands.hpp>

#if !defined(CHRONOPACK_DISPATCH)

#include <chronopack/kernel/decimal.hpp>
#include <chronopack/kernel/encode.hpp>
#include <chronopack/kernel/near.hpp>
#include <chronopack/kernel/summary.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

#if defined(CHRONOPACK_TABLE_IS_SCALAR)  // the compiled library's table of scalar twins
using decoder = block_decoder<scalar>;
using encoder = block_encoder<scalar>;
using summary = block_summary<1>;
using decimals = decimal_converter<scalar>;
using nears = near_converter<scalar>;
#else
using decoder = default_decoder;
using encoder = default_encoder;
using summary = default_summary;
using decimals = default_decimal;
using nears = default_near;
#endif

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack

#else

#include <chronopack/kernel/chosen.hpp>
#include <chronopack/kernel/patches.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

namespace detail {

/// Casts a struct of a table to ours of the same name, or the reverse.
template <class To, class From>
[[nodiscard]] To as(const From& from) noexcept {
    return __builtin_bit_cast(To, from);
}

template <sums Sums>
inline constexpr auto index = static_cast<std::size_t>(Sums);

}  // namespace detail

/// Calls block_decoder through the table.
struct decoder {
    template <sums Sums>
    static void packed(const std::byte* in, std::size_t count, unsigned width, const start& s,
                       const patched_rows& patches, std::uint64_t* out) noexcept {
        detail::chosen().packed[detail::index<Sums>](
            in, count, width, detail::as<chronopack_dispatch::start>(s),
            detail::as<chronopack_dispatch::patched_rows>(patches), out);
    }
    template <sums Sums>
    static void ramp(const start& s, std::size_t count, std::uint64_t* out) noexcept {
        detail::chosen().ramp[detail::index<Sums>](detail::as<chronopack_dispatch::start>(s), count,
                                                   out);
    }
};

/// Calls block_encoder through the table.
struct encoder {
    static void sort(std::uint64_t* x) noexcept { detail::chosen().sort(x); }
    template <sums Sums>
    [[nodiscard]] static extremes spread(const std::uint64_t* v, std::size_t n) noexcept {
        return detail::as<extremes>(detail::chosen().spread[detail::index<Sums>](v, n));
    }
    template <sums Sums>
    static void distances(const std::uint64_t* v, std::size_t n, std::uint64_t origin,
                          std::uint64_t* y) noexcept {
        detail::chosen().distances[detail::index<Sums>](v, n, origin, y);
    }
    [[nodiscard]] static bool divisible(const std::uint64_t* y, std::size_t n, std::uint64_t most,
                                        std::uint64_t divisor) noexcept {
        return detail::chosen().divisible(y, n, most, divisor);
    }
    static void divide(std::uint64_t* y, std::size_t n, std::uint64_t divisor) noexcept {
        detail::chosen().divide(y, n, divisor);
    }
    [[nodiscard]] static std::uint64_t outside_bits(const std::uint64_t* y, std::uint64_t reference,
                                                    unsigned width) noexcept {
        return detail::chosen().outside_bits(y, reference, width);
    }
    template <sums Sums>
    static void pack(const std::uint64_t* y, std::size_t count, std::uint64_t reference,
                     unsigned width, std::byte* out) noexcept {
        detail::chosen().pack[detail::index<Sums>](y, count, reference, width, out);
    }
};

/// Calls block_summary through the table.
struct summary {
    static void add(const double* v, std::size_t n, double_summary& s) noexcept {
        auto plain = detail::as<chronopack_dispatch::double_summary>(s);
        detail::chosen().add_doubles(v, n, plain);
        s = detail::as<double_summary>(plain);
    }
    static void add(const std::int64_t* v, std::size_t n, integer_summary& s) noexcept {
        auto plain = detail::as<chronopack_dispatch::integer_summary>(s);
        detail::chosen().add_integers(v, n, plain);
        s = detail::as<integer_summary>(plain);
    }
    [[nodiscard]] static bool holds(const void* v, std::size_t n, std::uint64_t word) noexcept {
        return detail::chosen().holds(v, n, word);
    }
};

/// Calls decimal_converter through the table.
struct decimals {
    [[nodiscard]] static bool to_doubles(const std::uint64_t* x, std::size_t n, const decimal& d,
                                         double* out) noexcept {
        return detail::chosen().to_doubles(x, n, detail::as<chronopack_dispatch::decimal>(d), out);
    }
    static void to_integers(const double* v, std::size_t n, const decimal& d, std::uint64_t* out,
                            std::uint64_t* misfits) noexcept {
        detail::chosen().to_integers(v, n, detail::as<chronopack_dispatch::decimal>(d), out,
                                     misfits);
    }
};

/// Calls near_converter through the table.
struct nears {
    [[nodiscard]] static bool print(double* v, std::size_t n, const decimal& d) noexcept {
        return detail::chosen().print(v, n, detail::as<chronopack_dispatch::decimal>(d));
    }
    [[nodiscard]] static bool print_digits(double* v, std::size_t n, unsigned digits) noexcept {
        return detail::chosen().print_digits(v, n, digits);
    }
    [[nodiscard]] static bool divide(const std::uint64_t* counts, std::size_t n, double base,
                                     double* v) noexcept {
        return detail::chosen().divide_by_counts(counts, n, base, v);
    }
    [[nodiscard]] static bool move(const std::uint64_t* places, std::size_t n, double* v) noexcept {
        return detail::chosen().move(places, n, v);
    }
};

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack

#endif
