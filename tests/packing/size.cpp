// Bits per value on realistic clocks: 64 Ki values from fixed seeds, all headers counted.

#include <chronopack/codec/packed.hpp>

#include "support/codec.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

double bits_per_value(std::string_view shape) {
    const auto in = make_series<std::int64_t>(shape, 65536, 42);
    return 8.0 * static_cast<double>(encode_to_vector<packed>(in).size()) /
           static_cast<double>(in.size());
}

// Bits of fields and exceptions under the best of all windows, by trying them.
std::size_t least_cost(std::vector<std::uint64_t> distances, std::size_t count) {
    std::sort(distances.begin(), distances.end());
    const unsigned full = bit_width(distances.back());
    std::size_t least = count * full;
    for (unsigned width = 0; width < full; ++width) {
        std::size_t inside = 0;
        for (std::size_t from = 0, to = 0; from < distances.size(); ++from) {
            while (to < distances.size() && distances[to] - distances[from] <= low_mask(width))
                ++to;
            inside = std::max(inside, to - from);
        }
        least = std::min(
            least, packing::detail::window_cost(count, width, full, distances.size() - inside));
    }
    return least;
}

}  // namespace

TEST_CASE("the window costs little more than the best that trying all finds", "[packing][size]") {
    constexpr std::array<std::size_t, 3> counts{40, 300, 1024};
    for_each_series<std::int64_t>(counts, [&](std::string_view shape, const auto& in) {
        // Half of these values lie outside of any narrow window.
        if (shape == "extremes") return;
        packing::plan chosen;
        auto estimated = packing::estimate_of(in, packing::only(packing::mode::delta));
        packing::make_plan(in, estimated, chosen);
        std::vector<std::uint64_t> distances(
            chosen.distances.begin() + 1,
            chosen.distances.begin() + static_cast<std::ptrdiff_t>(in.size()));
        const packing::header& h = chosen.head;
        const std::size_t cost =
            in.size() * h.width + h.exceptions * (packing::position_bits + h.exception_width);
        INFO(shape << " x " << in.size());
        CHECK(cost <= least_cost(distances, in.size()) * 21 / 20 + 32);
    });
}

TEST_CASE("an even clock takes at most 0.2 bits a timestamp", "[packing][size]") {
    CHECK(bits_per_value("regular") <= 0.2);
}

TEST_CASE("a clock with 60 ms of jitter takes at most 8.3 bits a timestamp", "[packing][size]") {
    CHECK(bits_per_value("jitter") <= 8.3);
}

TEST_CASE("a mostly regular clock takes at most 3.1 bits a timestamp", "[packing][size]") {
    CHECK(bits_per_value("gaps") <= 3.1);
}

TEST_CASE("nanoseconds of a millisecond clock cost no more than milliseconds", "[packing][size]") {
    CHECK(bits_per_value("scaled") <= 8.3);
}

TEST_CASE("rare outliers cost their exceptions only", "[packing][size]") {
    // 3 bits each, and 74 for one in 40.
    CHECK(bits_per_value("outliers") <= 3 + 74 / 40.0 + 0.2);
}
