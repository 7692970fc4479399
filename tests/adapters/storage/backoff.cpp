#include <adapters/storage/backoff.hpp>

#include <catch2/catch.hpp>

#include <map>

using namespace chronopack::storage;
using namespace std::chrono_literals;

TEST_CASE("a backoff doubles its window up to a cap, and starts anew", "[storage]") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        backoff b({100ms, 1'000ms, 5'000ms}, seed);
        for (const auto window : {100ms, 200ms, 400ms, 800ms, 1'000ms, 1'000ms}) {
            const auto d = b.next();
            REQUIRE(d >= 0ms);
            REQUIRE(d <= window);
        }
        b.reset();
        REQUIRE(b.next() <= 100ms);
    }
}

TEST_CASE("a thousand clients that failed together do not come back together", "[storage]") {
    std::map<std::int64_t, int> in_slot;  // of 100 ms
    for (std::uint64_t client = 0; client < 1'000; ++client) {
        backoff b({500ms, 60'000ms, 600'000ms}, client * 7919);
        std::chrono::milliseconds at = 0ms;
        for (int failures = 0; failures < 5; ++failures) at = b.next();
        ++in_slot[at.count() / 100];
    }
    // The fifth window is 8 s: 12.5 clients a slot on average.
    for (const auto& [slot, clients] : in_slot) REQUIRE(clients < 40);
    REQUIRE(in_slot.size() > 70);
}

TEST_CASE("what a store asks for is waited out, capped, and spread", "[storage]") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        backoff b({100ms, 1'000ms, 5'000ms}, seed);
        const auto asked = b.next(2'000ms);
        REQUIRE(asked >= 2'000ms);
        REQUIRE(asked <= 2'100ms);
        REQUIRE(b.next(std::chrono::hours(1'000'000)) <= 5'100ms);
        REQUIRE(b.next(-5ms) <= 100ms);
        REQUIRE(b.next(std::chrono::milliseconds::min()) <= 100ms);
    }
}
