#include <adapters/influxdb/client.hpp>

#include <adapters/http/checked.hpp>
#include <adapters/http/gzip.hpp>
#include <adapters/influxdb/influxql.hpp>
#include <adapters/influxdb/verdict.hpp>
#include <adapters/otlp/text.hpp>

#include <algorithm>
#include <map>

namespace chronopack::influxdb {

using storage::failure;
using storage::verdict;

namespace {

http::judgement judge_query(const http::response& got) {
    if (got.status < 400) return http::judge(got);
    const verdict by_words = judge_query_error(got.body);
    if (got.status == 404 || by_words == verdict::hold)
        return {verdict::hold, http::blame::none, storage::drop_reason::refused, std::nullopt};
    http::judgement judged =
        http::judge({got.status, {}, got["retry-after"]}, std::chrono::system_clock::now());
    if (by_words == verdict::retry) judged.what = by_words;
    return judged;
}

std::string json_text(std::string_view text) {
    std::string out;
    otlp::append_json(out, text);
    return out;
}

}  // namespace

storage::reply<std::unique_ptr<client>> client::open(influxdb::options with) {
    const auto refused = [](const char* why) {
        return failure{verdict::refused, std::nullopt, why};
    };
    if (with.database.empty()) return refused("no database");
    if (with.api == api::v2 && with.org.empty()) return refused("no organization");
    if (with.api != api::v1 && !with.retention_policy.empty())
        return refused("retention policies are InfluxDB 1's");
    if (with.max_request_bytes == 0) return refused("requests of no bytes");
    const point named{"m", *labels::from({{with.service_tag, "s"}}), {{"value", 0.0}}, 0};
    if (with.service_tag.empty() || !why_not_a_line(named, with.api).empty())
        return refused("service_tag is no legal name of a tag");
    if (!with.field_tag.empty() &&
        (with.field_tag == with.service_tag || with.field_tag == value_field))
        return refused("field_tag is the service's tag, or the field itself");
    auto line = http::transport::open(std::move(with.where));
    if (!line) return line.error();
    with.where = {};
    return std::unique_ptr<client>(new client(std::move(with), std::move(*line)));
}

http::request client::write_request() const {
    const auto of = [](const char* name, const std::string& value) {
        return value.empty() ? std::string() : name + http::percent_encoded(value);
    };
    std::string target;
    switch (options_.api) {
        case api::v1:
            target = "/write?precision=ns" + of("&db=", options_.database) +
                     of("&rp=", options_.retention_policy);
            break;
        case api::v2:
            target = "/api/v2/write?precision=ns" + of("&org=", options_.org) +
                     of("&bucket=", options_.database);
            break;
        case api::v3:
            target = "/api/v3/write_lp?precision=nanosecond&accept_partial=true&no_sync=false" +
                     of("&db=", options_.database);
            break;
    }
    return {.method = http::method::post,
            .target = std::move(target),
            .headers = {{"Content-Type", "text/plain; charset=utf-8"}}};
}

/// One call of send().
class client::sending {
public:
    sending(client& of, line_batch batch, on_refusal then, storage::deadline until)
        : client_(of), batch_(std::move(batch)), then_(then), until_(until) {
        out_.dropped = std::move(batch_.dropped);
    }

    storage::write_outcome run() {
        for (std::size_t first = 0; first < batch_.ends.size();) {
            const std::size_t last = end_of_request(first);
            if (!deliver(first, last)) {
                // What came before is delivered again with the rest: it is not counted now,
                // nor are points that the server dropped then without naming them.
                out_.delivered = 0;
                unnamed_.clear();
                break;
            }
            first = last;
        }
        std::stable_sort(out_.dropped.begin(), out_.dropped.end(),
                         [](const auto& a, const auto& b) { return a.index < b.index; });
        std::move(unnamed_.begin(), unnamed_.end(), std::back_inserter(out_.dropped));
        return std::move(out_);
    }

private:
    [[nodiscard]] std::size_t begin_of(std::size_t line) const {
        return line == 0 ? 0 : batch_.ends[line - 1];
    }

