#include <chronopack/kernel/radix_sort.hpp>

#include "support/codec.hpp"
#include "support/property.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Sorted within `words` or `spare`, and as std::sort would have it.
bool sorts(std::vector<std::uint64_t> words, std::uint64_t most) {
    std::vector<std::uint64_t> expected = words;
    std::sort(expected.begin(), expected.end());
    std::vector<std::uint64_t> spare(words.size() + 3, 0x5555);
    const auto sorted = kernel::radix_sort(words, spare, most);
    const bool in_place = sorted.data() == words.data() || sorted.data() == spare.data();
    return in_place && std::equal(sorted.begin(), sorted.end(), expected.begin(), expected.end()) &&
           std::all_of(spare.end() - 3, spare.end(), [](auto w) { return w == 0x5555; });
}

bool sorts(const std::vector<std::uint64_t>& words) {
    return sorts(words, *std::max_element(words.begin(), words.end()));
}

}  // namespace

TEST_CASE("words of every shape are sorted", "[kernel]") {
    constexpr std::array<std::size_t, 8> counts{1, 2, 3, 40, 255, 256, 1000, 2048};
    for_each_series<std::int64_t>(counts, [](std::string_view shape, const auto& in) {
        INFO(shape << " x " << in.size());
        std::vector<std::uint64_t> words;
        for (const std::int64_t v : in) words.push_back(static_cast<std::uint64_t>(v));
        REQUIRE(sorts(words));
        REQUIRE(sorts(words, UINT64_MAX));
    });
}

TEST_CASE("words that differ in one byte are sorted, whichever it is", "[kernel]") {
    prng random(1);
    for (unsigned shift = 0; shift <= 56; ++shift) {
        std::vector<std::uint64_t> words(500);
        for (auto& w : words) w = 0x0123456789abcdef ^ random.below(256) << shift;
        CHECK(sorts(words));
    }
}

TEST_CASE("words whose upper bytes leave much to sort are sorted", "[kernel]") {
    // The upper four bytes are tried first, then neighbours exchanged, as long as that
    // does not take too long.
    prng random(2);
    for (const std::uint64_t apart : {1, 2, 5, 20, 100, 1000}) {
        std::vector<std::uint64_t> words(2000);
        for (auto& w : words) w = random.below(apart) << 50 | (random() >> 14);
        CHECK(sorts(words));
        for (auto& w : words) w = random.below(apart) << 40 | random.below(1000);
        CHECK(sorts(words));
    }
    // One far off: all others are equal above.
    std::vector<std::uint64_t> words(2000);
    for (auto& w : words) w = random.below(1'000'000);
    words[700] = UINT64_MAX;
    CHECK(sorts(words));
}
