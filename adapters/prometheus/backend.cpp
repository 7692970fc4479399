#include <adapters/http/checked.hpp>
#include <adapters/prometheus/backend.hpp>
#include <adapters/prometheus/remote_read.hpp>
#include <adapters/prometheus/verdict.hpp>
#include <adapters/prometheus_protocol/write_request.hpp>

#include <snappy.h>

namespace chronopack::prometheus {

using storage::verdict;

namespace {

constexpr std::string_view written_header = "x-prometheus-remote-write-samples-written";

std::string compressed(const std::string& message) {
    std::string out;
    snappy::Compress(message.data(), message.size(), &out);
    return out;
}

http::request write_of(std::string_view body, bool version_2) {
    return {.method = http::method::post,
            .target = "/api/v1/write",
            .headers = {{"Content-Encoding", "snappy"},
                        {"Content-Type",
                         version_2 ? "application/x-protobuf;proto=io.prometheus.write.v2.Request"
                                   : "application/x-protobuf"},
                        {"X-Prometheus-Remote-Write-Version", version_2 ? "2.0.0" : "0.1.0"}},
            .body = body};
}

http::answer answer_of(const http::response& got) {
    return {got.status, got.body, got["retry-after"]};
}

storage::failure unreadable(errc why, std::string_view what_is_too_large = {}) {
    // Histograms and too many samples would come again at the next try; damage may not.
    const verdict what = why == errc::unsupported    ? verdict::unsupported
                         : why == errc::out_of_range ? verdict::refused
                                                     : verdict::retry;
    return {what, std::nullopt,
            std::string(what_is_too_large.empty() ? message(why) : what_is_too_large)};
}

}  // namespace

storage::reply<std::unique_ptr<backend>> backend::open(options with) {
    auto line = open_line(std::move(with.where), with.rules);
    if (!line) return line.error();
    with.where = {};
    return std::unique_ptr<backend>(new backend(std::move(with), std::move(*line)));
}

storage::write_outcome backend::write_batch(std::span<const storage::point> points,
                                            storage::deadline until) {
    series_batch batch(points, options_.rules);
    const auto outcome = [&](const http::judgement& judged, std::string text,
                             std::size_t written = 0) {
        return http::outcome_of(judged, batch.sent(), std::move(batch.dropped()), std::move(text),
                                {.written = written});
    };
    if (batch.samples() == 0) return outcome({}, "");
    const auto too_long = [&](const std::string& message) {
        return message.size() > options_.max_request_bytes;
    };
    constexpr http::judgement split{verdict::refused, http::blame::some_point,
                                    storage::drop_reason::too_large, std::nullopt};
    constexpr const char* split_text = "a request of more bytes than max_request_bytes";

    if (try_version_2_) {
        const std::string message = write_request_2(batch, options_.rules);
        if (too_long(message)) return outcome(split, split_text);
        const std::string body = compressed(message);
        const http::request asking = write_of(body, true);
        const auto got = line_->send(asking, until);
        if (!got) return http::outcome_of(got.error(), std::move(batch.dropped()));
        const std::string_view written = (*got)[written_header];
        if (const auto judged = judge_2(answer_of(*got), written, batch.samples(),
                                        std::chrono::system_clock::now())) {
            const bool ok = judged->what == verdict::delivered;
            return outcome(*judged, ok ? "" : line_->explain(asking, *got),
                           samples_written(written).value_or(0));
        }
        try_version_2_ = false;
    }
    const std::string message = write_request_1(batch, options_.rules);
    if (too_long(message)) return outcome(split, split_text);
    const std::string body = compressed(message);
    const http::request asking = write_of(body, false);
    const auto got = line_->send(asking, until);
    if (!got) return http::outcome_of(got.error(), std::move(batch.dropped()));
    const http::judgement judged = judge_1(answer_of(*got), std::chrono::system_clock::now());
    return outcome(judged, judged.what == verdict::delivered ? "" : line_->explain(asking, *got));
}

storage::reply<std::vector<storage::point>> backend::query_range(const storage::range_query& what,
                                                                 storage::deadline until) {
    const read_span over{ceil_milliseconds(what.start), floor_milliseconds(what.end)};
    const std::string body = compressed(
        read_request(matchers_of(what.metric, what.service, options_.rules), over, true));
    const http::request asking{.method = http::method::post,
                               .target = "/api/v1/read",
                               .headers = {{"Content-Encoding", "snappy"},
                                           {"Content-Type", "application/x-protobuf"},
                                           {"X-Prometheus-Remote-Read-Version", "0.1.0"}},
                               .body = body,
                               .most_bytes = options_.max_answer_bytes};
    const auto got = http::send_checked(*line_, asking, until);
    if (!got) return got.error();
    const auto failed = [&](const storage::failure& why) {
        return storage::failure{why.what, std::nullopt,
                                line_->explain(asking, std::string_view(why.message))};
    };

    read_answer answer(over, what.most);
    result<void> read;
    if ((*got)["content-type"].starts_with("application/x-streamed-protobuf")) {
        read = answer.add_frames(std::as_bytes(std::span(got->body)));
    } else {
        std::size_t size = 0;
        if (!snappy::GetUncompressedLength(got->body.data(), got->body.size(), &size))
            return failed(unreadable(errc::corrupt));
        if (size > options_.max_answer_bytes)
            return failed(
                unreadable(errc::out_of_range, "an answer of more bytes than max_answer_bytes"));
        std::string message;
        if (!snappy::Uncompress(got->body.data(), got->body.size(), &message))
            return failed(unreadable(errc::corrupt));
        read = answer.add_samples(std::as_bytes(std::span(message)));
    }
    if (read == errc::out_of_range)
        return failed(unreadable(read.error(), "more points than asked for"));
    if (!read) return failed(unreadable(read.error()));

    std::vector<storage::point> points;
    for (const auto& [names, samples] : answer.take()) {
        storage::point one = point_of(names, options_.rules);
        for (const sample& s : samples) {
            one.timestamp = clamp_nanoseconds(s.timestamp);
            one.value = s.value;
            points.push_back(one);
        }
    }
    sort_by_series(points);
    return points;
}

storage::reply<std::vector<std::string>> backend::list_metrics(storage::deadline until) {
    return metric_names(*line_, "", until);
}

storage::reply<storage::deletion> backend::delete_before(std::string_view metric,
                                                         std::int64_t cutoff,
                                                         storage::deadline until) {
    // The samples before the cutoff have milliseconds below the cutoff's, rounded up.
    const std::int64_t last = ceil_milliseconds(cutoff) - 1;
    const std::string which = selector(matchers_of(metric, "", options_.rules));
    const http::request asking{
        .method = http::method::post,
        .target = "/api/v1/admin/tsdb/delete_series?match[]=" + http::percent_encoded(which) +
                  "&end=" + seconds_text(last)};
    const auto got = line_->send(asking, until);
    if (!got) return got.error();
    if (got->status >= 200 && got->status < 300) {
        // The server reports success even for late samples that it keeps elsewhere, and keeps
        // those. Where everything is deleted, this query reads nothing.
        const auto left = evaluate("count(present_over_time(" + which + "[100y]))", last, until);
        if (!left) return left.error();
        if (left->series.empty()) return storage::deletion{};
        return storage::failure{
            verdict::retry, std::nullopt,
            line_->explain(asking,
                           "the server still holds late samples of that time, and deletes "
                           "them only once it has compacted them, hours later")};
    }
    if (got->body.find("admin APIs disabled") != got->body.npos)
        return storage::failure{
            verdict::unsupported, std::nullopt,
            "the server's admin API is off: start it with --web.enable-admin-api, or let it "
            "forget by --storage.tsdb.retention.time"};
    const auto judged = http::judge(*got);
    return storage::failure{judged.what, judged.retry_after, line_->explain(asking, *got)};
}

storage::reply<std::monostate> backend::health(storage::deadline until) {
    const std::string body = compressed("");
    const auto got = http::send_checked(*line_, write_of(body, false), until);
    if (!got) return got.error();
    return std::monostate{};
}

}  // namespace chronopack::prometheus
