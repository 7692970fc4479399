#include <adapters/otlp/exponential.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace chronopack::otlp {

namespace {

using model::exponential_buckets;
using model::exponential_value;

constexpr std::int32_t finest_scale = 20;

/// 2^(2^-1), 2^(2^-2), ... 2^(2^-20). Products of these, always taken in the same order, are off by
/// a few units in the last place, which is far less than the width of a bucket. exp2() is not used,
/// because its last bit depends on the C library.
constexpr std::array<double, finest_scale> roots{
    0x1.6a09e667f3bcdp+0, 0x1.306fe0a31b715p+0, 0x1.172b83c7d517bp+0, 0x1.0b5586cf9890fp+0,
    0x1.059b0d3158574p+0, 0x1.02c9a3e778061p+0, 0x1.0163da9fb3335p+0, 0x1.00b1afa5abcbfp+0,
    0x1.0058c86da1c0ap+0, 0x1.002c605e2e8cfp+0, 0x1.00162f3904052p+0, 0x1.000b175effdc7p+0,
    0x1.00058ba01fba0p+0, 0x1.0002c5cc37da9p+0, 0x1.000162e525ee0p+0, 0x1.0000b17255776p+0,
    0x1.000058b91b5bdp+0, 0x1.00002c5c89d5fp+0, 0x1.0000162e43f50p+0, 0x1.00000b1721bd0p+0};

/// Returns m * 2^exponent for any exponent.
double scaled(double m, std::int64_t exponent) noexcept {
    return std::ldexp(m, static_cast<int>(std::clamp<std::int64_t>(exponent, -2000, 2000)));
}

/// Returns one more than the last index.
std::int64_t end_of(const exponential_buckets& buckets) noexcept {
    return std::int64_t{buckets.offset} + static_cast<std::int64_t>(buckets.counts.size());
}

/// Removes empty buckets at both ends.
void trim(exponential_buckets& buckets) {
    const auto filled = [](std::uint64_t n) {
        return n != 0;
    };
    auto& counts = buckets.counts;
    const auto last = std::find_if(counts.rbegin(), counts.rend(), filled).base();
    counts.erase(last, counts.end());
    const auto first = std::find_if(counts.begin(), counts.end(), filled);
    buckets.offset =
        counts.empty() ? 0 : static_cast<std::int32_t>(buckets.offset + (first - counts.begin()));
    counts.erase(counts.begin(), first);
}

/// Merges every 2^shift buckets into one.
void coarsen(exponential_buckets& buckets, unsigned shift) {
    shift = std::min(shift, 62u);
    auto& counts = buckets.counts;
    if (counts.empty() || shift == 0) return;
    const std::int64_t offset = buckets.offset;
    const std::int64_t merged = offset >> shift;
    // The end of the merged buckets, always at or before the bucket that is read.
    std::size_t end = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto to =
            static_cast<std::size_t>(((offset + static_cast<std::int64_t>(i)) >> shift) - merged);
        const std::uint64_t n = counts[i];
        if (to >= end) counts[to] = 0;
        end = to + 1;
        counts[to] += n;
    }
    counts.resize(end);
    buckets.offset = static_cast<std::int32_t>(merged);
}

void coarsen(exponential_value& value, unsigned shift) {
    coarsen(value.positive, shift);
    coarsen(value.negative, shift);
    value.scale -= static_cast<std::int32_t>(shift);
}

bool overflows(std::uint64_t& total, std::uint64_t n) noexcept {
    return __builtin_add_overflow(total, n, &total);
}

/// Adds `other`, which has the same scale. Indexes fit 32 bits at both ends.
void add_buckets(exponential_buckets& total, const exponential_buckets& other) {
    if (other.counts.empty()) return;
    if (total.counts.empty()) {
        total = other;
        return;
    }
    if (other.offset < total.offset) {
        const auto more = static_cast<std::size_t>(std::int64_t{total.offset} - other.offset);
        total.counts.insert(total.counts.begin(), more, 0);
        total.offset = other.offset;
    }
    if (end_of(other) > end_of(total))
        total.counts.resize(static_cast<std::size_t>(end_of(other) - total.offset));
    const auto shift = static_cast<std::size_t>(std::int64_t{other.offset} - total.offset);
    for (std::size_t i = 0; i < other.counts.size(); ++i)
        total.counts[shift + i] += other.counts[i];
}

/// Returns by how many scales both must be coarsened so that their sum has at most `most` buckets.
unsigned shift_to_fit(const exponential_buckets& a, const exponential_buckets& b,
                      std::size_t most) noexcept {
    if (a.counts.empty() || b.counts.empty()) return 0;
    std::int64_t first = std::min(a.offset, b.offset);
    std::int64_t last = std::max(end_of(a), end_of(b)) - 1;
    unsigned shift = 0;
    for (; last - first >= static_cast<std::int64_t>(most); ++shift) {
        first >>= 1;
        last >>= 1;
    }
    return shift;
}

}  // namespace

