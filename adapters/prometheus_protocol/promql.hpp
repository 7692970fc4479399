// PromQL's text, built so that no name or value can become more than itself.
//
//   selector({{"__name__", "up"}, {"job", "a\"b"}})     {__name__="up",job="a\"b"}
//
// MetricsQL takes the same.
#pragma once

#include <adapters/prometheus_protocol/series_name.hpp>

namespace chronopack::prometheus {

/// Between double quotes, with what would end them or the line escaped.
[[nodiscard]] std::string in_quotes(std::string_view text);

enum class match : std::uint8_t { equal, not_equal };

struct matcher {
    std::string_view name;  ///< is_label_name()
    std::string_view value;
    match how = match::equal;
};

/// Series whose labels match all. An empty value is that of a label that is not there.
[[nodiscard]] std::string selector(const std::vector<matcher>& all);

/// The matchers of a metric and a service, each of any where empty.
[[nodiscard]] std::vector<matcher> matchers_of(std::string_view metric, std::string_view service,
                                               const series_rules& rules);

}  // namespace chronopack::prometheus
