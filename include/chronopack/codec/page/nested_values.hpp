// A few values inside another codec: the entries of a dictionary, the values of
// runs. No codec that may stand here holds another but a column of integers, so
// chains are bounded: run_length -> alp -> packed.
//
//   int64    nested_integers.hpp
//   double   u8 id and that codec's bytes: alp or ordered, whichever is smaller
#pragma once

#include <chronopack/codec/alp.hpp>
#include <chronopack/codec/ordered.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// std::fill, of an instance that is not shared with files of other flags.
template <class T>
void fill(std::span<T> out, T value) noexcept {
    for (T& one : out) one = value;
}

/// What doubles promise as ALP or as ordered bits; `decimal` is which. Never inlined: what
/// it needs is off the stack when they are encoded.
[[nodiscard, gnu::noinline]] inline promise best_of_doubles(std::span<const double> in,
                                                            bool& decimal) noexcept {
    const alp_guess guess = alp::guess(in);
    const promise as_decimals = alp_page::promise_of(in, guess);
    decimal = true;
    if (guess.exceptions == 0) return as_decimals;
    const promise as_bits = ordered_page::promise_of(in);
    decimal = as_decimals.total() <= as_bits.total();
    return decimal ? as_decimals : as_bits;
}

/// Columns of 1 to page_values values.
template <class T>
struct nested_values;

template <>
struct nested_values<std::int64_t> {
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        return max_integers_bytes(n);
    }
    [[nodiscard]] static promise promise_of(std::span<const std::int64_t> in) noexcept {
        return detail::promise_of(in);
    }
    static void write(std::span<const std::int64_t> in, preset level, byte_writer& out) noexcept {
        write_integers(in, level, out);
    }
    [[nodiscard]] static result<void> read(byte_reader& in, std::span<std::int64_t> out) noexcept {
        return read_integers(
            in, out.size(), {},
            [&](std::size_t from, std::span<const std::int64_t> x) -> result<void> {
                std::copy(x.begin(), x.end(), out.begin() + static_cast<std::ptrdiff_t>(from));
                return {};
            });
    }
};

template <>
struct nested_values<double> {
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        return 1 + ordered::max_bytes(n);
    }
    [[nodiscard]] static promise promise_of(std::span<const double> in) noexcept {
        bool decimal = false;
        return best_of_doubles(in, decimal);
    }
    static void write(std::span<const double> in, preset level, byte_writer& out) noexcept {
        const auto as = [&]<class C>(C) {
            return writer_as<C>{in, level};
        };
        if (level == preset::smallest) {
            bool decimal = false;
            (void)best_of_doubles(in, decimal);
            return decimal ? as(alp{})(out) : as(ordered{})(out);
        }
        // Both, unless decimals alone, or none, are the sample's clear answer.
        const alp_guess decimals = alp::guess(in);
        if (decimals.exceptions == 0) return as(alp{})(out);
        if (2 * decimals.exceptions > decimals.sampled) return as(ordered{})(out);
        write_both(in, level, out);
    }
    [[nodiscard]] static result<void> read(byte_reader& in, std::span<double> out) noexcept {
        const std::uint8_t id = in.u8();
        if (in.failed()) return errc::truncated;
        const auto decode = [&]<class C>(C) -> result<void> {
            const auto read = C::decode(in.rest(), out);
            if (!read) return read.error();
            in.skip(*read);
            return {};
        };
        if (id == static_cast<std::uint8_t>(codec_id::alp)) return decode(alp{});
        if (id == static_cast<std::uint8_t>(codec_id::ordered)) return decode(ordered{});
        return errc::unsupported;
    }

private:
    template <class C>
    struct writer_as {
        std::span<const double> in;
        preset level;

        void operator()(byte_writer& to) const noexcept {
            to.u8(static_cast<std::uint8_t>(C::id));
            keep(to, C::encode(in, to.rest(), level));
        }
    };

    // The smaller of both. Never inlined, for its room is needed here alone.
    [[gnu::noinline]] static void write_both(std::span<const double> in, preset level,
                                             byte_writer& out) noexcept {
        std::array<std::byte, max_bytes(page_values)> room;
        write_smaller(room, out, writer_as<ordered>{in, level}, writer_as<alp>{in, level});
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
