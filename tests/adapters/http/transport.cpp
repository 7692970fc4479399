#include "support/fault_server.hpp"
#include "support/scratch.hpp"

#include <adapters/http/transport.hpp>
#include <adapters/storage/backend.hpp>
#include <adapters/text/base64.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <thread>

using namespace chronopack;
using namespace chronopack::http;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

std::unique_ptr<transport> to(const std::string& url, credentials auth = {}) {
    auto opened = transport::open({.url = url, .auth = std::move(auth)});
    REQUIRE(opened);
    return std::move(*opened);
}

const request get{.target = "/x?q=asked"};

struct timed {
    storage::reply<response> got;
    std::chrono::steady_clock::duration took;
};

timed send_timed(transport& line, const request& what, std::chrono::milliseconds within) {
    const auto before = std::chrono::steady_clock::now();
    auto got = line.send(what, in(within));
    return {std::move(got), std::chrono::steady_clock::now() - before};
}

}  // namespace

TEST_CASE("a request arrives as it was given, and the answer as it was sent", "[http]") {
    fault_server server({{.status = 201, .headers = "X-Kind: Good\r\n", .body = "all of it"}});
    const auto line = to(server.url() + "/base/");
    const std::string body("a\0b", 3);
    const auto got = line->send({.method = method::post,
                                 .target = "/write?precision=ms",
                                 .headers = {{"Content-Type", "text/plain"}},
                                 .body = body},
                                in(10s));
    REQUIRE(got);
    CHECK(got->status == 201);
    CHECK((*got)["x-kind"] == "Good");
    CHECK((*got)["absent"].empty());
    CHECK(got->body == "all of it");
    const auto asked = server.requests().at(0);
    CHECK(asked.method == "POST");
    CHECK(asked.target == "/base/write?precision=ms");
    CHECK(asked.header("content-type") == "text/plain");
    CHECK(asked.header("authorization").empty());
    CHECK(asked.header("expect").empty());
    CHECK(asked.body == body);
}

TEST_CASE("a long body is sent at once, without waiting to be asked for it", "[http]") {
    fault_server server({{.status = 204}});
    const auto line = to(server.url());
    const std::string body(3 << 20, 'x');
    const auto got = line->send({.method = method::post, .target = "/", .body = body}, in(20s));
    REQUIRE(got);
    CHECK(server.requests().at(0).body.size() == body.size());
    CHECK(server.requests().at(0).header("expect").empty());
}

TEST_CASE("calls one after another share a connection", "[http]") {
    fault_server server({{.body = "x"}});
    const auto line = to(server.url());
    for (int i = 0; i < 20; ++i) REQUIRE(line->send(get, in(10s)));
    CHECK(server.connections() == 1);
}

TEST_CASE("calls from several threads share no more connections than there are threads", "[http]") {
    fault_server server({{.body = "x"}});
    const auto line = to(server.url());
    std::atomic<int> good{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 25; ++i) {
                    const auto got = line->send(get, in(20s));
                    good += got && got->status == 200;
                }
            });
    }
    CHECK(good == 100);
    CHECK(server.connections() <= 4);
}

TEST_CASE("a refusal's connection is used again, a broken one is not", "[http]") {
    fault_server server(
        {{.status = 400, .body = "no"}, {.how = behaviour::resets}, {.status = 200}});
    const auto line = to(server.url());
    CHECK(line->send(get, in(10s))->status == 400);
    // libcurl itself asks again where a connection it kept turns out to be closed.
    const auto second = line->send(get, in(10s));
    if (!second) CHECK(second.error().what == verdict::retry);
    CHECK(line->send(get, in(10s))->status == 200);
}

TEST_CASE("no server keeps a call past its deadline by more than a tenth", "[http]") {
    for (const behaviour how : {behaviour::hangs, behaviour::drips}) {
        fault_server server({{.body = std::string(1000, 'x'), .how = how}});
        const auto line = to(server.url());
        // A machine that has better to do may wake us late, but not each time.
        auto best = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 10 && best > 1100ms; ++i) {
            const auto [got, took] = send_timed(*line, get, 1s);
            REQUIRE_FALSE(got);
            CHECK(got.error().what == verdict::retry);
            CHECK(took >= 1s);
            best = std::min(best, took);
        }
        CHECK(best <= 1100ms);
    }
}

TEST_CASE("a deadline that is past costs no wait", "[http]") {
    fault_server server({{.how = behaviour::hangs}});
    const auto line = to(server.url());
    const auto [got, took] = send_timed(*line, get, -5s);
    REQUIRE_FALSE(got);
    CHECK(took < 1s);
}

