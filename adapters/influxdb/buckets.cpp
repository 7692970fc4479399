// Buckets that InfluxDB 1 makes: its aggregates, with the signs of zeros put right.
#include <adapters/influxdb/backend.hpp>

#include <adapters/influxdb/influxql.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace chronopack::influxdb {

using storage::bucket;
using storage::failure;
using storage::verdict;

namespace {

using series_name = std::pair<std::string, labels>;  // service and tags

failure unsupported(const char* why) {
    return {verdict::unsupported, std::nullopt, why};
}

failure no_buckets() {
    return {verdict::retry, std::nullopt, "the answer does not have the columns of buckets"};
}

series_name series_of(const query_table& table, const std::string& service_tag) {
    std::vector<label> tags = table.tags.pairs();
    std::string service(table.tags[service_tag]);
    std::erase_if(tags, [&](const label& l) { return l.name == service_tag; });
    return {std::move(service), *labels::from(std::move(tags))};  // a part of a set is one
}

std::int64_t floor_to(std::int64_t time, std::int64_t width) noexcept {
    const std::int64_t rest = time % width;
    return time - rest - (rest < 0 ? width : 0);
}

/// The buckets of a series, appended; false where the table is none of buckets.
bool append_buckets(std::vector<bucket>& out, const query_table& table,
                    const std::string& service_tag) {
    constexpr const char* names[] = {"time", "count", "sum", "min", "max", "first", "last"};
    std::size_t at[std::size(names)];
    for (std::size_t i = 0; i < std::size(names); ++i) {
        const auto column = table.find(names[i]);
        if (!column) return false;
        at[i] = *column;
    }
    const auto [service, tags] = series_of(table, service_tag);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        bucket one{service, tags};
        const query_cell time = table.at(row, at[0]), count = table.at(row, at[1]);
        const auto* const start = std::get_if<std::int64_t>(&time);
        const auto* const points = std::get_if<std::int64_t>(&count);
        if (start == nullptr || points == nullptr || *points <= 0) return false;
        one.start = *start;
        one.count = one.numbers = static_cast<std::uint64_t>(*points);
        double* const to[] = {&one.sum, &one.min, &one.max, &one.first, &one.last};
        for (std::size_t i = 0; i < std::size(to); ++i) {
            const auto number = as_real(table.at(row, at[i + 2]));
            if (!number) return false;
            *to[i] = *number;
        }
        out.push_back(std::move(one));
    }
    return true;
}

}  // namespace

/// To the server 0 and -0 are equal: of both it takes the first. Which there are, the zeros
/// themselves say.
storage::reply<std::monostate> backend::sign_zeros(const storage::bucket_query& what,
                                                   std::vector<bucket>& buckets,
                                                   storage::deadline until) {
    const auto in_doubt = [](const bucket& one) {
        return one.count > 1 && (one.min == 0 || one.max == 0);
    };
    if (std::none_of(buckets.begin(), buckets.end(), in_doubt)) return std::monostate{};
    const options& how = client_->options();
    const auto zeros = client_->query_influxql(
        *influxql_zeros(how.retention_policy, how.service_tag, what), until, what.most);
    if (!zeros) {
        // As many as the points: whoever asks had better read those.
        if (zeros.error().what != verdict::refused) return zeros.error();
        return unsupported("more zeros than buckets are asked for");
    }
    struct signs {
        bool negative = false, positive = false;
    };
    std::map<std::tuple<std::string, labels, std::int64_t>, signs> found;
    for (const query_table& table : *zeros) {
        const auto time = table.find("time"), value = table.find(value_field);
        if (!time || !value) return no_buckets();
        const auto [service, tags] = series_of(table, how.service_tag);
        for (std::size_t row = 0; row < table.rows(); ++row) {
            const query_cell at = table.at(row, *time);
            const auto* const nanoseconds = std::get_if<std::int64_t>(&at);
            const auto zero = as_real(table.at(row, *value));
            if (nanoseconds == nullptr || !zero) return no_buckets();
            signs& of = found[{service, tags, floor_to(*nanoseconds, what.width)}];
            (std::signbit(*zero) ? of.negative : of.positive) = true;
        }
    }
    for (bucket& one : buckets) {
        if (!in_doubt(one)) continue;
        const auto at = found.find({one.service, one.tags, one.start});
        if (at == found.end()) continue;  // written or deleted between the two queries
        if (one.min == 0) one.min = at->second.negative ? -0.0 : 0.0;
        if (one.max == 0) one.max = at->second.positive ? 0.0 : -0.0;
    }
    return std::monostate{};
}

storage::reply<std::vector<bucket>> backend::query_buckets(const storage::bucket_query& what,
                                                           storage::deadline until) {
    const options& how = client_->options();
    if (how.api != api::v1 || !how.field_tag.empty())
        return storage_backend::query_buckets(what, until);
    if (what.metric.empty() || what.width < 1)
        return failure{verdict::refused, std::nullopt, "no metric, or buckets without a width"};
    if (what.start > what.end) return std::vector<bucket>{};
    // At the ends of its time the server loses points, or gives them in a bucket at 0.
    if (what.start < first_time + what.width || what.end > last_time - what.width)
        return unsupported("InfluxDB makes no buckets at the ends of the times that it keeps");
    const auto text = influxql_buckets(how.retention_policy, how.service_tag, what);
    if (!text) return failure{verdict::refused, std::nullopt, "a name that InfluxQL cannot write"};
    const auto tables = client_->query_influxql(*text, until, what.most);
    if (!tables) {
        if (tables.error().message.find("max-select-buckets") != std::string::npos)
            return unsupported("the server's limit of buckets");
        return tables.error();
    }
    std::vector<bucket> made;
    for (const query_table& table : *tables)
        if (!append_buckets(made, table, how.service_tag)) return no_buckets();
    if (const auto done = sign_zeros(what, made, until); !done) return done.error();
    std::stable_sort(made.begin(), made.end(), [](const bucket& a, const bucket& b) {
        return std::tie(a.service, a.tags, a.start) < std::tie(b.service, b.tags, b.start);
    });
    return made;
}

}  // namespace chronopack::influxdb
