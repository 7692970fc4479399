#include <adapters/influxdb/backend.hpp>

#include <adapters/influxdb/flux.hpp>
#include <adapters/influxdb/influxql.hpp>

#include <algorithm>
#include <tuple>

namespace chronopack::influxdb {

using storage::failure;
using storage::verdict;

namespace {

using found_points = storage::reply<std::vector<storage::point>>;

failure no_number() {
    return {verdict::unsupported, std::nullopt,
            "the measurement's field `value` is text or boolean, and no point's value"};
}

failure no_points() {
    return {verdict::retry, std::nullopt, "the answer does not have the columns of points"};
}

/// A series, of its measurement and tags: the service is one of these.
std::optional<storage::point> series_of(std::string_view measurement, std::vector<label> tags,
                                        const std::string& service_tag) {
    storage::point made;
    made.metric = measurement;
    const auto service = std::find_if(tags.begin(), tags.end(),
                                      [&](const label& l) { return l.name == service_tag; });
    if (service != tags.end()) {
        made.service = std::move(service->value);
        tags.erase(service);
    }
    auto names = labels::from(std::move(tags));
    if (!names) return std::nullopt;
    made.tags = *std::move(names);
    return made;
}

/// Points of InfluxQL. Version 3 has answered tags as columns, others answer them apart.
found_points points_of(const std::vector<query_table>& tables, const std::string& service_tag) {
    std::vector<storage::point> points;
    for (const query_table& table : tables) {
        const auto time = table.find("time"), value = table.find(value_field);
        if (!time || !value) return no_points();
        std::vector<std::size_t> others;
        for (std::size_t i = 0; i < table.columns().size(); ++i)
            if (i != *time && i != *value) others.push_back(i);
        auto series = series_of(table.name, table.tags.pairs(), service_tag);
        for (std::size_t row = 0; row < table.rows(); ++row) {
            if (!others.empty()) {
                std::vector<label> tags = table.tags.pairs();
                for (const std::size_t i : others) {
                    const query_cell cell = table.at(row, i);
                    const auto* const text = std::get_if<std::string_view>(&cell);
                    if (text != nullptr && !text->empty())
                        tags.push_back({table.columns()[i], std::string(*text)});
                }
                series = series_of(table.name, std::move(tags), service_tag);
            }
            const query_cell at = table.at(row, *time), held = table.at(row, *value);
            const auto* const nanoseconds = std::get_if<std::int64_t>(&at);
            if (!series || nanoseconds == nullptr) return no_points();
            if (std::holds_alternative<std::monostate>(held)) continue;
            const auto number = as_real(held);
            if (!number) return no_number();
            points.push_back(*series);
            points.back().timestamp = *nanoseconds;
            points.back().value = *number;
        }
    }
    return points;
}

/// The value of a column as a double.
std::optional<double> real_at(const flux_column& column, std::size_t row) noexcept {
    switch (column.type()) {
        case data_type::real:
            return column.real(row);
        case data_type::int64:
            return static_cast<double>(column.integer(row));
        case data_type::uint64:
            return static_cast<double>(column.natural(row));
        default:
            return std::nullopt;
    }
}

/// Points of Flux: every column of text but Flux's own is a tag.
found_points points_of(const std::vector<flux_block>& blocks, const std::string& service_tag) {
    std::vector<storage::point> points;
    for (const flux_block& block : blocks) {
        const flux_column* const time = block.find("_time");
        const flux_column* const value = block.find("_value");
        const flux_column* const name = block.find("_measurement");
        if (block.tables.empty()) continue;
        if (time == nullptr || value == nullptr || name == nullptr ||
            time->type() != data_type::time || name->type() != data_type::text)
            return no_points();
        for (const flux_table& table : block.tables) {
            std::vector<label> tags;
            for (const flux_column& column : block.columns)
                if (&column != name && column.name() != "_field" &&
                    column.type() == data_type::text && column.has_value(table.first))
                    tags.push_back({column.name(), std::string(column.text(table.first))});
            if (!name->has_value(table.first)) return no_points();
            const auto series = series_of(name->text(table.first), std::move(tags), service_tag);
            if (!series) return no_points();
            for (std::size_t row = table.first; row < table.first + table.rows; ++row) {
                if (!time->has_value(row)) return no_points();
                if (!value->has_value(row)) continue;
                const auto number = real_at(*value, row);
                if (!number) return no_number();
                points.push_back(*series);
                points.back().timestamp = time->integer(row);
                points.back().value = *number;
            }
        }
    }
    return points;
}

}  // namespace

storage::reply<std::unique_ptr<backend>> backend::open(options with) {
    auto made = client::open(std::move(with));
    if (!made) return made.error();
    return std::unique_ptr<backend>(new backend(std::move(*made)));
}

storage::write_outcome backend::write_batch(std::span<const storage::point> points,
                                            storage::deadline until) {
    const options& how = client_->options();
    return client_->send(lines_of(points, {how.api, how.service_tag}), on_refusal::report, until);
}

storage::reply<std::vector<storage::point>> backend::query_range(const storage::range_query& what,
                                                                 storage::deadline until) {
    if (what.start > what.end || what.end < first_time || what.start > last_time)
        return std::vector<storage::point>{};
    const options& how = client_->options();
    found_points found = std::vector<storage::point>{};
    if (how.api == api::v2) {
        const auto blocks =
            client_->query_flux(flux_range(how.database, how.service_tag, what), until, what.most);
        if (!blocks) return blocks.error();
        found = points_of(*blocks, how.service_tag);
    } else {
        const auto text = influxql_range(how.retention_policy, how.service_tag, what);
        if (!text)
            return failure{verdict::refused, std::nullopt, "a name that InfluxQL cannot write"};
        const auto tables = client_->query_influxql(*text, until, what.most);
        if (!tables) return tables.error();
        found = points_of(*tables, how.service_tag);
    }
    if (!found) return found;
    const auto before = [](const storage::point& a, const storage::point& b) {
        return std::tie(a.metric, a.service, a.tags, a.timestamp) <
               std::tie(b.metric, b.service, b.tags, b.timestamp);
    };
    if (!std::is_sorted(found->begin(), found->end(), before))
        std::stable_sort(found->begin(), found->end(), before);
    return found;
}

storage::reply<storage::deletion> backend::delete_before(std::string_view metric,
                                                         std::int64_t cutoff,
                                                         storage::deadline until) {
    const auto done = client_->delete_before(metric, cutoff, until);
    if (!done) return done.error();
    return storage::deletion{};
}

}  // namespace chronopack::influxdb
