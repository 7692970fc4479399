#include <adapters/otlp/loss.hpp>

namespace chronopack::otlp {

std::string_view name(loss why) noexcept {
    constexpr std::array<std::string_view, losses> names{"no_value",
                                                         "no_time",
                                                         "time_out_of_range",
                                                         "no_name",
                                                         "no_temporality",
                                                         "delta_of_gauge",
                                                         "invalid_delta",
                                                         "out_of_order",
                                                         "bounds_mismatch",
                                                         "unsorted_bounds",
                                                         "count_overflow",
                                                         "too_large",
                                                         "negative_duration",
                                                         "no_data",
                                                         "exemplar",
                                                         "event",
                                                         "link",
                                                         "min_max",
                                                         "repeated_attribute",
                                                         "unnamed_attribute",
                                                         "attribute_collision",
                                                         "attribute_left_out",
                                                         "scope",
                                                         "invalid_text",
                                                         "rounded_integer",
                                                         "infinite_bound",
                                                         "count_mismatch",
                                                         "invalid_quantile",
                                                         "resolution",
                                                         "delta_misaligned",
                                                         "delta_restarted",
                                                         "forgotten_series",
                                                         "unmarked_buckets",
                                                         "not_finite"};
    return names[static_cast<std::size_t>(why)];
}

}  // namespace chronopack::otlp
