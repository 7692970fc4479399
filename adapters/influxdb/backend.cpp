#include <adapters/influxdb/backend.hpp>

#include <adapters/influxdb/flux.hpp>
#include <adapters/influxdb/influxql.hpp>

#include <algorithm>
#include <span>
#include <tuple>

namespace chronopack::influxdb {

using storage::failure;
using storage::verdict;

namespace {

using found_points = storage::reply<std::vector<storage::point>>;

failure no_number() {
    return {verdict::unsupported, std::nullopt,
            "a field of the measurement is text or boolean, and no point's value"};
}

failure no_points() {
    return {verdict::retry, std::nullopt, "the answer does not have the columns of points"};
}

/// Puts points together of what a server answers.
class point_reader {
public:
    explicit point_reader(const options& how) : how_(how) {}

    /// Of InfluxQL. Version 3 has answered tags as columns, others answer them apart.
    found_points read(const std::vector<query_table>& tables);
    /// Of Flux: every column of text but Flux's own is a tag.
    found_points read(const std::vector<flux_block>& blocks);

private:
    /// A series of a measurement, of tags, of which one is the service, and of a field.
    [[nodiscard]] std::optional<storage::point> series(std::string_view measurement,
                                                       std::vector<label> tags,
                                                       std::string_view field) const;
    /// Returns whether a column is a tag in answers of version 3.
    [[nodiscard]] bool is_tag(const query_table& table, std::size_t column) const noexcept;
    [[nodiscard]] storage::reply<std::monostate> read(const query_table& table, std::size_t time,
                                                      std::size_t value,
                                                      std::span<const std::size_t> tags);

    const options& how_;
    std::vector<storage::point> points_;
};

std::optional<storage::point> point_reader::series(std::string_view measurement,
                                                   std::vector<label> tags,
                                                   std::string_view field) const {
    storage::point made;
    made.metric = measurement;
    const auto service = std::find_if(tags.begin(), tags.end(),
                                      [&](const label& l) { return l.name == how_.service_tag; });
    if (service != tags.end()) {
        made.service = std::move(service->value);
        tags.erase(service);
    }
    if (field != value_field) tags.push_back({how_.field_tag, std::string(field)});
    auto names = labels::from(std::move(tags));
    if (!names) return std::nullopt;
    made.tags = *std::move(names);
    return made;
}

bool point_reader::is_tag(const query_table& table, std::size_t column) const noexcept {
    if (how_.api != api::v3) return false;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const query_cell cell = table.at(row, column);
        if (!std::holds_alternative<std::monostate>(cell))
            return std::holds_alternative<std::string_view>(cell);
    }
    return true;
}

storage::reply<std::monostate> point_reader::read(const query_table& table, std::size_t time,
                                                  std::size_t value,
                                                  std::span<const std::size_t> tags) {
    const std::string& field = table.columns()[value];
    auto of = series(table.name, table.tags.pairs(), field);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const query_cell held = table.at(row, value);
        if (std::holds_alternative<std::monostate>(held)) continue;
        if (!tags.empty()) {
            std::vector<label> all = table.tags.pairs();
            for (const std::size_t i : tags) {
                const query_cell cell = table.at(row, i);
                const auto* const text = std::get_if<std::string_view>(&cell);
                if (text != nullptr && !text->empty())
                    all.push_back({table.columns()[i], std::string(*text)});
            }
            of = series(table.name, std::move(all), field);
        }
        const query_cell at = table.at(row, time);
        const auto* const nanoseconds = std::get_if<std::int64_t>(&at);
        if (!of || nanoseconds == nullptr) return no_points();
        const auto number = as_real(held);
        if (!number) return no_number();
        points_.push_back(*of);
        points_.back().timestamp = *nanoseconds;
        points_.back().value = *number;
    }
    return std::monostate{};
}

found_points point_reader::read(const std::vector<query_table>& tables) {
    for (const query_table& table : tables) {
        const auto time = table.find("time");
        if (!time) return no_points();
        std::vector<std::size_t> fields, tags;
        for (std::size_t i = 0; i < table.columns().size(); ++i)
            if (i != *time) (is_tag(table, i) ? tags : fields).push_back(i);
        for (const std::size_t field : fields) {
            if (how_.field_tag.empty() && table.columns()[field] != value_field) return no_points();
            if (const auto done = read(table, *time, field, tags); !done) return done.error();
        }
    }
    return std::move(points_);
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

found_points point_reader::read(const std::vector<flux_block>& blocks) {
    for (const flux_block& block : blocks) {
        const flux_column* const time = block.find("_time");
        const flux_column* const value = block.find("_value");
        const flux_column* const name = block.find("_measurement");
        const flux_column* const field = block.find("_field");
        if (block.tables.empty()) continue;
        if (time == nullptr || value == nullptr || time->type() != data_type::time)
            return no_points();
        for (const flux_column* const text : {name, field})
            if (text == nullptr || text->type() != data_type::text) return no_points();
        for (const flux_table& table : block.tables) {
            std::vector<label> tags;
            for (const flux_column& column : block.columns)
                if (&column != name && &column != field && &column != value &&
                    column.type() == data_type::text && column.has_value(table.first))
                    tags.push_back({column.name(), std::string(column.text(table.first))});
            if (!name->has_value(table.first) || !field->has_value(table.first)) return no_points();
            const auto of =
                series(name->text(table.first), std::move(tags), field->text(table.first));
            if (!of) return no_points();
            for (std::size_t row = table.first; row < table.first + table.rows; ++row) {
                if (!time->has_value(row)) return no_points();
                if (!value->has_value(row)) continue;
                const auto number = real_at(*value, row);
                if (!number) return no_number();
                points_.push_back(*of);
                points_.back().timestamp = time->integer(row);
                points_.back().value = *number;
            }
        }
    }
    return std::move(points_);
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
    return client_->send(lines_of(points, {how.api, how.service_tag, how.field_tag}),
                         on_refusal::report, until);
}

storage::reply<std::vector<storage::point>> backend::query_range(const storage::range_query& what,
                                                                 storage::deadline until) {
    if (what.start > what.end || what.end < first_time || what.start > last_time)
        return std::vector<storage::point>{};
    const options& how = client_->options();
    const bool all = !how.field_tag.empty();
    found_points found = std::vector<storage::point>{};
    if (how.api == api::v2) {
        const auto blocks = client_->query_flux(
            flux_range(how.database, how.service_tag, what, all), until, what.most);
        if (!blocks) return blocks.error();
        found = point_reader(how).read(*blocks);
    } else {
        const auto text = influxql_range(how.retention_policy, how.service_tag, what, all);
        if (!text)
            return failure{verdict::refused, std::nullopt, "a name that InfluxQL cannot write"};
        const auto tables = client_->query_influxql(*text, until, what.most);
        if (!tables) return tables.error();
        found = point_reader(how).read(*tables);
    }
    if (!found) return found;
    if (found->size() > what.most)
        return failure{verdict::refused, std::nullopt, "more points than asked for"};
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
