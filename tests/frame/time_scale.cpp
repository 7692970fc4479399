// The divisor of timestamps, compared with one that a plain loop finds.

#include "support/frames.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Steps modulo 2^64, as signed numbers.
unsigned divisor_of(const std::vector<std::int64_t>& t) {
    unsigned divisor = t.size() < 2 ? 0 : 18;
    for (std::size_t i = 1; i < t.size(); ++i) {
        const auto step = static_cast<std::int64_t>(static_cast<std::uint64_t>(t[i]) -
                                                    static_cast<std::uint64_t>(t[i - 1]));
        std::int64_t power = 1;
        unsigned divides = 0;
        for (; divides < 18 && step % (power * 10) == 0; ++divides) power *= 10;
        divisor = std::min(divisor, divides);
    }
    return divisor;
}

void holds_for(const std::vector<std::int64_t>& t) {
    const columns<double> in{t, std::vector<double>(t.size(), 1.0)};
    const auto wire = encode_frame(in);
    const auto info = frame::inspect(wire);
    REQUIRE(info);
    CHECK(info->divisor == divisor_of(t));
    CHECK(info->ordered == std::is_sorted(t.begin(), t.end()));
    CHECK(info->first_timestamp == t.front());
    CHECK(info->last_timestamp == t.back());
    CHECK(info->min_timestamp == *std::min_element(t.begin(), t.end()));
    CHECK(info->max_timestamp == *std::max_element(t.begin(), t.end()));
    std::vector<std::int64_t> times(t.size());
    std::vector<double> values(t.size());
    REQUIRE(frame::decode<double>(wire, times, values));
    CHECK(times == t);
}

}  // namespace

TEST_CASE("the divisor is the largest power of ten that divides all steps", "[frame]") {
    prng random(9);
    for (const std::size_t n : {1, 2, 3, 100, 1023, 1024, 1025, 2047, 2048, 3000})
        for (const std::int64_t unit : {1LL, 10LL, 1'000LL, 2'000LL, 1'000'000'000LL})
            for (const bool ordered : {true, false}) {
                std::vector<std::int64_t> t{1'700'000'000'123'456'789};
                while (t.size() < n)
                    t.push_back(t.back() + unit * random.between(ordered ? 0 : -50, 60));
                INFO(n << " in steps of " << unit);
                holds_for(t);
                // One step at any place is no multiple of the power.
                for (std::size_t i = n / 2 + random.below(n - n / 2); i < n; ++i) t[i] += 7;
                holds_for(t);
            }
}

TEST_CASE("timestamps that wrap have a divisor too", "[frame]") {
    holds_for({INT64_MAX, INT64_MIN});
    holds_for({INT64_MIN, INT64_MAX, 0});
    holds_for({INT64_MIN, INT64_MIN + 100, INT64_MAX, INT64_MAX - 1000});
    holds_for({0, INT64_MAX, -2, INT64_MIN + 98});
    holds_for({5, 5, 5});
    holds_for({INT64_MIN});
}