    /// Returns as many of the lines from `first` on as fit a request, at least one.
    [[nodiscard]] std::size_t end_of_request(std::size_t first) const {
        const std::size_t limit = begin_of(first) + client_.options_.max_request_bytes;
        const auto from = batch_.ends.begin() + std::ptrdiff_t(first);
        const auto end = std::upper_bound(from, batch_.ends.end(), limit);
        return static_cast<std::size_t>(std::max(end, from + 1) - batch_.ends.begin());
    }

    /// Sends the lines; false where that is not done, and `out_` says why.
    bool deliver(std::size_t first, std::size_t last) {
        storage::write_outcome done = send(first, last);
        if (done.what == verdict::refused && then_ == on_refusal::halve && last - first > 1) {
            const std::size_t middle = first + (last - first) / 2;
            return deliver(first, middle) && deliver(middle, last);
        }
        for (auto& one : done.dropped)
            (one.index == storage::unnamed ? unnamed_ : out_.dropped).push_back(std::move(one));
        if (!done.message.empty()) out_.message = std::move(done.message);
        out_.delivered += done.delivered;
        out_.what = done.what;
        out_.retry_after = done.retry_after;
        return done.ok();
    }

    storage::write_outcome send(std::size_t first, std::size_t last) {
        const std::string_view text =
            std::string_view(batch_.text)
                .substr(begin_of(first), batch_.ends[last - 1] - begin_of(first));
        const auto sent = std::span(batch_.sent).subspan(first, last - first);
        if (text.size() > client_.options_.max_request_bytes)
            return http::outcome_of({verdict::refused, http::blame::some_point,
                                     storage::drop_reason::too_large, std::nullopt},
                                    sent, {}, "a line of more bytes than max_request_bytes");
        http::request asking = client_.write_request();
        std::string packed;
        asking.body = text;
        if (client_.options_.gzip) {
            packed = http::gzip(text);
            asking.body = packed;
            asking.headers.push_back({"Content-Encoding", "gzip"});
        }
        const auto got = client_.line_->send(asking, until_);
        if (!got) return http::outcome_of(got.error(), {});
        const write_judgement means = judge_write({got->status, got->body, (*got)["retry-after"]},
                                                  std::chrono::system_clock::now());
        if (means.judged.what == verdict::delivered) return http::outcome_of({}, sent, {}, "");
        http::written_rest rest{.written = sent.size() - std::min(means.lost, sent.size()),
                                .named = named(means, first, last)};
        return http::outcome_of(means.judged, sent, {}, client_.line_->explain(asking, *got),
                                std::move(rest));
    }

    /// The points of the lines that the server named.
    std::vector<storage::dropped_point> named(const write_judgement& means, std::size_t first,
                                              std::size_t last) const {
        std::vector<storage::dropped_point> all;
        const auto add = [&](std::size_t line, const failed_line& why) {
            all.push_back({batch_.sent[line], means.judged.why, http::shown(why.message)});
        };
        std::multimap<std::string_view, std::size_t> by_text;
        for (const failed_line& one : means.failed) {
            if (one.number != 0) {
                if (one.number <= last - first) add(first + one.number - 1, one);
                continue;
            }
            if (by_text.empty())
                for (std::size_t line = first; line < last; ++line)
                    by_text.emplace(
                        std::string_view(batch_.text)
                            .substr(begin_of(line), batch_.ends[line] - begin_of(line) - 1),
                        line);
            // A line that stands there twice failed twice.
            if (const auto at = by_text.find(one.text); at != by_text.end()) {
                add(at->second, one);
                by_text.erase(at);
            }
        }
        return all;
    }

