// A column of values inside another codec: the entries of a dictionary, the values of runs.
//
//   int64    nested_integers.hpp
//   double   u8 id and that codec's bytes: alp or ordered, whichever is smaller
//
// These hold nothing but a column of integers, so chains are bounded:
// run_length -> alp -> packed.
#pragma once

#include <chronopack/codec/alp.hpp>
#include <chronopack/codec/ordered.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Does as std::fill, but is not shared with files of other compiler flags (core/abi.hpp).
template <class T>
void fill(std::span<T> out, T value) noexcept {
    for (T& one : out) one = value;
}

/// The estimate of a page of doubles, as ALP or as ordered bits.
struct doubles_estimate : column_estimate {
    bool decimal = false;  ///< smaller as ALP
    alp_choice choice;     ///< what that ALP is
};

/// Returns the estimate of 1 to page_values doubles in the smaller form. Never inlined, so that
/// its scratch is off the stack when they are encoded.
[[nodiscard, gnu::noinline]] inline doubles_estimate estimate_of(
    std::span<const double> in) noexcept {
    const alp_choice choice = alp::choose(in);
    const column_estimate as_decimals = alp_page::estimate_of(in, choice);
    if (choice.exceptions == 0) return {as_decimals, true, choice};
    const column_estimate as_bits = ordered_page::estimate_of(in);
    if (as_decimals.total() <= as_bits.total()) return {as_decimals, true, choice};
    return {as_bits, false, choice};
}

/// Reads and writes columns of 1 to page_values values; a failed writer is the caller's to
/// notice.
template <class T>
struct nested_values;

template <>
struct nested_values<std::int64_t> {
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        return max_integers_bytes(n);
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
    static void write(std::span<const double> in, preset level, byte_writer& out) noexcept {
        if (level == preset::smallest) {
            const doubles_estimate known = estimate_of(in);
            const std::optional<column_estimate> size = known;
            if (known.decimal)
                write_as<alp>(in, level, out, known.choice, size);
            else
                write_as<ordered>(in, level, out, size);
            return;
        }
        const alp_choice decimals = alp::choose(in);
        if (decimals.exceptions == 0)
            write_as<alp>(in, level, out, decimals);
        else if (2 * decimals.exceptions > decimals.sampled)
            write_as<ordered>(in, level, out);
        else
            write_smaller_of_both(in, level, decimals, out);
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
    template <class C, class... Known>
    static void write_as(std::span<const double> in, preset level, byte_writer& out,
                         const Known&... known) noexcept {
        out.u8(static_cast<std::uint8_t>(C::id));
        keep(out, C::encode(in, out.rest(), level, known...));
    }

    // Never inlined, so that its room is on the stack here alone.
    [[gnu::noinline]] static void write_smaller_of_both(std::span<const double> in, preset level,
                                                        const alp_choice& decimals,
                                                        byte_writer& out) noexcept {
        std::array<std::byte, max_bytes(page_values)> room;
        write_smaller(
            room, out, [&](byte_writer& to) { write_as<ordered>(in, level, to); },
            [&](byte_writer& to) { write_as<alp>(in, level, to, decimals); });
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
