#include <adapters/http/checked.hpp>
#include <adapters/prometheus_protocol/query.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace chronopack::prometheus {

namespace {

using json = nlohmann::json;

constexpr std::size_t max_body = std::size_t{64} << 20;

storage::failure unreadable(std::string_view what) {
    return {storage::verdict::refused, std::nullopt,
            "not an answer of the API: " + std::string(what)};
}

/// Takes the names in {"status": "success", "data": ["up", ...]} while they are parsed. A tree of a
/// long list would need many times its memory, and the library's trees need memory to be destroyed,
/// too: where there is none, that ends the process.
class name_list final : public nlohmann::json_sax<json> {
public:
    [[nodiscard]] bool complete() const noexcept { return success_ && has_list_; }
    [[nodiscard]] std::vector<std::string> take() noexcept { return std::move(names_); }

    bool null() override { return other(); }
    bool boolean(bool) override { return other(); }
    bool number_integer(json::number_integer_t) override { return other(); }
    bool number_unsigned(json::number_unsigned_t) override { return other(); }
    bool number_float(json::number_float_t, const std::string&) override { return other(); }
    bool binary(json::binary_t&) override { return other(); }
    bool string(std::string& text) override {
        if (in_list_) {
            names_.push_back(std::move(text));
            return true;
        }
        if (depth_ == 1 && key_ == "status") success_ = text == "success";
        return other();
    }
    bool key(std::string& name) override {
        if (depth_ == 1) key_ = name;
        return true;
    }
    bool start_object(std::size_t) override {
        if (depth_ != 0 && !other()) return false;
        ++depth_;
        return true;
    }
    bool end_object() override { return end(); }
    bool start_array(std::size_t) override {
        if (in_list_) return false;
        in_list_ = depth_ == 1 && key_ == "data" && !has_list_;
        has_list_ |= in_list_;
        if (!in_list_ && !other()) return false;
        ++depth_;
        return true;
    }
    bool end_array() override { return end(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    /// Returns whether anything but a name may stand here.
    [[nodiscard]] bool other() const noexcept {
        return depth_ != 0 && !in_list_ && !(depth_ == 1 && key_ == "data");
    }
    bool end() noexcept {
        --depth_;
        in_list_ = false;  // a list has no lists in it
        return true;
    }

    std::vector<std::string> names_;
    std::string key_;
    std::size_t depth_ = 0;
    bool success_ = false;
    bool has_list_ = false;
    bool in_list_ = false;
};

/// Reads [seconds, "value"].
std::optional<sample> read_sample(const json& pair) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_string())
        return std::nullopt;
    const double milliseconds = pair[0].get<double>() * 1000;
    if (!(std::abs(milliseconds) < 9e18)) return std::nullopt;
    const auto value = read_number(pair[1].get_ref<const std::string&>());
    if (!value) return std::nullopt;
    return sample{std::llround(milliseconds), *value};
}

std::optional<labels> read_labels(const json& object) {
    if (!object.is_object()) return std::nullopt;
    std::vector<label> pairs;
    for (const auto& [name, value] : object.items()) {
        if (!value.is_string()) return std::nullopt;
        pairs.push_back({name, value.get<std::string>()});
    }
    auto made = labels::from(std::move(pairs));
    if (!made) return std::nullopt;
    return *std::move(made);
}

/// Reads {"metric": {...}, "value": [...]} or {"metric": {...}, "values": [[...], ...]}.
std::optional<query_series> read_series(const json& one, bool matrix) {
    if (!one.is_object()) return std::nullopt;
    const auto metric = one.find("metric");
    const auto held = one.find(matrix ? "values" : "value");
    if (metric == one.end() || held == one.end() || (matrix && !held->is_array()))
        return std::nullopt;
    query_series made;
    auto names = read_labels(*metric);
    if (!names) return std::nullopt;
    made.names = *std::move(names);
    const auto add = [&](const json& pair) {
        const auto s = read_sample(pair);
        if (s) made.samples.push_back(*s);
        return s.has_value();
    };
    if (!matrix) return add(*held) ? std::optional(std::move(made)) : std::nullopt;
    for (const json& pair : *held)
        if (!add(pair)) return std::nullopt;
    return made;
}

std::optional<query_kind> kind_of(const json& data) {
    const auto type = data.find("resultType");
    if (type == data.end() || !type->is_string()) return std::nullopt;
    const auto& name = type->get_ref<const std::string&>();
    if (name == "scalar") return query_kind::scalar;
    if (name == "vector") return query_kind::vector;
    if (name == "matrix") return query_kind::matrix;
    if (name == "string") return query_kind::string;
    return std::nullopt;
}

storage::reply<query_result> ask(http::transport& line, std::string target, std::string form,
                                 storage::deadline until) {
    const http::request asking{.method = http::method::post,
                               .target = std::move(target),
                               .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                               .body = form,
                               .accept_gzip = true,
                               .most_bytes = max_body};
    const auto got = http::send_checked(line, asking, until);
    if (!got) return got.error();
    auto read = read_query(got->body);
    if (read) return read;
    return storage::failure{read.error().what, std::nullopt,
                            line.explain(asking, std::string_view(read.error().message))};
}

}  // namespace

