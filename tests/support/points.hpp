// Points for tests of stores.
//
//   point_of("cpu", 1'000, 0.5, {{"host", "a"}})
#pragma once

#include <adapters/storage/point.hpp>

#include <chronopack/core/bit.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace chronopack::test {

[[nodiscard]] inline labels labels_of(std::vector<label> pairs) {
    auto made = labels::from(std::move(pairs));
    if (!made) throw std::logic_error("labels");
    return *made;
}

[[nodiscard]] inline storage::point point_of(std::string metric, std::int64_t timestamp,
                                             double value, std::vector<label> tags = {},
                                             std::string service = {}) {
    return {std::move(metric), std::move(service), labels_of(std::move(tags)), timestamp, value};
}

/// Equality of bits.
[[nodiscard]] inline bool same(const storage::point& a, const storage::point& b) {
    return a.metric == b.metric && a.service == b.service && a.tags == b.tags &&
           a.timestamp == b.timestamp &&
           bit_cast<std::uint64_t>(a.value) == bit_cast<std::uint64_t>(b.value);
}
[[nodiscard]] inline bool same(const std::vector<storage::point>& a,
                               const std::vector<storage::point>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!same(a[i], b[i])) return false;
    return true;
}

/// What a store that keeps the last written has: in the order query_range() gives.
class point_model {
public:
    void write(const storage::point& p) {
        points_[{p.metric, p.service, p.tags, p.timestamp}] = p.value;
    }
    void write(const std::vector<storage::point>& points) {
        for (const storage::point& p : points) write(p);
    }
    std::size_t delete_before(const std::string& metric, std::int64_t cutoff) {
        return std::erase_if(points_, [&](const auto& one) {
            return (metric.empty() || std::get<0>(one.first) == metric) &&
                   std::get<3>(one.first) < cutoff;
        });
    }
    [[nodiscard]] std::vector<storage::point> range(const std::string& metric,
                                                    std::int64_t start = INT64_MIN,
                                                    std::int64_t end = INT64_MAX) const {
        std::vector<storage::point> out;
        for (const auto& [key, value] : points_)
            if (std::get<0>(key) == metric && std::get<3>(key) >= start && std::get<3>(key) <= end)
                out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key),
                               std::get<3>(key), value});
        return out;
    }
    [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }

private:
    std::map<std::tuple<std::string, std::string, labels, std::int64_t>, double> points_;
};

}  // namespace chronopack::test
