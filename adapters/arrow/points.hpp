// Query results of stores as columns of Arrow.
//
//   timestamp timestamp[ns, UTC] | metric_name, service_name dictionary | value double |
//   a dictionary for each name of a tag, without a value where a point has no such tag
//
//   auto found = store.query_range({"cpu"}, in(5s));
//   if (auto rows = arrow::of_points(*found)) arrow::export_array(*rows, &array);
#pragma once

#include <adapters/arrow/column.hpp>
#include <adapters/storage/point.hpp>

#include <map>
#include <span>
#include <string_view>
#include <unordered_map>

namespace chronopack::arrow {

namespace detail {

// A column of texts in the making.
class text_column {
public:
    void add(std::string_view text) {
        const auto [at, fresh] =
            codes_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
        if (fresh) texts_.emplace_back(text);
        indices_.push_back(at->second);
        present_.push_back(1);
    }
    /// Adds rows without a text up to `rows`.
    void fill(std::size_t rows) {
        gaps_ = gaps_ || rows > indices_.size();
        indices_.resize(rows, 0);
        present_.resize(rows, 0);
    }
    [[nodiscard]] std::optional<column> take(std::string name) {
        // An index must be below the size of the dictionary, even where there is no value.
        if (texts_.empty() && !indices_.empty()) texts_.emplace_back();
        auto made =
            texts(std::move(name),
                  std::make_shared<const std::vector<std::uint32_t>>(std::move(indices_)), texts_);
        if (made && gaps_) made = with_gaps(std::move(*made), present_);
        return made;
    }

private:
    std::unordered_map<std::string, std::uint32_t> codes_;
    std::vector<std::string> texts_;
    std::vector<std::uint32_t> indices_;
    std::vector<std::uint8_t> present_;
    bool gaps_ = false;
};

}  // namespace detail

/// Returns a record of the points. A tag named as another column is called `tag:NAME`. Returns
/// nothing where the texts of a column have more than 2 GiB.
[[nodiscard]] inline std::optional<column> of_points(std::span<const storage::point> points) {
    std::vector<std::int64_t> times;
    std::vector<double> values;
    detail::text_column metrics, services;
    std::map<std::string, detail::text_column> tags;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const storage::point& p = points[i];
        times.push_back(p.timestamp);
        values.push_back(p.value);
        metrics.add(p.metric);
        services.add(p.service);
        for (const label& l : p.tags) {
            detail::text_column& of = tags[l.name];
            of.fill(i);
            of.add(l.value);
        }
    }
    std::vector<column> all;
    all.push_back(timestamps("timestamp",
                             std::make_shared<const std::vector<std::int64_t>>(std::move(times)),
                             time_unit::nanoseconds));
    const auto add = [&](detail::text_column& of, std::string name) {
        of.fill(points.size());
        auto made = of.take(std::move(name));
        if (made) all.push_back(std::move(*made));
        return made.has_value();
    };
    if (!add(metrics, "metric_name") || !add(services, "service_name")) return std::nullopt;
    all.push_back(reals("value", std::make_shared<const std::vector<double>>(std::move(values))));
    for (auto& [name, of] : tags) {
        const bool taken = name == "timestamp" || name == "metric_name" || name == "service_name" ||
                           name == "value";
        if (!add(of, taken ? "tag:" + name : name)) return std::nullopt;
    }
    return record(std::move(all));
}

}  // namespace chronopack::arrow
