// The window of what was sent, before a server that is played.
#include <adapters/victoriametrics/restart_watch.hpp>

#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <thread>

using namespace chronopack;
using namespace std::chrono_literals;
using storage::failure;
using storage::verdict;
using victoriametrics::restart_watch;
using victoriametrics::start_in_metrics;
using victoriametrics::window_options;

namespace {

/// A server with a memory, a disk and a clock.
struct played_server {
    std::int64_t start = 1;
    bool says = true;
    std::optional<failure> away{};     // instead of its start
    std::optional<failure> refuses{};  // instead of taking a request
    storage::deadline now = storage::clock::now();
    std::vector<std::string> taken{};
    std::size_t times_asked = 0;

    restart_watch::server calls() {
        return {
            .started = [this](storage::deadline) -> storage::reply<std::optional<std::int64_t>> {
                ++times_asked;
                if (away) return *away;
                return says ? std::optional(start) : std::nullopt;
            },
            .send = [this](const std::string& request,
                           storage::deadline) -> storage::reply<std::monostate> {
                if (refuses) return *refuses;
                taken.push_back(request);
                return std::monostate{};
            },
            .now =
                [this] {
                    return now;
                }};
    }
};

const failure no_answer{verdict::retry, std::nullopt, "no answer"};
const failure no{verdict::refused, std::nullopt, "no"};

const window_options ten_seconds{.age = 10s, .most_bytes = 1000};

/// As a write does it.
void write(restart_watch& watch, played_server& server, const std::string& request) {
    watch.catch_up(server.now + 1h);
    const std::int64_t start = watch.start();
    server.taken.push_back(request);
    watch.add(request, request.size(), start);
}

}  // namespace

TEST_CASE("the start is read from the metrics of a server that stores", "[restart_watch]") {
    const std::string rows = "vm_rows{type=\"storage/inmemory\"} 5\n";
    CHECK(start_in_metrics(rows + "vm_app_start_timestamp 1796109087\nz 1\n") == 1796109087);
    CHECK(start_in_metrics("x 1\n" + rows + "vm_app_start_timestamp 7") == 7);
    CHECK(start_in_metrics("vm_app_start_timestamp 7\n" + rows) == 7);
    CHECK_FALSE(start_in_metrics("vm_app_start_timestamp 7\n"));  // a proxy's
    CHECK_FALSE(start_in_metrics(" " + rows + "vm_app_start_timestamp 7\n"));
    for (const char* none :
         {"", "x_vm_app_start_timestamp 7\n", "vm_app_start_timestamp{a=\"b\"} 7\n",
          "vm_app_start_timestamp", "vm_app_start_timestamp ", "vm_app_start_timestamp 7x\n",
          "vm_app_start_timestamp -7\n", "vm_app_start_timestamp 0\n",
          "vm_app_start_timestamp 99999999999999999999\n"}) {
        CAPTURE(none);
        CHECK_FALSE(start_in_metrics(rows + none));
    }
}

TEST_CASE("a request is held until the same server is asked an age later", "[restart_watch]") {
    played_server server;
    restart_watch watch(ten_seconds, server.calls());
    write(watch, server, "first");
    CHECK(watch.counters().watched);
    CHECK(watch.counters().held == 5);
    CHECK(watch.counters().held_bytes == 5);
    server.now += 9s;
    write(watch, server, "second");
    CHECK(server.times_asked == 1);  // it is not asked at each write
    server.now += 1s;
    watch.catch_up(server.now + 1h);
    CHECK(server.times_asked == 2);
    CHECK(watch.counters().held == 6);
    server.now += 10s;
    watch.catch_up(server.now + 1h);
    CHECK(watch.counters().held == 0);
    CHECK(watch.counters().held_bytes == 0);
    CHECK(watch.counters().resent == 0);
    CHECK(server.taken == std::vector<std::string>{"first", "second"});
}

