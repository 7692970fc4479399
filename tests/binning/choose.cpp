// The cells, bins and weights that an encoder makes of numbers.

#include <chronopack/binning/choose.hpp>

#include "support/codec.hpp"
#include "support/property.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

using namespace chronopack;
using namespace chronopack::test;
using binning::cell;

namespace {

std::vector<cell> cells_of(std::vector<std::uint64_t> numbers) {
    std::sort(numbers.begin(), numbers.end());
    binning::cell_array room;
    const std::size_t made = binning::make_cells(numbers, room);
    return {room.begin(), room.begin() + static_cast<long>(made)};
}

// Returns the cost of bins for an encoder, where bin b starts at cell first[b].
double cost(const std::vector<cell>& cells, const std::vector<std::size_t>& first) {
    double bits = 0;
    for (std::size_t b = 0; b < first.size(); ++b) {
        const std::size_t next = b + 1 < first.size() ? first[b + 1] : cells.size();
        double count = 0;
        for (std::size_t c = first[b]; c < next; ++c) count += cells[c].count;
        const unsigned width = bit_width(cells[next - 1].most - cells[first[b]].least);
        const std::uint64_t gap =
            first[b] == 0 ? 0 : cells[first[b]].least - cells[first[b] - 1].most;
        const unsigned own = bit_width(cells[first[b]].most - cells[first[b]].least);
        bits += 20 + (std::max(bit_width(gap), own) - own) + count * width -
                count * static_cast<double>(log2_fixed(static_cast<std::uint64_t>(count))) /
                    static_cast<double>(log2_one);
    }
    return bits;
}

}  // namespace

TEST_CASE("cells hold all numbers in order, and never too many of them", "[binning][bins]") {
    constexpr std::array<std::size_t, 7> counts{1, 2, 50, 255, 256, 1000, 2048};
    for_each_series<std::int64_t>(counts, [](std::string_view shape, const auto& in) {
        INFO(shape << " x " << in.size());
        std::vector<std::uint64_t> numbers;
        for (const std::int64_t v : in) numbers.push_back(static_cast<std::uint64_t>(v));
        const auto cells = cells_of(numbers);
        std::sort(numbers.begin(), numbers.end());
        REQUIRE(cells.size() >= 1);
        REQUIRE(cells.size() <= binning::max_cells);
        std::size_t at = 0;
        for (const cell& c : cells) {
            REQUIRE(c.count > 0);
            REQUIRE(at + c.count <= numbers.size());
            REQUIRE(c.least == numbers[at]);
            REQUIRE((at == 0 || numbers[at - 1] != numbers[at]));  // equal numbers share a cell
            at += c.count;
            REQUIRE(c.most == numbers[at - 1]);
        }
        REQUIRE(at == numbers.size());
    });
}

TEST_CASE("a number that is often there has a cell to itself", "[binning][bins]") {
    prng random(1);
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < 1000; ++i) numbers.push_back(random() >> 40);
    numbers.insert(numbers.end(), 1000, 5'000'000);
    const auto cells = cells_of(numbers);
    CHECK(std::any_of(cells.begin(), cells.end(), [](const cell& c) {
        return c.least == 5'000'000 && c.most == 5'000'000 && c.count >= 1000;
    }));
}

TEST_CASE("no other bins of few cells cost less", "[binning][bins]") {
    prng random(2);
    for (int round = 0; round < 300; ++round) {
        std::vector<cell> cells(1 + random.below(9));
        std::uint64_t at = random.below(1000);
        for (cell& c : cells) {
            c.least = at;
            c.most = at + (random.one_in(3) ? 0 : random() >> (40 + random.below(24)));
            c.count = 1 + static_cast<std::uint32_t>(random.below(200));
            at = c.most + 1 + (random.one_in(2) ? 0 : random() >> (40 + random.below(24)));
        }
        const auto chosen = binning::choose_bins(cells);
        REQUIRE(chosen.size >= 1);
        const std::vector<std::size_t> first(chosen.first.begin(),
                                             chosen.first.begin() + static_cast<long>(chosen.size));
        REQUIRE(first[0] == 0);
        const double own = cost(cells, first);
        for (unsigned cuts = 0; cuts < 1u << (cells.size() - 1); ++cuts) {
            std::vector<std::size_t> other{0};
            for (std::size_t c = 1; c < cells.size(); ++c)
                if ((cuts >> (c - 1) & 1) != 0) other.push_back(c);
            REQUIRE(own <= cost(cells, other) + 0.1);
        }
    }
}

TEST_CASE("weights add up to the slots, are never 0, and near their share", "[binning][bins]") {
    prng random(3);
    for (unsigned log = 1; log <= binning::tans::max_log; ++log)
        for (int round = 0; round < 200; ++round) {
            std::vector<std::uint32_t> counts(2 + random.below((1u << std::min(log, 8u)) - 1));
            for (auto& c : counts)
                c = static_cast<std::uint32_t>(
                    random.one_in(5) ? 0 : random.below(2048) >> random.below(11));
            const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), 1ull);
            std::vector<std::uint16_t> weights(counts.size());
            binning::share_weights(counts, total, log, weights.data());
            REQUIRE(std::accumulate(weights.begin(), weights.end(), 0u) == 1u << log);
            REQUIRE(*std::min_element(weights.begin(), weights.end()) >= 1);
            for (std::size_t i = 0; i < counts.size(); ++i)
                for (std::size_t k = 0; k < counts.size(); ++k)
                    if (counts[i] > counts[k]) REQUIRE(weights[i] + 1 >= weights[k]);
        }
}
