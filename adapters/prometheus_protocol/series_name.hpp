// Maps the series of a point to Prometheus' labels, and back.
//
//   metric http_requests, service shop, tags {method="GET"}
//   {__name__="http_requests", job="shop", method="GET"}
//
// The service is the label `job`, as OpenTelemetry maps service.name, or the label in the store's
// options. For Prometheus an empty label is absent, so a tag without a value is left out. A point
// with a tag of the service label's name, or with the tag __name__, is refused, because its series
// could not be told from another one on the way back.
#pragma once

#include <adapters/storage/point.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::prometheus {

/// The names that a store takes. Prometheus itself stores any name, but some of them cannot be
/// queried.
enum class legal_names : std::uint8_t {
    classic,  ///< [a-zA-Z_][a-zA-Z0-9_]*; metrics may have colons, too
    utf8,     ///< any UTF-8 text except the empty one
};

[[nodiscard]] bool is_metric_name(std::string_view name) noexcept;
[[nodiscard]] bool is_label_name(std::string_view name) noexcept;

struct series_rules {
    legal_names names = legal_names::classic;
    std::string service_label = "job";
    std::size_t max_labels = 1000;  ///< of a series, including __name__ and the service
    std::size_t max_name_bytes = std::size_t{1} << 16;
    std::size_t max_value_bytes = std::size_t{1} << 20;
    /// Returns why a protocol cannot hold the point; see why_not_legal().
    std::string_view (*also)(const storage::point& p) = nullptr;
};

/// Returns why the store has no series for this point, or an empty text where it has one.
[[nodiscard]] std::string_view why_not_legal(const storage::point& p, const series_rules& rules);

struct label_view {
    std::string_view name;
    std::string_view value;
};

/// Writes the labels of the point's series, sorted, to `out`.
void labels_of(const storage::point& p, const series_rules& rules, std::vector<label_view>& out);

/// Returns whether two points belong to one series.
[[nodiscard]] bool same_series(const storage::point& a, const storage::point& b) noexcept;
[[nodiscard]] std::size_t hash_series(const storage::point& p) noexcept;

/// Returns a point of the series with these labels, at time 0 and with value 0.
[[nodiscard]] storage::point point_of(const labels& all, const series_rules& rules);

/// Sorts by metric, service and tags. Points of one series stay in their order.
void sort_by_series(std::vector<storage::point>& points);

}  // namespace chronopack::prometheus
