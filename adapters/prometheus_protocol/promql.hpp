// Builds PromQL so that no name or value can become syntax.
//
//   selector({{"__name__", "up"}, {"job", "a\"b"}})     {__name__="up",job="a\"b"}
//
// MetricsQL accepts the same text.
#pragma once

#include <adapters/prometheus_protocol/series_name.hpp>

namespace chronopack::prometheus {

/// Returns the text between double quotes, with everything escaped that would end it or the line.
[[nodiscard]] std::string in_quotes(std::string_view text);

enum class match : std::uint8_t { equal, not_equal };

struct matcher {
    std::string_view name;  ///< must satisfy is_label_name()
    std::string_view value;
    match how = match::equal;
};

/// Selects the series whose labels match all. An empty value means that the label is absent.
[[nodiscard]] std::string selector(const std::vector<matcher>& all);

/// Returns the matchers of a metric and a service. An empty one matches any.
[[nodiscard]] std::vector<matcher> matchers_of(std::string_view metric, std::string_view service,
                                               const series_rules& rules);

}  // namespace chronopack::prometheus
