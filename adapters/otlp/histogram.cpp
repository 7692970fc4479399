#include <adapters/otlp/histogram.hpp>

#include <algorithm>
#include <cmath>

namespace chronopack::otlp {

std::optional<loss> fault_of(const model::histogram_value& value) noexcept {
    const std::vector<std::uint64_t>& counts = value.bucket_counts;
    const std::vector<double>& bounds = value.bounds;
    if (counts.empty() ? !bounds.empty() : counts.size() != bounds.size() + 1)
        return loss::bounds_mismatch;
    // -Inf may be the first bound and +Inf the last, as long as they increase.
    for (std::size_t i = 0; i < bounds.size(); ++i)
        if (std::isnan(bounds[i]) || (i != 0 && !(bounds[i - 1] < bounds[i])))
            return loss::unsorted_bounds;
    std::uint64_t total = 0;
    for (const std::uint64_t n : counts)
        if (__builtin_add_overflow(total, n, &total)) return loss::count_overflow;
    return std::nullopt;
}

std::uint64_t cumulate(const model::histogram_value& value, std::vector<cumulative_bucket>& out) {
    out.clear();
    if (value.bucket_counts.empty()) return value.count;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < value.bounds.size(); ++i) {
        total += value.bucket_counts[i];
        // What is below -Inf is below the next bound; what is below +Inf is all. + 0.0 turns -0
        // into 0.
        if (std::isfinite(value.bounds[i])) out.push_back({value.bounds[i] + 0.0, total});
    }
    return total + value.bucket_counts.back();
}

std::size_t infinite_bounds(const model::histogram_value& value) noexcept {
    return static_cast<std::size_t>(std::count_if(value.bounds.begin(), value.bounds.end(),
                                                  [](double bound) { return std::isinf(bound); }));
}

bool has_buckets(const model::histogram_value& value) noexcept {
    return !value.bucket_counts.empty();
}

}  // namespace chronopack::otlp