std::string seconds_text(std::int64_t milliseconds) {
    // No floating-point number is used on the way: far from 1970 a double has no room for
    // milliseconds.
    const bool negative = milliseconds < 0;
    const auto size = negative ? 0 - static_cast<std::uint64_t>(milliseconds)
                               : static_cast<std::uint64_t>(milliseconds);
    std::string decimals = std::to_string(size % 1000);
    decimals.insert(0, 3 - decimals.size(), '0');
    return (negative ? "-" : "") + std::to_string(size / 1000) + "." + decimals;
}

std::optional<double> read_number(std::string_view text) noexcept {
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
    if (text == "-Inf") return -std::numeric_limits<double>::infinity();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

storage::reply<query_result> read_query(std::string_view body) {
    const json all = json::parse(body, nullptr, false);
    if (!all.is_object()) return unreadable("no JSON object");
    const auto status = all.find("status");
    const auto data = all.find("data");
    if (status == all.end() || *status != "success" || data == all.end() || !data->is_object())
        return unreadable("no success, or no data");
    const auto kind = kind_of(*data);
    const auto held = data->find("result");
    if (!kind || held == data->end() || !held->is_array()) return unreadable("no result");

    query_result made;
    made.kind = *kind;
    if (const auto warnings = all.find("warnings"); warnings != all.end() && warnings->is_array())
        for (const json& w : *warnings)
            if (w.is_string()) made.warnings.push_back(http::shown(w.get<std::string>()));
    switch (*kind) {
        case query_kind::string:
            if (held->size() != 2 || !(*held)[1].is_string()) return unreadable("no string");
            made.text = (*held)[1].get<std::string>();
            return made;
        case query_kind::scalar: {
            const auto s = read_sample(*held);
            if (!s) return unreadable("no scalar");
            made.series.push_back({{}, {*s}});
            return made;
        }
        case query_kind::vector:
        case query_kind::matrix:
            break;
    }
    for (const json& one : *held) {
        if (one.is_object() && (one.contains("histogram") || one.contains("histograms")))
            return storage::failure{storage::verdict::unsupported, std::nullopt,
                                    "native histograms: ask for histogram_count, histogram_sum or "
                                    "histogram_quantile of them"};
        auto series = read_series(one, *kind == query_kind::matrix);
        if (!series) return unreadable("no series");
        made.series.push_back(*std::move(series));
    }
    return made;
}

storage::reply<std::vector<std::string>> read_names(std::string_view body) {
    name_list list;
    if (!json::sax_parse(body, &list) || !list.complete())
        return unreadable("no success, or no list of names");
    std::vector<std::string> names = list.take();
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

storage::reply<std::vector<std::string>> metric_names(http::transport& line, std::string_view start,
                                                      storage::deadline until) {
    http::request asking{.target = "/api/v1/label/__name__/values", .most_bytes = max_body};
    if (!start.empty()) asking.target.append("?start=").append(start);
    asking.accept_gzip = true;
    const auto got = http::send_checked(line, asking, until);
    if (!got) return got.error();
    auto read = read_names(got->body);
    if (read) return read;
    return storage::failure{read.error().what, std::nullopt,
                            line.explain(asking, std::string_view(read.error().message))};
}

storage::reply<query_result> query(http::transport& line, std::string_view promql,
                                   std::int64_t time, storage::deadline until) {
    return ask(line, "/api/v1/query",
               "query=" + http::percent_encoded(promql) + "&time=" + seconds_text(time), until);
}

storage::reply<query_result> query_range(http::transport& line, std::string_view promql,
                                         const query_span& over, storage::deadline until) {
    return ask(line, "/api/v1/query_range",
               "query=" + http::percent_encoded(promql) + "&start=" + seconds_text(over.start) +
                   "&end=" + seconds_text(over.end) + "&step=" + seconds_text(over.step),
               until);
}

}  // namespace chronopack::prometheus
