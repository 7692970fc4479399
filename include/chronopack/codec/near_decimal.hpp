// Near decimals: stores doubles that were decimals until they went through a float, an average or
// a printer, as the integers that they were, and how far each is from what it should be.
//
//   0.30000000000000004  0.4  NaN         tenths
//   3                    4    4           a column of integers
//   1                    0    0           a column of residuals, in places of the double
//                             (2: NaN)    an exception: nothing near, stored as it is
//
//   a page of n values
//   +-----------+------------+----------+----------+-----------+-----------+-----------+
//   | near_form | exceptions | integers | counts   | residuals | positions | values    |
//   |           |  varint e  | nested   | nested   | nested    | e fields, | 8 e bytes |
//   |           |            | integers | integers | integers  | LSB       |           |
//   +-----------+------------+----------+----------+-----------+-----------+-----------+
//
// codec/page/near_form.hpp says what doubles the integers stand for. Counts are there if the form
// has them, and residuals unless all are 0.
#pragma once

#include <chronopack/codec/page/near_choice.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

class near_page {
public:
    [[nodiscard]] static result<void> write(std::span<const double> in, preset level,
                                            byte_writer& out) noexcept {
        return write(in, level, out, choose(in));
    }
    [[nodiscard]] static result<void> write(std::span<const double> in, preset level,
                                            byte_writer& out, const near_choice& how) noexcept {
        const near_rule rule(how.form);
        std::array<std::int64_t, page_values> room;
        const auto column = std::span(room).first(in.size());
        exception_positions exceptions;
        std::array<std::uint32_t, page_values> counts;
        const bool residuals = to_integers(in, rule, column, counts.data(), exceptions);
        how.form.write(residuals, out);
        write_varint(out, exceptions.all().size());
        write_integers(column, level, out);
        if (how.form.counts) {
            to_counts(counts.data(), column, exceptions);
            write_integers(column, level, out);
        }
        // These are computed again, so that there is one column on the stack, not two.
        if (residuals) {
            to_residuals(in, rule, column);
            write_integers(column, level, out);
        }
        exceptions.write(in.size(), out);
        for (const std::uint16_t at : exceptions.all()) out.u64(bit_cast<std::uint64_t>(in[at]));
        return {};
    }

    [[nodiscard]] static result<void> read(byte_reader& in, std::span<double> out) noexcept {
        near_form form;
        bool residuals = false;
        if (const auto read = near_form::read(in, form, residuals); !read) return read;
        const auto exceptions = read_varint(in);
        if (!exceptions) return exceptions.error();
        if (*exceptions > out.size()) return errc::corrupt;
        const near_rule rule(form);
        const auto integers =
            read_integers(in, out.size(), {kernel::decimal_bias, 1},
                          [&](std::size_t from, std::span<const std::int64_t> x) -> result<void> {
                              if (!rule.to_doubles(x, out.data() + from)) return errc::corrupt;
                              return {};
                          });
        if (!integers) return integers;
        if (form.counts) {
            const auto divided = read_integers(
                in, out.size(), {kernel::decimal_bias, 1},
                [&](std::size_t from, std::span<const std::int64_t> q) -> result<void> {
                    if (!rule.divide(q, out.data() + from)) return errc::corrupt;
                    return {};
                });
            if (!divided) return divided;
        }
        if (residuals) {
            const auto moved = read_integers(
                in, out.size(), {},
                [&](std::size_t from, std::span<const std::int64_t> x) -> result<void> {
                    if (!kernel::nears::move(kernel::as_words(x), x.size(), out.data() + from))
                        return errc::corrupt;
                    return {};
                });
            if (!moved) return moved;
        }
        return exception_positions::read_values(in, *exceptions, out);
    }

    /// Returns the form that costs least for a sample of the values.
    [[nodiscard]] static near_choice choose(std::span<const double> in) noexcept {
        const decimal_choice how = decimal_choice::of(in, true);
        return how.counted.sampled != 0 ? how.counted : how.near;
    }

    /// Returns the estimate of a page that is written so.
    [[nodiscard]] static column_estimate estimate_of(std::span<const double> in,
                                                     const near_choice& how) noexcept {
        const near_rule rule(how.form);
        std::array<std::int64_t, page_values> room;
        const auto column = std::span(room).first(in.size());
        const auto estimated = [&] {
            return detail::estimate_of(std::span<const std::int64_t>(column));
        };
        exception_positions exceptions;
        std::array<std::uint32_t, page_values> counts;
        const bool residuals = to_integers(in, rule, column, counts.data(), exceptions);
        column_estimate all = estimated();
        all.exceptions = estimate::of_bits(exceptions.all().size() * alp_page::exception_bits);
        if (how.form.counts) {
            to_counts(counts.data(), column, exceptions);
            all.exceptions += estimated().all_integers;
        }
        if (residuals) {
            to_residuals(in, rule, column);
            all.exceptions += estimated().all_integers;
        }
        return all;
    }

private:
    // What split() writes of one piece of a page.
    struct piece {
        std::array<std::int64_t, near_rule::most_split> integers, counts, residuals;
        std::array<std::uint64_t, near_rule::most_split / 64> misfits;
    };

    // Splits one piece of a page after the other, and calls use(from, n, parts) for each.
    template <class Use>
    static void for_each_piece(std::span<const double> in, const near_rule& rule,
                               Use use) noexcept {
        for (std::size_t from = 0; from < in.size(); from += near_rule::most_split) {
            const std::size_t n = std::min(near_rule::most_split, in.size() - from);
            piece made;
            rule.split(in.subspan(from, n), {made.integers.data(), made.counts.data(),
                                             made.residuals.data(), made.misfits.data()});
            use(from, n, made);
        }
    }

    // Writes the integers of a page, and counts if its form has them, and adds its exceptions, for
    // each of which an integer nearby stands in. Returns whether there are residuals.
    [[nodiscard]] static bool to_integers(std::span<const double> in, const near_rule& rule,
                                          std::span<std::int64_t> integers, std::uint32_t* counts,
                                          exception_positions& exceptions) noexcept {
        std::int64_t any = 0;
        for_each_piece(in, rule, [&](std::size_t from, std::size_t n, const piece& made) {
            for (std::size_t i = 0; i < n; ++i) {
                integers[from + i] = made.integers[i];
                any |= made.residuals[i];
            }
            if (rule.has_counts())
                for (std::size_t i = 0; i < n; ++i)
                    counts[from + i] = static_cast<std::uint32_t>(made.counts[i]);
            for (std::size_t i = 0; i < n; i += 64)
                exceptions.add_marked(from + i, made.misfits[i / 64]);
        });
        exceptions.cover(integers, 0);
        return any != 0;
    }

    static void to_counts(const std::uint32_t* counts, std::span<std::int64_t> column,
                          const exception_positions& exceptions) noexcept {
        for (std::size_t i = 0; i < column.size(); ++i) column[i] = counts[i];
        exceptions.cover(column, 1);
    }

    static void to_residuals(std::span<const double> in, const near_rule& rule,
                             std::span<std::int64_t> residuals) noexcept {
        for_each_piece(in, rule, [&](std::size_t from, std::size_t n, const piece& made) {
            for (std::size_t i = 0; i < n; ++i) residuals[from + i] = made.residuals[i];
        });
    }
};

}  // namespace detail

/// Codes doubles that were decimals, floats of few digits, or averages of either.
struct near_decimal : detail::paged<double, detail::near_page> {
    static constexpr codec_id id = codec_id::near_decimal;
    static constexpr std::string_view name = "near_decimal";
};

static_assert(block_codec<near_decimal>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
