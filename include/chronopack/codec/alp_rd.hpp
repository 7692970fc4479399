// ALP-RD ("real doubles"): looks up the first bits of doubles in a dictionary, and packs the
// others. It suits values of many digits whose sign and magnitude vary little.
//
//   0 01111111110 0110...     left: 16 - c bits, one of 8     right: 48 + c bits
//   |<- left ---->|<- right
//
//   a page of n values
//   +----------+----------+--------+------------+-------------+--------+------------+
//   | right r  | entries d| lefts  | exceptions | codes       | rights | exceptions |
//   |   u8     |   u8     | d u16  |  varint e  | integers    | int.   | e x (pos., |
//   |          |          |        |            |             |        |  left u16) |
//   +----------+----------+--------+------------+-------------+--------+------------+
//
// r is 48..63, d is 1..8, and codes are below d. Exceptions are values whose left is not in the
// dictionary; their positions are as codec/page/exceptions.hpp has them. (Section 3.4 of the ALP
// paper, see codec/alp.hpp.)
#pragma once

#include <chronopack/codec/page/exceptions.hpp>
#include <chronopack/codec/page/nested_integers.hpp>
#include <chronopack/core/bit.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

class alp_rd_page {
public:
    static constexpr unsigned least_right = 48;
    static constexpr std::size_t most_entries = 8;

    [[nodiscard]] static result<void> write(std::span<const double> in, preset,
                                            byte_writer& out) noexcept {
        const split cut = best_split(in);
        std::array<std::int64_t, page_values> column;
        exception_positions exceptions;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const std::size_t code = cut.code_of(left_of(in[i], cut.right));
            if (code == cut.entries) exceptions.add(i);
            column[i] = static_cast<std::int64_t>(code == cut.entries ? 0 : code);
        }
        out.u8(static_cast<std::uint8_t>(cut.right));
        out.u8(static_cast<std::uint8_t>(cut.entries));
        for (std::size_t k = 0; k < cut.entries; ++k) out.u16(cut.lefts[k]);
        write_varint(out, exceptions.all().size());
        // These have high entropy, which sums would only raise: the fastest form is the smallest.
        write_integers(std::span(column).first(in.size()), preset::fastest, out);
        for (std::size_t i = 0; i < in.size(); ++i)
            column[i] =
                static_cast<std::int64_t>(bit_cast<std::uint64_t>(in[i]) & low_mask(cut.right));
        write_integers(std::span(column).first(in.size()), preset::fastest, out);

        exceptions.write(in.size(), out);
        for (const std::uint16_t at : exceptions.all()) out.u16(left_of(in[at], cut.right));
        return {};
    }

    [[nodiscard]] static result<void> read(byte_reader& in, std::span<double> out) noexcept {
        const unsigned right = in.u8();
        const std::size_t entries = in.u8();
        if (in.failed()) return errc::truncated;
        if (right < least_right || right > 63 || entries == 0 || entries > most_entries)
            return errc::corrupt;
        std::array<std::uint64_t, most_entries> lefts{};
        for (std::size_t k = 0; k < entries; ++k) {
            lefts[k] = in.u16();
            if (lefts[k] > low_mask(64 - right)) return errc::corrupt;
            lefts[k] <<= right;
        }
        const auto outside = read_varint(in);
        if (!outside) return outside.error();
        if (*outside > out.size()) return errc::corrupt;
        const auto codes = read_integers(
            in, out.size(), {},
            [&](std::size_t from, std::span<const std::int64_t> x) -> result<void> {
                std::uint64_t wrong = 0;
                for (const std::int64_t code : x) {
                    const auto at = static_cast<std::uint64_t>(code);
                    wrong |= at | (entries - 1 - at);
                }
                if (wrong >> 63 != 0) return errc::corrupt;
                for (std::size_t i = 0; i < x.size(); ++i)
                    out[from + i] = bit_cast<double>(lefts[static_cast<std::size_t>(x[i])]);
                return {};
            });
        if (!codes) return codes;
        const auto rights = read_integers(
            in, out.size(), {},
            [&](std::size_t from, std::span<const std::int64_t> x) -> result<void> {
                std::uint64_t all = 0;
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const auto bits = static_cast<std::uint64_t>(x[i]);
                    all |= bits;
                    out[from + i] = bit_cast<double>(bit_cast<std::uint64_t>(out[from + i]) | bits);
                }
                if (all > low_mask(right)) return errc::corrupt;
                return {};
            });
        if (!rights) return rights;
        const cbytes positions = in.take(exception_positions::bytes_of(*outside, out.size()));
        const cbytes strays = in.take(2 * *outside);
        if (in.failed()) return errc::truncated;
        bool legal = true;
        const auto patched = exception_positions::read(
            positions, *outside, out.size(), [&](std::size_t e, std::size_t at) {
                const std::uint64_t left = load_le<std::uint16_t>(strays.data() + 2 * e);
                legal &= left <= low_mask(64 - right);
                out[at] = bit_cast<double>(left << right |
                                           (bit_cast<std::uint64_t>(out[at]) & low_mask(right)));
            });
        if (!patched) return patched;
        if (!legal) return errc::corrupt;
        return {};
    }

private:
    struct split {
        unsigned right = least_right;
        std::size_t entries = 0;
        std::array<std::uint16_t, most_entries> lefts{};

        [[nodiscard]] std::size_t code_of(std::uint16_t left) const noexcept {
            std::size_t k = 0;
            while (k < entries && lefts[k] != left) ++k;
            return k;
        }
    };

    static std::uint16_t left_of(double v, unsigned right) noexcept {
        return static_cast<std::uint16_t>(bit_cast<std::uint64_t>(v) >> right);
    }

    // Returns the split that costs least for up to 128 of the values.
    static split best_split(std::span<const double> in) noexcept {
        constexpr std::size_t most_sampled = 128;
        const std::size_t n = std::min(in.size(), most_sampled);
        split best;
        std::size_t least = SIZE_MAX;
        for (unsigned right = least_right; right <= 63; ++right) {
            std::array<std::uint16_t, most_sampled> seen;
            std::array<std::size_t, most_sampled> often{};
            std::size_t distinct = 0;
            for (std::size_t s = 0; s < n; ++s) {
                const std::uint16_t left = left_of(in[s * in.size() / n], right);
                std::size_t k = 0;
                while (k < distinct && seen[k] != left) ++k;
                if (k == distinct) seen[distinct++] = left;
                ++often[k];
            }
            split s;
            s.right = right;
            // There are about as many lefts that were not seen as were seen once.
            const auto strays = static_cast<std::size_t>(
                std::count(often.begin(), often.begin() + distinct, std::size_t{1}));
            std::size_t inside = 0;
            while (s.entries < std::min(distinct, most_entries)) {
                const auto most = static_cast<std::size_t>(
                    std::max_element(often.begin(), often.begin() + distinct) - often.begin());
                inside += often[most];
                often[most] = 0;
                s.lefts[s.entries++] = seen[most];
            }
            const std::size_t cost =
                n * (right + bit_width(s.entries - 1)) + (strays + n - inside) * (16 + 12);
            if (cost < least) {
                least = cost;
                best = s;
            }
        }
        return best;
    }
};

}  // namespace detail

/// Codes doubles of high entropy.
struct alp_rd : detail::paged<double, detail::alp_rd_page> {
    static constexpr codec_id id = codec_id::alp_rd;
    static constexpr std::string_view name = "alp_rd";
};

static_assert(block_codec<alp_rd>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