TEST_CASE("a restart has all that is held sent again, once for each restart", "[restart_watch]") {
    played_server server;
    restart_watch watch(ten_seconds, server.calls());
    write(watch, server, "a");
    write(watch, server, "b");
    server.taken.clear();
    server.start = 2;
    server.now += 1h;  // however late it is noticed
    write(watch, server, "c");
    CHECK(server.taken == std::vector<std::string>{"a", "b", "c"});
    CHECK(watch.counters().resent == 2);
    watch.suspect();
    watch.catch_up(server.now + 1h);
    CHECK(server.taken.size() == 3);
    server.start = 3;
    watch.suspect();
    watch.catch_up(server.now + 1h);
    CHECK(server.taken.size() == 6);
    CHECK(watch.counters().resent == 5);
}

TEST_CASE("a request that was answered before the restart and added after it is sent again",
          "[restart_watch]") {
    played_server server;
    restart_watch watch(ten_seconds, server.calls());
    write(watch, server, "a");
    const std::int64_t before = watch.start();
    server.start = 2;
    watch.suspect();
    watch.catch_up(server.now + 1h);
    watch.add("late", 1, before);  // a thread that was slow to come back
    server.taken.clear();
    server.now += 11s;
    watch.catch_up(server.now + 1h);
    CHECK(server.taken == std::vector<std::string>{"late"});
}

TEST_CASE("what was written before the start was known is sent again when it is",
          "[restart_watch]") {
    played_server server;
    server.away = no_answer;
    restart_watch watch(ten_seconds, server.calls());
    write(watch, server, "a");
    CHECK(watch.counters().held == 1);
    CHECK_FALSE(watch.counters().watched);
    watch.catch_up(server.now + 1h);
    CHECK(server.times_asked == 1);  // it is left alone for a moment
    server.away.reset();
    server.now += 1s;
    server.taken.clear();
    watch.catch_up(server.now + 1h);
    CHECK(server.taken == std::vector<std::string>{"a"});
}

TEST_CASE("points that cannot be sent again yet stay, refused ones are counted",
          "[restart_watch]") {
    played_server server;
    restart_watch watch(ten_seconds, server.calls());
    write(watch, server, "a");
    write(watch, server, "bc");
    server.start = 2;
    server.refuses = no_answer;
    watch.suspect();
    watch.catch_up(server.now + 1h);
    CHECK(watch.counters().held == 3);
    CHECK(watch.counters().resent == 0);
    server.now += 1s;
    server.taken.clear();
    server.refuses.reset();
    watch.catch_up(server.now + 1h);  // without being suspected again
    std::sort(server.taken.begin(), server.taken.end());
    CHECK(server.taken == std::vector<std::string>{"a", "bc"});
    CHECK(watch.counters().resent == 3);

    server.start = 3;
    server.refuses = no;
    watch.suspect();
    watch.catch_up(server.now + 1h);
    CHECK(watch.counters().held == 0);
    CHECK(watch.counters().held_bytes == 0);
    CHECK(watch.counters().not_taken == 3);
}

TEST_CASE("the window never holds more bytes than it may, and counts what it lets go",
          "[restart_watch]") {
    played_server server;
    restart_watch watch(ten_seconds, server.calls());
    for (int i = 0; i < 10; ++i) write(watch, server, std::string(300, 'x'));
    CHECK(watch.counters().held_bytes == 900);
    CHECK(watch.counters().held == 900);
    CHECK(watch.counters().outgrown == 2100);
    write(watch, server, std::string(1001, 'x'));
    CHECK(watch.counters().held_bytes == 0);
    CHECK(watch.counters().outgrown == 4001);
}

TEST_CASE("nothing is held while the server does not say, and again when it does",
          "[restart_watch]") {
    played_server server;
    restart_watch watch(ten_seconds, server.calls());
    write(watch, server, "a");
    server.says = false;
    watch.suspect();
    write(watch, server, "b");
    CHECK(watch.counters().held == 0);
    CHECK_FALSE(watch.wants());
    server.says = true;
    server.now += 10s;
    write(watch, server, "c");
    CHECK(watch.counters().held == 1);
    CHECK(watch.counters().watched);
}

