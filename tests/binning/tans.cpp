#include <chronopack/binning/tans.hpp>

#include "support/binned.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::test;
namespace tans = binning::tans;

namespace {

struct alphabet {
    unsigned log;
    std::vector<std::uint16_t> weights;
};

// Of one to many symbols at every log, with weights of all kinds.
std::vector<alphabet> alphabets() {
    prng random(1);
    std::vector<alphabet> all;
    for (unsigned log = 1; log <= tans::max_log; ++log)
        for (const std::size_t wanted : {2, 3, 5, 17, 100, 255, 256}) {
            const std::size_t count = std::min(wanted, std::size_t{1} << log);
            alphabet a{log, {}};
            for (const bin& b : any_bins(random, count, log, 0))
                a.weights.push_back(static_cast<std::uint16_t>(b.weight));
            all.push_back(a);
        }
    return all;
}

std::vector<std::uint8_t> spread(const alphabet& a) {
    std::vector<std::uint8_t> symbols(std::size_t{1} << a.log);
    tans::spread(a.weights, a.log, symbols.data());
    return symbols;
}

// The contents of each slot, in order.
std::vector<tans::transition> transitions(const alphabet& a) {
    std::vector<unsigned> next(a.weights.begin(), a.weights.end());
    std::vector<tans::transition> all;
    for (const std::uint8_t s : spread(a)) all.push_back(tans::transition_of(next[s]++, a.log));
    return all;
}

}  // namespace

TEST_CASE("every symbol has as many slots as its weight says, spread as written down",
          "[binning][tans]") {
    for (const alphabet& a : alphabets()) {
        std::vector<bin> bins;
        for (const unsigned w : a.weights) bins.push_back({0, 0, w});
        const slot_table expected(bins, a.log);
        const auto symbols = spread(a);
        const auto slots = transitions(a);
        for (unsigned i = 0; i < symbols.size(); ++i) {
            REQUIRE(symbols[i] == expected[i].bin);
            REQUIRE(slots[i].bits == expected[i].bits);
            REQUIRE(slots[i].base == expected[i].base);
        }
    }
}

TEST_CASE("from the slots of a symbol each slot is reached once", "[binning][tans]") {
    for (const alphabet& a : alphabets()) {
        const auto symbols = spread(a);
        const auto slots = transitions(a);
        for (std::size_t s = 0; s < a.weights.size(); ++s) {
            std::vector<unsigned> reached(symbols.size());
            for (std::size_t i = 0; i < symbols.size(); ++i) {
                if (symbols[i] != s) continue;
                REQUIRE(slots[i].bits <= tans::most_bits(a.weights[s], a.log));
                for (unsigned k = 0; k < 1u << slots[i].bits; ++k) ++reached.at(slots[i].base + k);
            }
            REQUIRE(std::all_of(reached.begin(), reached.end(), [](unsigned n) { return n == 1; }));
        }
    }
}

TEST_CASE("a decoder goes back the way that an encoder came", "[binning][tans]") {
    prng random(2);
    for (const alphabet& a : alphabets()) {
        const tans::encoder encoder(a.weights, a.log);
        const auto symbols = spread(a);
        const auto slots = transitions(a);
        const auto any_symbol = [&] {
            return static_cast<std::uint8_t>(random.below(a.weights.size()));
        };
        std::uint8_t symbol = any_symbol();
        unsigned slot = encoder.last(symbol);
        REQUIRE(symbols.at(slot) == symbol);
        for (int i = 0; i < 2000; ++i) {
            const unsigned next = slot;
            symbol = any_symbol();
            const unsigned code = encoder.step(symbol, slot);
            REQUIRE(symbols.at(slot) == symbol);
            REQUIRE(code >> 12 == slots[slot].bits);
            REQUIRE(slots[slot].base + (code & 0xfff) == next);
        }
    }
}