double exponential_bound(std::int64_t index, std::int32_t scale) noexcept {
    assert(scale <= finest_scale);
    if (scale <= 0) {
        // Below scale -11 the base exceeds all doubles: only 0, 1 and infinity are left.
        return scaled(
            1, index * (std::int64_t{1} << std::min(-std::int64_t{scale}, std::int64_t{11})));
    }
    double m = 1;
    for (std::int32_t bit = 1; bit <= scale; ++bit)
        if ((index >> (scale - bit) & 1) != 0) m *= roots[static_cast<std::size_t>(bit - 1)];
    return scaled(m, index >> scale);
}

std::optional<loss> fault_of(const exponential_value& value) noexcept {
    std::uint64_t total = value.zero_count;
    for (const exponential_buckets* buckets : {&value.positive, &value.negative}) {
        if (end_of(*buckets) > std::int64_t{INT32_MAX} + 1) return loss::unsorted_bounds;
        for (const std::uint64_t n : buckets->counts)
            if (overflows(total, n)) return loss::count_overflow;
    }
    return std::nullopt;
}

bool reduce(exponential_value& value, std::size_t most) {
    most = std::max<std::size_t>(most, 2);  // the buckets -1 and 0 are never merged
    trim(value.positive);
    trim(value.negative);
    // Below -64 all bounds are the same as at -64.
    value.scale = std::max(value.scale, -64);
    const std::int32_t before = value.scale;
    if (value.scale > finest_scale)
        coarsen(value, static_cast<unsigned>(value.scale - finest_scale));
    while (value.positive.counts.size() > most || value.negative.counts.size() > most)
        coarsen(value, 1);
    return value.scale != before;
}

bool add(exponential_value& total, const exponential_value& other, std::size_t most) {
    most = std::max<std::size_t>(most, 2);
    exponential_value sum = total;
    exponential_value more = other;
    coarsen(sum, static_cast<unsigned>(std::max(0, sum.scale - more.scale)));
    coarsen(more, static_cast<unsigned>(std::max(0, more.scale - sum.scale)));
    const unsigned shift = std::max(shift_to_fit(sum.positive, more.positive, most),
                                    shift_to_fit(sum.negative, more.negative, most));
    coarsen(sum, shift);
    coarsen(more, shift);
    std::uint64_t all = sum.zero_count;
    for (const exponential_value* value : {&sum, &more})
        for (const exponential_buckets* buckets : {&value->positive, &value->negative})
            for (const std::uint64_t n : buckets->counts)
                if (overflows(all, n)) return false;
    if (overflows(all, more.zero_count) || overflows(sum.count, more.count)) return false;
    add_buckets(sum.positive, more.positive);
    add_buckets(sum.negative, more.negative);
    sum.zero_count += more.zero_count;
    sum.zero_threshold = std::max(sum.zero_threshold, more.zero_threshold);
    if (sum.sum && more.sum)
        *sum.sum += *more.sum;
    else
        sum.sum.reset();
    total = std::move(sum);
    return true;
}

std::uint64_t cumulate(const exponential_value& value, std::vector<cumulative_bucket>& out) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    out.clear();
    std::uint64_t count = 0;
    const auto up_to = [&](double bound) {
        if (bound == infinity || bound == -infinity) return;
        if (!out.empty() && bound <= out.back().bound)
            out.back().count = count;  // the same double, or a bound within the zero bucket
        else
            out.push_back({bound + 0.0, count});  // + 0.0 turns -0 into 0
    };
    const auto& [below, falling] = value.negative;
    if (!falling.empty()) up_to(-exponential_bound(end_of(value.negative), value.scale));
    for (std::size_t i = falling.size(); i-- > 0;) {
        count += falling[i];
        up_to(-exponential_bound(below + static_cast<std::int64_t>(i), value.scale));
    }
    count += value.zero_count;
    up_to(value.zero_threshold > 0 ? value.zero_threshold : 0.0);
    const auto& [above, rising] = value.positive;
    if (!rising.empty()) up_to(exponential_bound(above, value.scale));
    for (std::size_t i = 0; i < rising.size(); ++i) {
        count += rising[i];
        up_to(exponential_bound(above + static_cast<std::int64_t>(i) + 1, value.scale));
    }
    return count;
}

bool has_buckets(const exponential_value& value) noexcept {
    return value.zero_count != 0 || !value.positive.counts.empty() ||
           !value.negative.counts.empty();
}

}  // namespace chronopack::otlp
