// Bins as they are written, and every field of them out of its range, one by one.

#include <chronopack/binning/bins.hpp>

#include "support/binned.hpp"
#include "support/guard.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>

using namespace chronopack;
using namespace chronopack::test;

namespace {

binning::bin_set set_of(const std::vector<bin>& bins, unsigned log) {
    binning::bin_set set;
    set.size = bins.size();
    set.log = log;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        set.lower[i] = bins[i].lower;
        set.width[i] = static_cast<std::uint8_t>(bins[i].width);
        set.weight[i] = static_cast<std::uint16_t>(bins[i].weight);
    }
    return set;
}

// Reads `count` bins with 2^log slots from bits, or returns the error.
struct outcome {
    std::optional<errc> error{};
    bool overrun = false;
    binning::bin_set set{};
};

outcome read(const lsb_bits& bits, std::size_t count, unsigned log) {
    guarded_bytes memory(bits.bytes.size());
    const bytes wire = memory.at_end(bits.bytes.size());
    std::copy(bits.bytes.begin(), bits.bytes.end(), wire.begin());
    lsb_reader in(wire);
    outcome o;
    o.set.size = count;
    o.set.log = log;
    const auto ok = binning::read_bins(in, o.set);
    if (!ok) o.error = ok.error();
    o.overrun = in.overrun();
    return o;
}

bool same(const binning::bin_set& a, const binning::bin_set& b) {
    const auto first = [&](const auto& x, const auto& y) {
        return std::equal(x.begin(), x.begin() + static_cast<long>(a.size), y.begin());
    };
    return a.size == b.size && first(a.lower, b.lower) && first(a.width, b.width) &&
           first(a.weight, b.weight);
}

std::uint64_t change(int by) {
    return 1 + zigzag(by);
}

// More bits than are needed, so that no refusal is for missing bits.
lsb_bits& more(lsb_bits& bits) {
    for (int i = 0; i < 20; ++i) bits.field(~std::uint64_t{0}, 64);
    return bits;
}

bool corrupt(lsb_bits bits, std::size_t count = 2, unsigned log = 3) {
    return read(more(bits), count, log).error == errc::corrupt;
}
bool legal(lsb_bits bits, std::size_t count = 2, unsigned log = 3) {
    return !read(more(bits), count, log).error;
}

// A first bin of width 4 from 0 on, and the beginning of the second.
lsb_bits after_one(unsigned weight_bits = 1, std::uint64_t low = 0) {
    return lsb_bits()
        .gamma(change(4))
        .delta(1)
        .gamma(change(static_cast<int>(weight_bits)))
        .field(low, weight_bits - 1);
}

}  // namespace

TEST_CASE("any bins come back as they were written, in as many bits as foreseen",
          "[binning][bins]") {
    prng random(1);
    for (unsigned log = 1; log <= binning::tans::max_log; ++log)
        for (const unsigned widest : {0u, 5u, 20u, 64u})
            for (const std::size_t wanted : {2, 3, 20, 256}) {
                const std::size_t count = std::min(wanted, std::size_t{1} << log);
                const auto bins = any_bins(random, count, log, widest);
                const auto set = set_of(bins, log);
                lsb_bits expected;
                put_bins(expected, bins);

                std::vector<std::byte> wire(expected.bytes.size());
                lsb_writer out(wire);
                binning::write_bins(out, set);
                REQUIRE(wire == expected.bytes);
                REQUIRE(binning::bins_bits(set) == expected.count);

                const outcome back = read(expected, count, log);
                REQUIRE_FALSE(back.error);
                REQUIRE_FALSE(back.overrun);
                REQUIRE(same(back.set, set));

                // Without any of its bits it is refused, as truncated or corrupt.
                for (std::size_t cut = 0; cut < wire.size(); ++cut) {
                    lsb_bits part = expected;
                    part.bytes.resize(cut);
                    REQUIRE(read(part, count, log).overrun);
                }
            }
}

TEST_CASE("bins side by side take about ten bits each", "[binning][bins]") {
    std::vector<bin> bins;
    for (unsigned i = 0; i < 64; ++i) bins.push_back({6, 64 * i, i % 2 == 0 ? 15u : 17u});
    CHECK(binning::bins_bits(set_of(bins, 10)) <= 64 * 10);
}