TEST_CASE("an endless refusal is cut at 4 KiB and still is an answer", "[http]") {
    fault_server server(
        {{.status = 500, .body = std::string(1000, 'e'), .how = behaviour::never_ends}});
    const auto line = to(server.url());
    const auto got = line->send(get, in(20s));
    REQUIRE(got);
    CHECK(got->status == 500);
    CHECK(got->body.size() == max_message_bytes);
    CHECK(line->explain(get, *got).size() <= max_message_bytes);
}

TEST_CASE("a good answer without end is refused at the cap", "[http]") {
    fault_server server({{.body = std::string(1000, 'g'), .how = behaviour::never_ends}});
    const auto line = to(server.url());
    request limited = get;
    limited.most_bytes = 10'000;
    const auto got = line->send(limited, in(20s));
    REQUIRE_FALSE(got);
    CHECK(got.error().what == verdict::refused);
}

TEST_CASE("a body of exactly the cap is taken", "[http]") {
    fault_server server({{.body = std::string(10'000, 'g')}});
    const auto line = to(server.url());
    request limited = get;
    limited.most_bytes = 10'000;
    CHECK(line->send(limited, in(20s))->body.size() == 10'000);
    limited.most_bytes = 9'999;
    CHECK_FALSE(line->send(limited, in(20s)));
}

TEST_CASE("headers of 64 KiB are taken, and of more refused", "[http]") {
    for (const std::size_t lines : {15u, 17u}) {
        std::string headers;
        for (std::size_t i = 0; i < lines; ++i)
            headers += "X-Long: " + std::string(4'000, 'x') + "\r\n";
        fault_server server({{.headers = headers, .body = "good"}});
        const auto got = to(server.url())->send(get, in(20s));
        CAPTURE(headers.size());
        CHECK(bool(got) == (headers.size() < 65'000));
        if (!got) CHECK(got.error().what == verdict::refused);
    }
}

TEST_CASE("headers without end are refused", "[http]") {
    fault_server server({{.how = behaviour::headers_only}});
    const auto got = to(server.url())->send(get, in(20s));
    REQUIRE_FALSE(got);
    CHECK(got.error().what == verdict::refused);
}

TEST_CASE("a gzip answer is unpacked where it was asked for, and capped unpacked", "[http]") {
    // 1,000 zeros, by gzip -9.
    const std::string packed(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x63\x60\x18\x05\xa3"
        "\x60\x14\x0c\x77\x00\x00\x80\x17\x0b\x06\xe8\x03\x00\x00",
        29);
    fault_server server({{.headers = "Content-Encoding: gzip\r\n", .body = packed}});
    const auto line = to(server.url());
    request asking = get;
    asking.accept_gzip = true;
    const auto got = line->send(asking, in(10s));
    CHECK(server.requests().at(0).header("accept-encoding") == "gzip");
    if (got) CHECK(got->body == std::string(1000, '\0'));
    REQUIRE(got);
    asking.most_bytes = 500;
    CHECK_FALSE(line->send(asking, in(10s)));

    CHECK(line->send(get, in(10s))->body == packed);
    CHECK(server.requests().back().header("accept-encoding").empty());
}

TEST_CASE("bytes that are no answer are worth a retry", "[http]") {
    for (const behaviour how : {behaviour::resets, behaviour::closes, behaviour::garbage}) {
        fault_server server({{.how = how}});
        const auto got = to(server.url())->send(get, in(10s));
        REQUIRE_FALSE(got);
        CHECK(got.error().what == verdict::retry);
    }
    std::string gone;
    { gone = fault_server({{}}).url(); }
    const auto got = to(gone)->send(get, in(10s));
    REQUIRE_FALSE(got);
    CHECK(got.error().what == verdict::retry);
}

TEST_CASE("a call is ended by its token, and all by cancel()", "[http]") {
    fault_server server({{.how = behaviour::hangs}});
    const auto line = to(server.url());
    const auto ended = [&](auto&& end, const request& what) {
        const std::jthread ender([&] {
            while (server.requests().empty()) std::this_thread::sleep_for(1ms);
            end();
        });
        const auto [got, took] = send_timed(*line, what, 60s);
        return !got && got.error().what == verdict::retry && took < 30s;
    };
    std::stop_source source;
    request stoppable = get;
    stoppable.stop = source.get_token();
    CHECK(ended([&] { source.request_stop(); }, stoppable));
    CHECK(ended([&] { line->cancel(); }, get));
    const auto later = line->send(get, in(60s));
    REQUIRE_FALSE(later);
    CHECK(later.error().message.find("cancelled") != std::string::npos);
}

TEST_CASE("credentials go to the server and into no message", "[http]") {
    const std::string canary = "canary\"7f3a\\9 /@";
    const credentials kinds[] = {basic{"me", secret(canary)}, bearer{secret(canary)}};
    const std::string coded[] = {"Basic " + text::base64("me:" + canary), "Bearer " + canary};
    for (std::size_t i = 0; i < 2; ++i) {
        // A server that sends back all it was sent, as some do with a bad token.
        std::string quoted = canary;
        quoted.insert(quoted.find('\\'), "\\");
        quoted.insert(quoted.find('"'), "\\");
        fault_server server(
            {{.status = 401, .body = canary + quoted, .echo = true}, {.how = behaviour::closes}});
        const auto line = to(server.url(), kinds[i]);
        const auto got = line->send(get, in(10s));
        REQUIRE(got);
        CHECK(server.requests().at(0).header("authorization") == coded[i]);
        const std::string said = line->explain(get, *got);
        CHECK(said.find("GET " + server.url() + "/x: 401") == 0);
        CHECK(said.find("canary") == said.npos);
        CHECK(said.find("7f3a") == said.npos);
        CHECK(said.find(text::base64("me:" + canary)) == said.npos);
        const auto broken = line->send(get, in(10s));
        REQUIRE_FALSE(broken);
        CHECK(broken.error().message.find("canary") == std::string::npos);
        CHECK(broken.error().message.find("asked") == std::string::npos);
    }
}

TEST_CASE("a password in the URL is sent, and no message has it", "[http]") {
    fault_server server({{.status = 403, .echo = true}});
    const auto line = to("http://me:canary%2F7@" + server.authority());
    const auto got = line->send(get, in(10s));
    REQUIRE(got);
    CHECK(server.requests().at(0).header("authorization") ==
          "Basic " + text::base64("me:canary/7"));
    CHECK(line->explain(get, *got).find("canary") == std::string::npos);
    CHECK(line->explain(get, *got).find(text::base64("me:canary/7")) == std::string::npos);
}

TEST_CASE("a redirect is an answer, and nothing goes where it points", "[http]") {
    fault_server other({{.status = 204}});
    fault_server server({{.status = 307, .headers = "Location: " + other.url() + "/take\r\n"}});
    const auto line = to(server.url(), bearer{secret("canary")});
    const auto got = line->send({.method = method::post, .target = "/", .body = "x"}, in(10s));
    REQUIRE(got);
    CHECK(got->status == 307);
    CHECK(other.requests().empty());
}

TEST_CASE("proxies and netrc files of the environment are not used", "[http]") {
    const scratch_directory home;
    fault_server proxy({{.status = 502}});
    fault_server server({{.status = 204}});
    const std::string netrc = "default login me password canary\n";
    write_file(home / ".netrc", std::as_bytes(std::span(netrc)));
    std::map<std::string, std::string> before;
    for (const char* name : {"http_proxy", "all_proxy", "no_proxy", "HOME", "NETRC"})
        if (const char* value = std::getenv(name)) before[name] = value;
    for (const char* name : {"http_proxy", "all_proxy"}) ::setenv(name, proxy.url().c_str(), 1);
    ::unsetenv("no_proxy");
    ::setenv("HOME", home.path().c_str(), 1);
    ::setenv("NETRC", (home / ".netrc").c_str(), 1);
    const auto got = to(server.url())->send(get, in(10s));
    for (const char* name : {"http_proxy", "all_proxy", "no_proxy", "HOME", "NETRC"})
        if (const auto at = before.find(name); at == before.end())
            ::unsetenv(name);
        else
            ::setenv(name, at->second.c_str(), 1);
    REQUIRE(got);
    CHECK(got->status == 204);
    CHECK(proxy.requests().empty());
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].header("authorization").empty());
}

TEST_CASE("what would end a header cannot be sent", "[http]") {
    const auto opens = [](transport_options options) {
        options.url = "http://h";
        return bool(transport::open(std::move(options)));
    };
    CHECK(opens({.auth = bearer{secret("x")}}));
    CHECK_FALSE(opens({.auth = bearer{secret("x\r\nX-Evil: 1")}}));
    CHECK_FALSE(opens({.auth = bearer{secret("")}}));
    CHECK_FALSE(opens({.auth = basic{"a:b", secret("x")}}));
    CHECK_FALSE(opens({.auth = basic{"a", secret("x\n")}}));
    CHECK(opens({.headers = {{"X-Scope-OrgID", "7"}}}));
    CHECK_FALSE(opens({.headers = {{"X-Scope-OrgID", "7\r\n"}}}));
    CHECK_FALSE(opens({.headers = {{"X Scope", "7"}}}));
    CHECK_FALSE(opens({.headers = {{"Authorization", "Bearer x"}}}));
    CHECK_FALSE(transport::open({.url = "http://a:b@h", .auth = bearer{secret("x")}}));
    const auto bad = transport::open({.url = "http://me:canary/x@h"});
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message.find("canary") == std::string::npos);
}
