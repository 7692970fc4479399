// A point's series as Prometheus names one, and back.
//
//   metric http_requests, service shop, tags {method="GET"}
//   {__name__="http_requests", job="shop", method="GET"}
//
// The service is the label `job`, as OpenTelemetry maps service.name, or the label
// that the store's options say. An empty label is none to Prometheus: a tag without
// a value is left out. A series that could not be told apart from another on its way
// back is refused: a tag of that label's name, or __name__.
#pragma once

#include <adapters/storage/point.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::prometheus {

/// Which names a store takes. Prometheus itself stores any without complaint, and
/// then cannot be asked for them.
enum class legal_names : std::uint8_t {
    classic,  ///< [a-zA-Z_][a-zA-Z0-9_]*, metrics with colons too
    utf8,     ///< any text of UTF-8 but the empty one
};

[[nodiscard]] bool is_metric_name(std::string_view name) noexcept;
[[nodiscard]] bool is_label_name(std::string_view name) noexcept;

struct series_rules {
    legal_names names = legal_names::classic;
    std::string service_label = "job";
    std::size_t max_labels = 1000;  ///< of a series, __name__ and service among them
    std::size_t max_name_bytes = std::size_t{1} << 16;
    std::size_t max_value_bytes = std::size_t{1} << 20;
    /// What else a protocol cannot hold; as why_not_legal().
    std::string_view (*also)(const storage::point& p) = nullptr;
};

/// Why no series of the store is this point's; empty where one is.
[[nodiscard]] std::string_view why_not_legal(const storage::point& p, const series_rules& rules);

struct label_view {
    std::string_view name;
    std::string_view value;
};

/// The labels of the point's series, sorted, into `out`.
void labels_of(const storage::point& p, const series_rules& rules, std::vector<label_view>& out);

/// Whether two points are of one series.
[[nodiscard]] bool same_series(const storage::point& a, const storage::point& b) noexcept;
[[nodiscard]] std::size_t hash_series(const storage::point& p) noexcept;

/// A point of the series that `all` names, at 0 and of value 0.
[[nodiscard]] storage::point point_of(const labels& all, const series_rules& rules);

/// By metric, service and tags; points of one series stay in their order.
void sort_by_series(std::vector<storage::point>& points);

}  // namespace chronopack::prometheus