TEST_CASE("a bin is placed where it holds its numbers, with a short jump", "[binning][bins]") {
    prng random(2);
    for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t least = random() >> random.below(64);
        const std::uint64_t most =
            least + std::min(random() >> random.below(64), UINT64_MAX - least);
        const unsigned width = bit_width(most - least);
        const std::uint64_t end = random.one_in(2) ? random() >> random.below(64)
                                                   : least - std::min(least, random.below(100));
        const std::uint64_t lower = binning::place_bin(end, least, most, width);
        INFO(least << " to " << most << " from " << end << ": " << lower);
        REQUIRE(lower <= least);
        REQUIRE(most - lower <= low_mask(width));
        // No other place has a jump of fewer bits.
        const auto bits = [&](std::uint64_t at) {
            return bit_width(binning::detail::jump_to(at, end, width).jump);
        };
        const std::uint64_t room = std::min(low_mask(width) - (most - least), least);
        REQUIRE(bits(lower) <= bits(least - random.below(room + 1)));
    }
}

TEST_CASE("the bins that the others spoil are legal", "[binning][bins][hostile]") {
    CHECK(legal(after_one().gamma(change(0)).delta(1)));
}

TEST_CASE("widths above 64 and below 0 are corrupt", "[binning][bins][hostile]") {
    for (int width = -70; width <= 70; ++width) {
        const bool in_range = width >= 0 && width <= 64;
        CHECK(legal(lsb_bits().gamma(change(width)).delta(1).gamma(change(1))) == in_range);
        CHECK(corrupt(lsb_bits().gamma(change(width)).delta(1).gamma(change(1))) == !in_range);
        CHECK(corrupt(after_one().gamma(change(width - 4)).delta(1)) == !in_range);
    }
    CHECK(corrupt(lsb_bits().gamma(UINT64_MAX).delta(1)));
    CHECK(corrupt(lsb_bits().field(0, 64).field(0, 64)));  // no code at all
}

TEST_CASE("a jump of more than 64 bits is corrupt", "[binning][bins][hostile]") {
    CHECK(legal(after_one().gamma(change(0)).delta(UINT64_MAX).field(0, 1).gamma(1)));
    CHECK(corrupt(after_one().gamma(change(0)).gamma(65).field(0, 64).field(0, 1).gamma(1)));
    CHECK(corrupt(after_one().gamma(change(0)).field(0, 64).field(0, 64)));
}

TEST_CASE("a jump by more than its width's power of two is corrupt", "[binning][bins][hostile]") {
    for (int width = 0; width <= 64; ++width)
        for (int exponent = -2; exponent <= 66; ++exponent) {
            const int coded = 1 + width - exponent;
            if (coded < 1) continue;  // has no code
            const auto bits = after_one()
                                  .gamma(change(width - 4))
                                  .delta(2)
                                  .field(1, 1)
                                  .gamma(static_cast<std::uint64_t>(coded));
            const bool in_range = exponent >= 0 && exponent <= std::min(width, 63);
            CHECK(legal(bits) == in_range);
            CHECK(corrupt(bits) == !in_range);
        }
    CHECK(corrupt(after_one().gamma(change(0)).delta(2).field(0, 1).field(0, 64)));
}

TEST_CASE("weights of no bits, or more than there are slots for, are corrupt",
          "[binning][bins][hostile]") {
    for (unsigned log = 1; log <= binning::tans::max_log; ++log)
        for (int bits = -3; bits <= 20; ++bits) {
            lsb_bits first = lsb_bits().gamma(change(4)).delta(1).gamma(change(bits));
            if (bits > 0) first.field(0, static_cast<unsigned>(bits) - 1);
            first.gamma(change(0)).delta(1);
            const bool in_range = bits >= 1 && bits <= static_cast<int>(log);
            CHECK(legal(first, 2, log) == in_range);
            CHECK(corrupt(first, 2, log) == !in_range);
        }
    CHECK(corrupt(lsb_bits().gamma(change(4)).delta(1).field(0, 64).field(0, 64)));
}

TEST_CASE("weights that leave the last bin none are corrupt", "[binning][bins][hostile]") {
    // Of eight slots the first bin takes 4 to 7, the second 1 and more.
    for (unsigned second = 1; second < 8; ++second)
        for (unsigned first = 4; first < 8; ++first) {
            const auto own = static_cast<unsigned>(std::bit_width(second));
            const auto bits = after_one(3, first & 3)
                                  .gamma(change(0))
                                  .delta(1)
                                  .gamma(change(static_cast<int>(own) - 3))
                                  .field(second, own - 1)
                                  .gamma(change(0))
                                  .delta(1);
            CHECK(legal(bits, 3) == (first + second < 8));
            CHECK(corrupt(bits, 3) == (first + second >= 8));
        }
}