TEST_CASE("nobody waits for the one that asks the server", "[restart_watch]") {
    std::atomic<bool> asked{false}, answered{false};
    restart_watch watch(
        ten_seconds,
        {.started = [&](storage::deadline) -> storage::reply<std::optional<std::int64_t>> {
             asked = true;
             while (!answered) std::this_thread::sleep_for(1ms);
             return std::optional<std::int64_t>(1);
         },
         .send = [](const std::string&, storage::deadline) -> storage::reply<std::monostate> {
             return no;
         }});
    std::thread one([&] { watch.catch_up(storage::clock::now() + 1h); });
    while (!asked) std::this_thread::sleep_for(1ms);
    watch.catch_up(storage::clock::now() + 1h);
    watch.add("a", 1, 0);
    CHECK(watch.counters().held == 1);
    CHECK_FALSE(watch.counters().watched);
    // A settle() has its turn to wait for, and does so until its deadline.
    const auto settled = watch.settle(storage::clock::now() + 10ms);
    REQUIRE_FALSE(settled);
    CHECK(settled.error().what == verdict::retry);
    answered = true;
    one.join();
    CHECK(watch.counters().watched);
}

TEST_CASE("settle() comes back when the server has had everything for an age", "[restart_watch]") {
    std::atomic<std::int64_t> start{1};
    std::atomic<int> sent{0};
    restart_watch watch(
        {.age = 50ms, .most_bytes = 1000},
        {.started = [&](storage::deadline) -> storage::reply<std::optional<std::int64_t>> {
             return std::optional(start.load());
         },
         .send = [&](const std::string&, storage::deadline) -> storage::reply<std::monostate> {
             ++sent;
             return std::monostate{};
         }});
    watch.catch_up(storage::clock::now() + 1h);
    watch.add("a", 1, watch.start());
    const auto added = storage::clock::now();
    start = 2;
    REQUIRE(watch.settle(added + 1h));
    CHECK(storage::clock::now() - added >= 50ms);
    CHECK(sent == 1);
    CHECK(watch.counters().held == 0);
    REQUIRE(watch.settle(added + 1h));  // nothing to wait for
}

TEST_CASE("a settle() that could not be in time says so, and does not wait", "[restart_watch]") {
    int asked = 0;
    restart_watch watch(
        {.age = 1h, .most_bytes = 1000},
        {.started = [&](storage::deadline) -> storage::reply<std::optional<std::int64_t>> {
             ++asked;
             return std::optional<std::int64_t>(1);
         },
         .send = [](const std::string&, storage::deadline) -> storage::reply<std::monostate> {
             return std::monostate{};
         }});
    watch.catch_up(storage::clock::now() + 1h);
    watch.add("b", 1, watch.start());
    const int before = asked;
    const auto early = watch.settle(storage::clock::now() + 30min);
    REQUIRE_FALSE(early);
    CHECK(early.error().what == verdict::retry);
    CHECK(asked == before + 1);
}

TEST_CASE("whatever happens to a server, a request is on its disk, held, or counted",
          "[restart_watch]") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        test::prng random(seed);
        played_server server;
        restart_watch watch({.age = 10s, .most_bytes = 1 << 20}, server.calls());
        std::map<std::string, storage::deadline> in_memory;
        std::map<std::string, bool> on_disk;
        int n = 0;
        const auto flush = [&] {  // the server writes points that are ten seconds old
            for (const std::string& one : std::exchange(server.taken, {}))
                in_memory[one] = server.now;
            std::erase_if(in_memory, [&](const auto& one) {
                if (one.second + 10s > server.now) return false;
                return on_disk[one.first] = true;
            });
        };
        for (int step = 0; step < 100; ++step) {
            server.now += std::chrono::milliseconds(random.below(4000));
            flush();
            if (random.one_in(8)) {
                in_memory.clear();
                ++server.start;
                if (random.one_in(2)) watch.suspect();
            }
            server.away = random.one_in(10) ? std::optional(no_answer) : std::nullopt;
            server.refuses = random.one_in(10) ? std::optional(no_answer) : std::nullopt;
            write(watch, server, std::to_string(n++));
            flush();
        }
        server.away.reset();
        server.refuses.reset();
        server.now += 2s;
        watch.suspect();
        watch.catch_up(server.now + 1h);
        flush();
        server.now += 11s;
        flush();
        CHECK(on_disk.size() == static_cast<std::size_t>(n));
    }
}
