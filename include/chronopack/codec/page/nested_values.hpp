// A column of values inside another codec: the entries of a dictionary, the values of runs.
//
//   int64    nested_integers.hpp
//   double   u8 id and that codec's bytes: alp, near_decimal or ordered, whichever is smallest
//
// These hold nothing but a column of integers, so chains are bounded:
// run_length -> alp -> packed.
#pragma once

#include <chronopack/codec/near_decimal.hpp>
#include <chronopack/codec/ordered.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Does as std::fill, but is not shared with files of other compiler flags (core/abi.hpp).
template <class T>
void fill(std::span<T> out, T value) noexcept {
    for (T& one : out) one = value;
}

/// The estimate of a page of doubles in the smallest of three forms.
struct doubles_estimate : column_estimate {
    codec_id id = codec_id::ordered;
    decimal_choice choice{};  ///< what ALP or near_decimal would be
};

/// Returns the estimate of 1 to page_values doubles in the smallest form. Never inlined, so that
/// its scratch is off the stack when they are encoded.
[[nodiscard, gnu::noinline]] inline doubles_estimate estimate_of(
    std::span<const double> in) noexcept {
    decimal_choice choice = decimal_choice::of(in, true);
    column_estimate decimals = choice.near.plain ? alp_page::estimate_of(in, choice.plain)
                                                 : near_page::estimate_of(in, choice.near);
    if (choice.counted.sampled != 0) {
        const column_estimate counted = near_page::estimate_of(in, choice.counted);
        if (counted.total() < decimals.total()) {
            decimals = counted;
            choice.near = choice.counted;
        }
    }
    const codec_id id = choice.near.plain ? codec_id::alp : codec_id::near_decimal;
    if (choice.near.exceptions == 0 && !choice.near.residuals) return {decimals, id, choice};
    const column_estimate bits = ordered_page::estimate_of(in);
    if (decimals.total() <= bits.total()) return {decimals, id, choice};
    return {bits, codec_id::ordered, choice};
}

/// Reads and writes columns of 1 to page_values values; a failed writer is the caller's to
/// notice.
template <class T>
struct nested_values;

template <>
struct nested_values<std::int64_t> {
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
    static void write(std::span<const double> in, preset level, byte_writer& out) noexcept {
        if (level == preset::smallest) {
            const doubles_estimate known = estimate_of(in);
            const std::optional<column_estimate> size = known;
            if (known.id == codec_id::alp)
                write_as<alp>(in, level, out, known.choice.plain, size);
            else if (known.id == codec_id::near_decimal)
                write_as<near_decimal>(in, level, out, known.choice.near);
            else
                write_as<ordered>(in, level, out, size);
            return;
        }
        const decimal_choice decimals = decimal_choice::of(in);
        const near_choice& near = decimals.near;
        if (near.exceptions == 0)
            write_decimals(in, level, out, decimals);
        else if (2 * near.exceptions > near.sampled)
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
        if (id == static_cast<std::uint8_t>(codec_id::near_decimal)) return decode(near_decimal{});
        return errc::unsupported;
    }

private:
    template <class C, class... Known>
    static void write_as(std::span<const double> in, preset level, byte_writer& out,
                         const Known&... known) noexcept {
        out.u8(static_cast<std::uint8_t>(C::id));
        keep(out, C::encode(in, out.rest(), level, known...));
    }

    static void write_decimals(std::span<const double> in, preset level, byte_writer& out,
                               const decimal_choice& how) noexcept {
        if (how.near.plain)
            write_as<alp>(in, level, out, how.plain);
        else
            write_as<near_decimal>(in, level, out, how.near);
    }

    // Never inlined, so that its room is on the stack here alone.
    [[gnu::noinline]] static void write_smaller_of_both(std::span<const double> in, preset level,
                                                        const decimal_choice& decimals,
                                                        byte_writer& out) noexcept {
        std::array<std::byte, 1 + ordered::max_bytes(page_values)> room;
        write_smaller(
            room, out, [&](byte_writer& to) { write_as<ordered>(in, level, to); },
            [&](byte_writer& to) { write_decimals(in, level, to, decimals); });
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
