// The written table of verdicts over HTTP, answered by a scripted server to a store
// that writes: what each of its answers must lead to.
//
//   for (const scripted_answer& a : answers_over_http) expect_outcome(a, make_store);
//
// The tests of a store add the answers that only its own server gives.
#pragma once

#include "fault_server.hpp"
#include "points.hpp"

#include <adapters/http/retry_after.hpp>
#include <adapters/http/text.hpp>
#include <adapters/storage/backend.hpp>

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace chronopack::test {

/// The outcome of a batch of three points, and of a batch of one.
enum class fate : std::uint8_t {
    delivered,
    retried,   ///< nothing dropped
    held,      ///< nothing dropped
    bisected,  ///< three: refused as a whole; one: dropped
    dropped,   ///< all of them, with the reason
};

struct scripted_answer {
    scripted answer;
    fate means;
    storage::drop_reason why = storage::drop_reason::refused;
    std::optional<std::chrono::milliseconds> retry_after{};
};

inline std::vector<scripted_answer> answers_over_http() {
    using enum behaviour;
    using enum fate;
    using namespace std::chrono_literals;
    const auto after = [](unsigned status, const char* value) {
        return scripted{.status = status, .headers = "Retry-After: " + std::string(value) + "\r\n"};
    };
    const std::string text(1000, 'e');
    std::vector<scripted_answer> rows;
    for (const unsigned status : {200u, 201u, 202u, 204u}) rows.push_back({{status}, delivered});
    for (const unsigned status : {301u, 302u, 303u, 307u, 308u})
        rows.push_back({{.status = status, .headers = "Location: http://127.0.0.1:1/\r\n"}, held});
    for (const unsigned status : {401u, 403u, 407u}) rows.push_back({{status}, held});
    for (const unsigned status : {404u, 405u, 406u, 409u, 410u, 411u, 415u, 422u, 451u})
        rows.push_back({{status}, dropped});
    for (const unsigned status : {408u, 425u, 429u, 500u, 501u, 502u, 503u, 504u, 507u, 599u})
        rows.push_back({{status}, retried});
    rows.push_back({{.status = 400, .body = "no"}, bisected});
    rows.push_back({{.status = 413}, bisected, storage::drop_reason::too_large});
    rows.push_back({{.status = 400, .body = text, .how = never_ends}, bisected});
    rows.push_back({{.status = 500, .body = text, .how = never_ends}, retried});
    rows.push_back({{.status = 401, .body = text, .how = never_ends}, held});
    rows.push_back({{.status = 200, .body = text, .how = never_ends}, retried});
    for (const behaviour how : {hangs, drips, resets, closes, headers_only, garbage})
        rows.push_back({{.how = how}, retried});
    const auto reason = storage::drop_reason::refused;
    rows.push_back({after(503, "7"), retried, reason, 7s});
    rows.push_back({after(429, "0"), retried, reason, 0s});
    rows.push_back({after(503, "99999999999999999999"), retried, reason, http::max_retry_after});
    rows.push_back({after(503, "Sun, 06 Nov 1994 08:49:37 GMT"), retried, reason, 0s});
    rows.push_back(
        {after(503, "Fri, 31 Dec 2199 23:59:59 GMT"), retried, reason, http::max_retry_after});
    rows.push_back({after(503, "soon"), retried});
    rows.push_back({after(503, "-1"), retried});
    rows.push_back({after(400, "7"), bisected});
    return rows;
}

/// Makes a store that writes to the URL, with the secret as its credentials.
using store_maker = std::function<std::unique_ptr<storage::storage_backend>(
    const std::string& url, const std::string& secret)>;

/// `prelude` is what the server answers to a store that asks something before it writes.
inline void expect_outcome(const scripted_answer& row, const store_maker& make,
                           const std::vector<scripted>& prelude = {}) {
    using namespace std::chrono_literals;
    using storage::verdict;
    const std::string canary = "canary-7f3a";
    CAPTURE(row.answer.status, row.answer.headers, static_cast<int>(row.answer.how));
    for (const std::size_t n : {std::size_t{3}, std::size_t{1}}) {
        scripted answer = row.answer;
        answer.echo = answer.how == behaviour::answers;  // the request, secrets included
        auto script = prelude;
        script.push_back(answer);
        fault_server server(script);
        const auto store = make(server.url(), canary);
        std::vector<point> points;
        for (std::size_t i = 0; i < n; ++i)
            points.push_back(make_point("m", this_second(), 1, {{"n", std::to_string(i)}}));
        const bool slow = answer.how == behaviour::hangs || answer.how == behaviour::drips;
        const auto limit = slow ? 1000ms : 20'000ms;
        storage::write_outcome done;
        // A machine that has better to do may wake us late, but not each time.
        auto best = storage::clock::duration::max();
        for (int i = 0; i < 10 && best > limit * 11 / 10; ++i) {
            const auto before = storage::clock::now();
            done = store->write_batch(points, storage::in(limit));
            best = std::min(best, storage::clock::now() - before);
        }
        CHECK(best <= limit * 11 / 10);

        CAPTURE(n, done.message);
        const bool drops = row.means == fate::dropped || (row.means == fate::bisected && n == 1);
        CHECK(done.what == (row.means == fate::retried              ? verdict::retry
                            : row.means == fate::held               ? verdict::hold
                            : row.means == fate::bisected && n == 3 ? verdict::refused
                                                                    : verdict::delivered));
        CHECK(done.delivered == (row.means == fate::delivered ? n : 0));
        CHECK(done.dropped.size() == (drops ? n : 0));
        for (const auto& d : done.dropped) CHECK(d.why == row.why);
        CHECK(done.retry_after == row.retry_after);
        CHECK(done.message.empty() == (row.means == fate::delivered));
        CHECK(done.message.size() <= http::max_message_bytes);

        REQUIRE_FALSE(server.requests().empty());
        CHECK(server.requests()[0].header("authorization") == "Bearer " + canary);
        CHECK(done.message.find(canary) == std::string::npos);
        for (const auto& d : done.dropped) CHECK(d.message.find(canary) == std::string::npos);
    }
}

}  // namespace chronopack::test
