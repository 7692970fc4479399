// Points for tests of stores: comparable by bits, and of any text.
#pragma once

#include "double_shapes.hpp"
#include "random.hpp"

#include <adapters/storage/backend.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <ostream>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace chronopack::storage {

inline bool operator==(const point& a, const point& b) {
    return std::tie(a.metric, a.service, a.tags, a.timestamp) ==
               std::tie(b.metric, b.service, b.tags, b.timestamp) &&
           std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
}

inline std::ostream& operator<<(std::ostream& out, const point& p) {
    out << p.metric << "{service=" << p.service;
    for (const label& l : p.tags.pairs()) out << "," << l.name << "=" << l.value;
    return out << "} " << p.timestamp << " 0x" << std::hex << std::bit_cast<std::uint64_t>(p.value)
               << std::dec;
}

}  // namespace chronopack::storage

namespace chronopack::test {

using storage::point;

inline constexpr std::int64_t one_second = 1'000'000'000;

/// Returns the present in whole seconds; stores refuse times too far from it.
inline std::int64_t this_second() {
    return std::chrono::floor<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
               .count() *
           one_second;
}

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

/// Of a service, as OTLP has them.
[[nodiscard]] inline point make_point(std::string metric, std::int64_t timestamp, double value,
                                      std::vector<label> tags = {}, std::string service = "shop") {
    return point_of(std::move(metric), timestamp, value, std::move(tags), std::move(service));
}

/// As query_range() gives them.
inline std::vector<point> in_order(std::vector<point> points) {
    std::stable_sort(points.begin(), points.end(), [](const point& a, const point& b) {
        return std::tie(a.metric, a.service, a.tags, a.timestamp) <
               std::tie(b.metric, b.service, b.tags, b.timestamp);
    });
    return points;
}

/// Text as an attacker would have it: pieces that end strings, lines, statements and
/// selectors, bytes that are no UTF-8, and plain characters between.
inline std::string hostile_text(prng& random, std::size_t most_pieces) {
    using namespace std::string_view_literals;
    static constexpr std::string_view pieces[] = {"\""sv,
                                                  "\\"sv,
                                                  "'"sv,
                                                  "`"sv,
                                                  "\n"sv,
                                                  "\r"sv,
                                                  "\t"sv,
                                                  "\0"sv,
                                                  " "sv,
                                                  ","sv,
                                                  "="sv,
                                                  "{"sv,
                                                  "}"sv,
                                                  "[5m]"sv,
                                                  "\x7f"sv,
                                                  "\x1b"sv,
                                                  "\\n"sv,
                                                  "\\\""sv,
                                                  "\"} or {a=\""sv,
                                                  "#"sv,
                                                  ";"sv,
                                                  "--"sv,
                                                  "/*"sv,
                                                  "$1"sv,
                                                  "%00"sv,
                                                  "&match[]="sv,
                                                  "?"sv,
                                                  "\xff"sv,
                                                  "\xc0"sv,
                                                  "\x80"sv,
                                                  "\xc3\xa9"sv,
                                                  "\xe2\x82\xac"sv,
                                                  "\xf0\x9f\x98\x80"sv,
                                                  "\xef\xbf\xbd"sv,
                                                  "\xed\xa0\x80"sv,
                                                  "\xe2\x80\xa8"sv,
                                                  "a"sv,
                                                  "Z"sv,
                                                  "0"sv,
                                                  "_"sv,
                                                  ":"sv,
                                                  "__name__"sv,
                                                  "job"sv,
                                                  "\nx y=1 1\n"sv,
                                                  "<script>"sv,
                                                  "\x01"sv,
                                                  "\x02"sv};
    std::string out;
    for (std::uint64_t n = random.below(most_pieces + 1); n > 0; --n)
        out += pieces[random.below(std::size(pieces))];
    return out;
}

/// Returns the points of a store that keeps the last written, in the order of query_range().
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
