// Databases, buckets and retention policies; deletes.
#include <adapters/http/checked.hpp>
#include <adapters/influxdb/admin_answers.hpp>
#include <adapters/influxdb/influxql.hpp>
#include <adapters/influxdb/rfc3339.hpp>
#include <adapters/otlp/text.hpp>

namespace chronopack::influxdb {

using std::chrono::seconds;
using storage::failure;
using storage::verdict;

namespace {

failure refused(std::string why) {
    return {verdict::refused, std::nullopt, std::move(why)};
}

failure cannot_be_named() {
    return refused("a name that InfluxQL cannot write");
}

std::string json_text(std::string_view text) {
    std::string out;
    otlp::append_json(out, text);
    return out;
}

/// Shards as long as the server would make them: those of another length than the policy
/// allows keep it from being changed.
std::string durations(std::optional<seconds> keep_for) {
    constexpr seconds two_days{172'800}, half_a_year{15'552'000};
    if (!keep_for) return "DURATION INF";
    const char* const shard = *keep_for < two_days ? "1h" : *keep_for <= half_a_year ? "1d" : "7d";
    return "DURATION " + std::to_string(keep_for->count()) + "s SHARD DURATION " + shard;
}

std::string text_at(const query_table& table, std::size_t row, const char* column) {
    const auto at = table.find(column);
    if (!at) return {};
    const query_cell cell = table.at(row, *at);
    const auto* const text = std::get_if<std::string_view>(&cell);
    return text == nullptr ? std::string() : std::string(*text);
}

std::string rules_text(std::optional<seconds> keep_for) {
    return R"("retentionRules":[{"type":"expire","everySeconds":)" +
           std::to_string(keep_for ? keep_for->count() : 0) + "}]";
}

constexpr std::size_t buckets_a_page = 100;

}  // namespace

storage::reply<std::monostate> client::command(std::string_view influxql, storage::deadline until) {
    const auto done = query_influxql(influxql, until);
    if (!done) return done.error();
    return std::monostate{};
}

storage::reply<std::monostate> client::create_v1(std::optional<seconds> keep_for,
                                                 storage::deadline until) {
    const auto database = quoted_name(options_.database);
    const auto policy = quoted_name(options_.retention_policy);
    if (!database || !policy) return cannot_be_named();
    std::string making = "CREATE DATABASE " + *database;
    if (options_.retention_policy.empty()) {
        if (keep_for) making += " WITH " + durations(keep_for);
        return command(making, until);
    }
    if (auto made = command(making, until); !made) return made;
    std::string of_policy = durations(keep_for);
    of_policy.insert(std::min(of_policy.find(" SHARD"), of_policy.size()), " REPLICATION 1");
    return command("CREATE RETENTION POLICY " + *policy + " ON " + *database + " " + of_policy,
                   until);
}

storage::reply<std::monostate> client::create(std::optional<seconds> keep_for,
                                              storage::deadline until) {
    if (options_.api == api::v1) return create_v1(keep_for, until);
    if (options_.api == api::v3) {
        std::string body = "{\"db\":" + json_text(options_.database);
        if (keep_for)
            body += ",\"retention_period\":\"" + std::to_string(keep_for->count()) + "s\"";
        const http::request asking{.method = http::method::post,
                                   .target = "/api/v3/configure/database",
                                   .headers = {{"Content-Type", "application/json"}},
                                   .body = body += "}"};
        const auto got = line_->send(asking, until);
        if (!got) return got.error();
        if (got->status == 409 && !keep_for) return std::monostate{};
        const auto judged = http::judge(*got);
        if (judged.what == verdict::delivered) return std::monostate{};
        return failure{judged.what, judged.retry_after, line_->explain(asking, *got)};
    }
    const std::string org = "org=" + http::percent_encoded(options_.org);
    auto got = ask_json(
        http::method::get,
        "/api/v2/buckets?" + org + "&name=" + http::percent_encoded(options_.database), {}, until);
    // A server that has none of that name answers 404, or a list of none.
    if (!got && got.error().what != verdict::hold) return got.error();
    if (got) {
        const auto there = read_buckets(got->body);
        if (!there) return there.error();
        for (const bucket& one : *there) {
            if (one.is.name != options_.database) continue;
            if (one.is.keep_for == keep_for) return std::monostate{};
            return refused("the bucket is there, and keeps its data for another time");
        }
    }
    got = ask_json(http::method::get, "/api/v2/orgs?" + org, {}, until);
    if (!got) return got.error();
    const auto id = read_org(got->body);
    if (!id) return id.error();
    got = ask_json(http::method::post, "/api/v2/buckets",
                   "{\"orgID\":" + json_text(*id) + ",\"name\":" + json_text(options_.database) +
                       "," + rules_text(keep_for) + "}",
                   until);
    if (!got) return got.error();
    return std::monostate{};
}

/// The policy of the options, or the database's default.
storage::reply<std::string> client::policy_name(storage::deadline until) {
    if (!options_.retention_policy.empty()) return options_.retention_policy;
    const auto all = retention_policies(until);
    if (!all) return all.error();
    for (const kept_data& one : *all)
        if (one.is_default) return one.name;
    return refused("the database has no default retention policy");
}

storage::reply<std::monostate> client::keep(std::optional<seconds> keep_for,
                                            storage::deadline until) {
    if (options_.api == api::v1) {
        const auto name = policy_name(until);
        if (!name) return name.error();
        const auto policy = quoted_name(*name), database = quoted_name(options_.database);
        if (!policy || !database) return cannot_be_named();
        return command(
            "ALTER RETENTION POLICY " + *policy + " ON " + *database + " " + durations(keep_for),
            until);
    }
    if (options_.api == api::v3) {
        std::string body = "{\"db\":" + json_text(options_.database);
        if (keep_for)
            body += ",\"retention_period\":\"" + std::to_string(keep_for->count()) + "s\"";
        const auto got =
            ask_json(http::method::put, "/api/v3/configure/database", body += "}", until);
        if (!got) return got.error();
        return std::monostate{};
    }
    auto got = ask_json(http::method::get,
                        "/api/v2/buckets?org=" + http::percent_encoded(options_.org) +
                            "&name=" + http::percent_encoded(options_.database),
                        {}, until);
    if (!got) return got.error();
    const auto there = read_buckets(got->body);
    if (!there) return there.error();
    for (const bucket& one : *there) {
        if (one.is.name != options_.database) continue;
        got = ask_json(http::method::patch, "/api/v2/buckets/" + http::percent_encoded(one.id),
                       "{" + rules_text(keep_for) + "}", until);
        if (!got) return got.error();
        return std::monostate{};
    }
    return failure{verdict::hold, std::nullopt, "there is no such bucket"};
}

storage::reply<std::vector<kept_data>> client::retention_policies(storage::deadline until) {
    if (options_.api != api::v1)
        return failure{verdict::unsupported, std::nullopt, "retention policies are InfluxDB 1's"};
    const auto database = quoted_name(options_.database);
    if (!database) return cannot_be_named();
    const auto got = query_influxql("SHOW RETENTION POLICIES ON " + *database, until);
    if (!got) return got.error();
    std::vector<kept_data> all;
    for (const query_table& table : *got)
        for (std::size_t row = 0; row < table.rows(); ++row) {
            const auto keep_for = read_duration(text_at(table, row, "duration"));
            if (!keep_for) return keep_for.error();
            const auto is_default = table.find("default");
            all.push_back({text_at(table, row, "name"), *keep_for,
                           is_default && table.at(row, *is_default) == query_cell(true)});
        }
    return all;
}

storage::reply<std::vector<kept_data>> client::databases(storage::deadline until) {
    std::vector<kept_data> all;
    if (options_.api == api::v2) {
        for (std::size_t offset = 0;; offset += buckets_a_page) {
            const auto got = ask_json(http::method::get,
                                      "/api/v2/buckets?org=" + http::percent_encoded(options_.org) +
                                          "&limit=" + std::to_string(buckets_a_page) +
                                          "&offset=" + std::to_string(offset),
                                      {}, until);
            if (!got) return got.error();
            auto page = read_buckets(got->body);
            if (!page) return page.error();
            for (bucket& one : *page) all.push_back(std::move(one.is));
            if (page->size() < buckets_a_page) return all;
        }
    }
    if (options_.api == api::v3) {
        const auto got =
            ask_json(http::method::get, "/api/v3/configure/database?format=json", {}, until);
        if (!got) return got.error();
        return read_databases(got->body);
    }
    const auto got = query_influxql("SHOW DATABASES", until);
    if (!got) return got.error();
    for (const query_table& table : *got)
        for (std::size_t row = 0; row < table.rows(); ++row) {
            kept_data one{text_at(table, row, "name")};
            const auto name = quoted_name(one.name);
            if (!name) return cannot_be_named();
            const auto policies = query_influxql("SHOW RETENTION POLICIES ON " + *name, until);
            if (!policies) return policies.error();
            for (const query_table& of : *policies)
                for (std::size_t i = 0; i < of.rows(); ++i) {
                    const auto is_default = of.find("default");
                    if (!is_default || of.at(i, *is_default) != query_cell(true)) continue;
                    const auto keep_for = read_duration(text_at(of, i, "duration"));
                    if (!keep_for) return keep_for.error();
                    one.keep_for = *keep_for;
                }
            all.push_back(std::move(one));
        }
    return all;
}

storage::reply<std::monostate> client::delete_before(std::string_view measurement,
                                                     std::int64_t cutoff, storage::deadline until) {
    if (options_.api == api::v3)
        return failure{verdict::unsupported, std::nullopt,
                       "InfluxDB 3 deletes whole tables only: let it forget by a retention period"};
    if (cutoff <= first_time) return std::monostate{};
    const std::int64_t last = std::min(cutoff - 1, last_time);
    const auto name = quoted_name(measurement);
    if (!name) return cannot_be_named();
    if (options_.api == api::v1) {
        std::string text = "DELETE ";
        if (!measurement.empty()) text += "FROM " + *name + " ";
        return command(text + "WHERE time <= " + std::to_string(last), until);
    }
    // Both ends are deleted.
    std::string body =
        "{\"start\":\"" + time_text(first_time) + "\",\"stop\":\"" + time_text(last) + "\"";
    if (!measurement.empty()) body += ",\"predicate\":" + json_text("_measurement=" + *name);
    const auto got = ask_json(http::method::post,
                              "/api/v2/delete?org=" + http::percent_encoded(options_.org) +
                                  "&bucket=" + http::percent_encoded(options_.database),
                              body += "}", until);
    if (!got) return got.error();
    return std::monostate{};
}

}  // namespace chronopack::influxdb
