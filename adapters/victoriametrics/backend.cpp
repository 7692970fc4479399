#include <adapters/http/checked.hpp>
#include <adapters/prometheus_protocol/write_request.hpp>
#include <adapters/victoriametrics/backend.hpp>
#include <adapters/victoriametrics/kept.hpp>
#include <adapters/victoriametrics/text_forms.hpp>

#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <map>

namespace chronopack::victoriametrics {

using prometheus::series_batch;
using storage::verdict;

namespace {

// Times in a query are seconds. Releases around 1.112 take a number of more than 32 bits for
// milliseconds, and find nothing. No release stores points that far ahead.
constexpr std::int64_t last_millisecond = 4'294'967'295'999;

std::string as_snappy(const std::string& message) {
    std::string out;
    snappy::Compress(message.data(), message.size(), &out);
    return out;
}

std::string as_zstd(const std::string& message) {
    std::string out(ZSTD_compressBound(message.size()), '\0');
    const std::size_t n = ZSTD_compress(out.data(), out.size(), message.data(), message.size(), 1);
    if (ZSTD_isError(n)) throw std::bad_alloc();  // with this much room there is no other error
    out.resize(n);
    return out;
}

/// Returns the bytes that as_zstd() was given.
std::string from_zstd(const std::string& packed) {
    std::string out(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
    const std::size_t n = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
    if (n != out.size()) throw std::bad_alloc();  // with this much room there is no other error
    return out;
}

http::request remote_write_of(std::string_view body, std::string_view encoding) {
    return {.method = http::method::post,
            .target = "/api/v1/write",
            .headers = {{"Content-Encoding", std::string(encoding)},
                        {"Content-Type", "application/x-protobuf"},
                        {"X-Prometheus-Remote-Write-Version", "0.1.0"}},
            .body = body};
}

http::request form_of(std::string target, std::string_view form) {
    return {.method = http::method::post,
            .target = std::move(target),
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = form};
}

}  // namespace

http::judgement judge_write(const http::answer& what, std::chrono::system_clock::time_point now) {
    const bool size = what.body.find("too big") != what.body.npos ||
                      what.body.find("too large") != what.body.npos;
    if (what.status == 400 && size)
        return {verdict::refused, http::blame::some_point, storage::drop_reason::too_large,
                std::nullopt};
    return http::judge(what, now);
}

storage::reply<std::unique_ptr<backend>> backend::open(options with) {
    auto line = open_line(std::move(with.where), with.rules);
    if (!line) return line.error();
    with.where = {};
    return std::unique_ptr<backend>(new backend(std::move(with), std::move(*line)));
}

/// The message of a write, and its zstd form, which is made when it is first needed.
class backend::outgoing {
public:
    explicit outgoing(std::string message) : message_(std::move(message)) {}
    [[nodiscard]] static outgoing from(const std::string& zstd) {
        outgoing made(from_zstd(zstd));
        made.zstd_ = zstd;
        return made;
    }

    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& zstd() {
        if (zstd_.empty()) zstd_ = as_zstd(message_);
        return zstd_;
    }

private:
    std::string message_;
    std::string zstd_;
};

backend::backend(options with, std::unique_ptr<http::transport> line)
    : promql_store(std::move(line)),
      options_(std::move(with)),
      watch_(options_.window,
             {.started = [this](storage::deadline until) { return ask_start(until); },
              .send =
                  [this](const std::string& zstd, storage::deadline until) {
                      return send_again(zstd, until);
                  }}) {}

storage::reply<std::optional<std::int64_t>> backend::ask_start(storage::deadline until) {
    constexpr std::size_t most_bytes = std::size_t{4} << 20;
    http::request asking{.target = "/metrics", .most_bytes = most_bytes};
    asking.accept_gzip = true;
    const auto got = line_->send(asking, until);
    if (!got) {
        if (got.error().what != verdict::refused) return got.error();
        return std::optional<std::int64_t>{};  // longer than anything we look for
    }
    const auto judged = http::judge(*got);
    if (judged.what == verdict::retry)
        return storage::failure{judged.what, judged.retry_after, line_->explain(asking, *got)};
    if (judged.what != verdict::delivered) return std::optional<std::int64_t>{};
    return start_in_metrics(got->body);
}

storage::reply<std::monostate> backend::send_again(const std::string& zstd,
                                                   storage::deadline until) {
    outgoing what = outgoing::from(zstd);
    const auto got = send_write(what, until);
    if (!got) return got.error();
    const auto judged = http::judge(*got);
    if (judged.what == verdict::delivered) return std::monostate{};
    return storage::failure{judged.what, judged.retry_after, line_->explain(write_request(), *got)};
}

http::request backend::write_request() const {
    const char* target = options_.protocol == protocol::remote_write ? "/api/v1/write"
                         : options_.protocol == protocol::lines      ? "/write?precision=ms"
                                                                     : "/api/v1/import";
    return {.method = http::method::post, .target = target};
}

std::string backend::message_of(const series_batch& batch) const {
    switch (options_.protocol) {
        case protocol::lines:
            return lines_of(batch, options_.rules);
        case protocol::json:
            return json_lines_of(batch, options_.rules);
        case protocol::remote_write:
            break;
    }
    return prometheus::write_request_1(batch, options_.rules);
}

/// Sends the message in the form that the server accepts, and returns the answer.
storage::reply<http::response> backend::send_write(outgoing& what, storage::deadline until) {
    if (options_.protocol != protocol::remote_write) {
        http::request plain = write_request();
        plain.body = what.message();
        return line_->send(plain, until);
    }
    const bool tried = try_zstd_;
    if (tried) {
        auto got = line_->send(remote_write_of(what.zstd(), "zstd"), until);
        if (!got || (got->status != 400 && got->status != 415)) return got;
    }
    // Servers before 1.88 take zstd for damaged snappy.
    const std::string body = as_snappy(what.message());
    auto got = line_->send(remote_write_of(body, "snappy"), until);
    if (tried && got && got->status >= 200 && got->status < 300) try_zstd_ = false;
    return got;
}

storage::write_outcome backend::write_batch(std::span<const storage::point> points,
                                            storage::deadline until) {
    const bool remote_write = options_.protocol == protocol::remote_write;
    prometheus::series_rules rules = options_.rules;
    if (options_.protocol == protocol::lines) rules.also = why_not_a_line;
    series_batch batch(points, rules,
                       keeps(std::chrono::system_clock::now(), options_.retention, remote_write));
    const auto outcome = [&](const http::judgement& judged, std::string text) {
        return http::outcome_of(judged, batch.sent(), std::move(batch.dropped()), std::move(text));
    };
    if (batch.samples() == 0) return outcome({}, "");
    outgoing what(message_of(batch));
    if (what.message().size() > options_.max_request_bytes)
        return outcome({verdict::refused, http::blame::some_point, storage::drop_reason::too_large,
                        std::nullopt},
                       "a request of more bytes than max_request_bytes");

    watch_.catch_up(until);
    const std::int64_t start = watch_.start();
    const auto got = send_write(what, until);
    if (!got) {
        watch_.suspect();
        return http::outcome_of(got.error(), std::move(batch.dropped()));
    }
    const auto judged = judge_write({got->status, got->body, (*got)["retry-after"]},
                                    std::chrono::system_clock::now());
    if (judged.what == verdict::retry) watch_.suspect();
    if (judged.what != verdict::delivered)
        return outcome(judged, line_->explain(write_request(), *got));
    if (watch_.wants()) watch_.add(what.zstd(), batch.samples(), start);
    auto done = outcome(judged, "");
    for (const auto& series : batch.all()) done.rounded += samples_rounded(series.samples);
    rounded_ += done.rounded;
    return done;
}

storage::reply<std::vector<storage::point>> backend::query_range(const storage::range_query& what,
                                                                 storage::deadline until) {
    const std::int64_t start = std::max<std::int64_t>(0, prometheus::ceil_milliseconds(what.start));
    const std::int64_t end = std::min(last_millisecond, prometheus::floor_milliseconds(what.end));
    if (start > end) return std::vector<storage::point>{};
    const auto which =
        prometheus::selector(prometheus::matchers_of(what.metric, what.service, options_.rules));
    const std::string form = "match[]=" + http::percent_encoded(which) +
                             "&start=" + prometheus::seconds_text(start) +
                             "&end=" + prometheus::seconds_text(end);
    http::request asking = form_of("/api/v1/export", form);
    asking.accept_gzip = true;
    asking.most_bytes = options_.max_answer_bytes;
    const auto got = http::send_checked(*line_, asking, until);
    if (!got) return got.error();
    const auto failed = [&](verdict verdict_of, std::string_view why) {
        return storage::failure{verdict_of, std::nullopt, line_->explain(asking, why)};
    };

    // A series may come in several lines.
    std::map<labels, std::vector<sample>> series;
    std::size_t held = 0;
    for (std::string_view rest = got->body; !rest.empty();) {
        const std::size_t n = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, n);
        rest.remove_prefix(std::min(n + 1, rest.size()));
        if (line.empty()) continue;
        const auto read = read_export_line(line);
        if (!read) return failed(verdict::retry, "a line of the export is damaged");
        auto& to = series[read->names];
        for (const sample& s : read->samples) {
            if (s.timestamp < start || s.timestamp > end) continue;
            if (held++ == what.most) return failed(verdict::refused, "more points than asked for");
            to.push_back(s);
        }
    }
    std::vector<storage::point> points;
    for (auto& [names, samples] : series) {
        std::stable_sort(samples.begin(), samples.end(), [](const sample& a, const sample& b) {
            return a.timestamp < b.timestamp;
        });
        samples.erase(std::unique(samples.begin(), samples.end()), samples.end());
        storage::point one = prometheus::point_of(names, options_.rules);
        for (const sample& s : samples) {
            one.timestamp = prometheus::clamp_nanoseconds(s.timestamp);
            one.value = s.value;
            points.push_back(one);
        }
    }
    prometheus::sort_by_series(points);
    return points;
}

storage::reply<std::vector<std::string>> backend::list_metrics(storage::deadline until) {
    constexpr std::size_t longest_list = 100'000;  // -search.maxTagValues, as servers have it
    // Without a start, a server lists what it got today.
    auto names = prometheus::metric_names(*line_, "0", until);
    if (names && names->size() >= longest_list)
        return storage::failure{verdict::refused, std::nullopt,
                                "the server has 100,000 metrics or more, and lists no more of "
                                "them"};
    return names;
}

storage::reply<storage::deletion> backend::delete_before(std::string_view, std::int64_t,
                                                         storage::deadline) {
    return storage::failure{verdict::unsupported, std::nullopt,
                            "VictoriaMetrics deletes whole series only: let it forget by "
                            "-retentionPeriod, or use delete_series()"};
}

storage::reply<std::monostate> backend::delete_series(std::string_view metric,
                                                      std::string_view service,
                                                      storage::deadline until) {
    const auto which =
        prometheus::selector(prometheus::matchers_of(metric, service, options_.rules));
    const std::string form = "match[]=" + http::percent_encoded(which);
    const auto got =
        http::send_checked(*line_, form_of("/api/v1/admin/tsdb/delete_series", form), until);
    if (!got) return got.error();
    return std::monostate{};
}

storage::reply<std::monostate> backend::force_flush(storage::deadline until) {
    const auto got = http::send_checked(*line_, {.target = "/internal/force_flush"}, until);
    if (!got) return got.error();
    return std::monostate{};
}

storage::reply<std::monostate> backend::health(storage::deadline until) {
    watch_.catch_up(until);
    const std::string body = as_snappy("");
    const auto got = http::send_checked(*line_, remote_write_of(body, "snappy"), until);
    if (!got) {
        watch_.suspect();
        return got.error();
    }
    return std::monostate{};
}

}  // namespace chronopack::victoriametrics
