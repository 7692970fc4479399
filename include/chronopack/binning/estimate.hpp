// How many bits a value of a page would take under each mode, by a sample of the residuals.
//
//   drawn       up to 32 residuals, once or twice, in ascending order
//   grouped     |3 5 5 8| |9 9 11 12| |14 14 14 14 14| ...     four each, or more equal ones
//   in ranges   which group, and where between its ends         bins are wide
//   in points   which group, and which of its different values  bins hold one value each
//
// The cheaper of the two is the estimate.
#pragma once

#include <chronopack/binning/numbers.hpp>
#include <chronopack/binning/tans.hpp>
#include <chronopack/core/estimate.hpp>
#include <chronopack/core/sampled_places.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// The estimated bits of a value of a page under each mode.
struct page_estimate {
    std::array<estimate, packing::mode_count> per_value{};

    [[nodiscard]] constexpr estimate least() const noexcept {
        return *std::min_element(per_value.begin(), per_value.end());
    }
};

namespace detail {

struct drawn_residuals {
    static constexpr std::size_t most_draws = 2;

    std::size_t draws = 0;
    std::size_t size = 0;       ///< residuals of each draw
    std::uint64_t divisor = 0;  ///< of all their differences; 0 where they are equal
    std::array<std::array<std::uint64_t, kernel::sorted_words>, most_draws> ascending;
};

/// Draws residuals of a page that has one at least.
[[nodiscard]] inline drawn_residuals draw(const numbers& page) noexcept {
    const std::size_t n = page.size();
    drawn_residuals drawn;
    drawn.draws = std::clamp<std::size_t>(n / kernel::sorted_words, 1, drawn_residuals::most_draws);
    drawn.size = std::min(n, kernel::sorted_words);
    const bool all = drawn.draws * drawn.size == n;
    page.with_residuals([&]<kernel::sums Sums>(const std::uint64_t* v, std::size_t) {
        sampled_places places;
        for (std::size_t d = 0; d < drawn.draws; ++d) {
            drawn.ascending[d].fill(INT64_MAX);
            for (std::size_t i = 0; i < drawn.size; ++i) {
                const std::size_t at = all ? drawn.draws * i + d : places.next(n);
                drawn.ascending[d][i] =
                    kernel::detail::residual<Sums>(v, kernel::first_residual<Sums> + at);
            }
        }
    });
    for (std::size_t d = 0; d < drawn.draws; ++d) {
        auto& x = drawn.ascending[d];
        kernel::encoder::sort(x.data());
        for (std::size_t i = 0; i < drawn.size && drawn.divisor != 1; ++i)
            drawn.divisor = gcd(drawn.divisor, x[i] - drawn.ascending[0][0]);
    }
    return drawn;
}

/// The values that occur once in a draw, and the different values of the page that were not drawn.
struct seen_values {
    std::uint64_t alone = 0;
    std::uint64_t unseen = 0;
};

/// Counts the values that were drawn once and twice, and estimates from the two how many were not
/// drawn (Chao's estimator).
[[nodiscard]] inline seen_values count_seen(const drawn_residuals& drawn) noexcept {
    std::uint64_t alone = 0;
    std::uint64_t paired = 0;
    for (std::size_t d = 0; d < drawn.draws; ++d) {
        const auto& x = drawn.ascending[d];
        for (std::size_t i = 0, next = 0; i < drawn.size; i = next) {
            while (next < drawn.size && x[next] == x[i]) ++next;
            alone += next - i == 1;
            paired += next - i == 2;
        }
    }
    return {alone / drawn.draws, alone * alone / (drawn.draws * paired + 1) + 1};
}

/// Neighbours in a draw: how many they are, the bits that say which group a residual is in, and
/// those that say where in the group.
struct residual_group {
    std::size_t size;
    estimate which;
    estimate where;
};

/// Groups of four neighbours, or more where they are equal.
class residual_groups {
public:
    explicit residual_groups(const drawn_residuals& drawn) noexcept
        : residuals_(drawn.draws * drawn.size) {
        for (std::size_t d = 0; d < drawn.draws; ++d) {
            const auto& x = drawn.ascending[d];
            for (std::size_t i = 0, next = 0; i < drawn.size; i = next) {
                next = std::min(i + together, drawn.size);
                if (x[next - 1] == x[i])
                    while (next < drawn.size && x[next] == x[i]) ++next;
                std::uint64_t spread = x[next - 1] - x[i];
                if (drawn.divisor > 1) spread /= drawn.divisor;
                groups_[count_++] = {next - i,
                                     estimate::one_of(drawn.size) - estimate::one_of(next - i),
                                     estimate::one_of(std::max<std::uint64_t>(spread + 1, 1))};
            }
        }
    }

    /// Returns the bits of a value in bins around the groups.
    [[nodiscard]] estimate bits_in_ranges() const noexcept {
        estimate all{};
        for (const residual_group& g : groups()) all += (g.which + g.where) * g.size;
        return all / residuals_;
    }

    /// Returns the bits of a value in bins of one value each, with a share of their table, on a
    /// page of n values.
    [[nodiscard]] estimate bits_in_points(const seen_values& seen, std::size_t n) const noexcept {
        constexpr estimate weight_bits = estimate::of_bits(10);
        estimate all{};
        estimate lower{};  // of the bins' lower ends
        for (const residual_group& g : groups()) {
            const std::uint64_t points = seen.unseen * g.size / (seen.alone + 1) + 1;
            all += (g.which + std::min(g.where, estimate::one_of(points))) * g.size;
            lower += g.where * g.size;
        }
        return all / residuals_ + (lower / residuals_ + weight_bits) * seen.unseen / n;
    }

private:
    static constexpr std::size_t together = 4;

    [[nodiscard]] std::span<const residual_group> groups() const noexcept {
        return std::span(groups_).first(count_);
    }

    std::size_t residuals_;
    std::size_t count_ = 0;
    std::array<residual_group, drawn_residuals::most_draws * kernel::sorted_words / together>
        groups_;
};

/// Returns the estimated bits of a value of `page`.
[[nodiscard]] inline estimate estimate_of(const numbers& page) noexcept {
    if (page.size() == 0) return {};
    const drawn_residuals drawn = draw(page);
    const residual_groups groups(drawn);
    const estimate in_ranges = groups.bits_in_ranges();
    const seen_values seen = count_seen(drawn);
    if (seen.unseen > tans::max_symbols) return in_ranges;  // more than there can be bins
    return std::min(in_ranges, groups.bits_in_points(seen, page.size()));
}

}  // namespace detail

/// Returns the estimate of the values [begin, end) of a column.
[[nodiscard]] inline page_estimate estimate_of(std::span<const std::int64_t> column,
                                               std::size_t begin, std::size_t end) noexcept {
    page_estimate estimated;
    for (unsigned m = 0; m < packing::mode_count; ++m)
        estimated.per_value[m] =
            detail::estimate_of({column, begin, end, static_cast<packing::mode>(m)});
    return estimated;
}

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
