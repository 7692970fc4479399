#include <adapters/otlp/histogram.hpp>

#include <cmath>

namespace chronopack::otlp {

std::optional<loss> fault_of(const model::histogram_value& value) noexcept {
    const std::vector<std::uint64_t>& counts = value.bucket_counts;
    const std::vector<double>& bounds = value.bounds;
    if (counts.empty() ? !bounds.empty() : counts.size() != bounds.size() + 1)
        return loss::bounds_mismatch;
    for (std::size_t i = 0; i < bounds.size(); ++i)
        if (!std::isfinite(bounds[i]) || (i != 0 && !(bounds[i - 1] < bounds[i])))
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
    for (std::size_t i = 0; i < value.bounds.size(); ++i)
        // + 0.0 turns -0 into 0.
        out.push_back({value.bounds[i] + 0.0, total += value.bucket_counts[i]});
    return total + value.bucket_counts.back();
}

bool has_buckets(const model::histogram_value& value) noexcept {
    return !value.bucket_counts.empty();
}

}  // namespace chronopack::otlp