    client& client_;
    line_batch batch_;
    on_refusal then_;
    storage::deadline until_;
    storage::write_outcome out_;
    std::vector<storage::dropped_point> unnamed_;
};

storage::write_outcome client::send(line_batch batch, on_refusal then, storage::deadline until) {
    return sending(*this, std::move(batch), then, until).run();
}

storage::reply<http::response> client::ask(http::request what, storage::deadline until) {
    what.accept_gzip = true;
    what.most_bytes = options_.max_answer_bytes;
    return http::send_checked(*line_, what, until, judge_query);
}

storage::reply<http::response> client::ask_json(http::method how, std::string target,
                                                std::string_view body, storage::deadline until) {
    return ask({.method = how,
                .target = std::move(target),
                .headers = {{"Content-Type", "application/json"}},
                .body = body},
               until);
}

failure client::failed(const http::request& what, const failure& why) const {
    return {why.what, why.retry_after, line_->explain(what, std::string_view(why.message))};
}

storage::reply<std::vector<query_table>> client::query_influxql(std::string_view query,
                                                                storage::deadline until,
                                                                std::size_t most) {
    // Unless chunked, version 1 cuts an answer at its max-row-limit.
    std::string parameters = "db=" + http::percent_encoded(options_.database) +
                             "&epoch=ns&chunked=true&q=" + http::percent_encoded(query);
    http::request asking{.target = "/query"};
    if (options_.api == api::v3) {
        asking.target += "?" + parameters;  // it reads no others
    } else {
        asking.method = http::method::post;
        asking.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        asking.body = parameters;
    }
    const auto got = ask(asking, until);
    if (!got) return got.error();
    auto read = read_influxql(got->body, most);
    if (!read) return failed(asking, read.error());
    return read;
}

storage::reply<std::vector<flux_block>> client::query_flux(std::string_view query,
                                                           storage::deadline until,
                                                           std::size_t most) {
    if (options_.api != api::v2)
        return failure{verdict::unsupported, std::nullopt,
                       "Flux is InfluxDB 2's: ask in InfluxQL, or in SQL of InfluxDB 3"};
    const std::string body =
        "{\"query\":" + json_text(query) +
        R"(,"type":"flux","dialect":{"annotations":["datatype","group","default"],)"
        R"("delimiter":",","header":true}})";
    const http::request asking{
        .method = http::method::post,
        .target = "/api/v2/query?org=" + http::percent_encoded(options_.org),
        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/csv"}},
        .body = body};
    const auto got = ask(asking, until);
    if (!got) return got.error();
    auto read = read_annotated_csv(got->body, most);
    if (!read) return failed(asking, read.error());
    return read;
}

storage::reply<query_table> client::query_sql(std::string_view query, storage::deadline until,
                                              std::size_t most) {
    if (options_.api != api::v3)
        return failure{verdict::unsupported, std::nullopt,
                       "SQL is InfluxDB 3's: ask in InfluxQL, or in Flux of InfluxDB 2"};
    const std::string body = "{\"db\":" + json_text(options_.database) +
                             ",\"q\":" + json_text(query) + ",\"format\":\"jsonl\"}";
    const http::request asking{.method = http::method::post,
                               .target = "/api/v3/query_sql",
                               .headers = {{"Content-Type", "application/json"}},
                               .body = body};
    const auto got = ask(asking, until);
    if (!got) return got.error();
    auto read = read_json_lines(got->body, most);
    if (!read) return failed(asking, read.error());
    return read;
}

storage::reply<std::monostate> client::health(storage::deadline until) {
    const http::request asking = write_request();
    const auto got = line_->send(asking, until);
    if (!got) return got.error();
    // Version 3 answers so to a write of nothing, once it has looked who asks.
    if (options_.api == api::v3 && got->status == 400) return std::monostate{};
    const auto means = judge_write({got->status, got->body, (*got)["retry-after"]},
                                   std::chrono::system_clock::now());
    if (means.judged.what == verdict::delivered) return std::monostate{};
    return failure{means.judged.what, means.judged.retry_after, line_->explain(asking, *got)};
}

storage::reply<std::string> client::version(storage::deadline until) {
    const auto got = ask({.target = "/ping"}, until);
    if (!got) return got.error();
    return http::shown((*got)["x-influxdb-version"]);
}

}  // namespace chronopack::influxdb
