// Estimates of a block's forms, compared with the sizes that encoding gives.

#include <chronopack/frame/form_estimates.hpp>
#include <chronopack/frame/column.hpp>

#include "support/codec.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <set>

using namespace chronopack;
using namespace chronopack::test;
using frame::detail::form;

namespace {

template <class C>
std::size_t size_of(const std::vector<typename C::value_type>& in) {
    return encode_to_vector<at_smallest<C>>(in).size();
}

std::size_t size_of_plain(const std::vector<double>& in, codec_id decimals) {
    return decimals == codec_id::alp            ? size_of<alp>(in)
           : decimals == codec_id::near_decimal ? size_of<near_decimal>(in)
                                                : size_of<ordered>(in);
}
std::size_t size_of_plain(const std::vector<std::int64_t>& in, codec_id) {
    return std::min(encode_to_vector<packed>(in).size(), encode_to_vector<binned>(in).size());
}

template <class T>
std::size_t size_of_column(const std::vector<T>& in) {
    std::vector<std::byte> out(frame::max_column_bytes<T>(in.size()));
    std::vector<std::byte> room(frame::column_room_bytes(in.size()));
    return *frame::encode_column<T>(in, std::nullopt, preset::smallest, room, out);
}

}  // namespace

TEMPLATE_TEST_CASE("the form with the smallest estimate is the smallest, or nearly",
                   "[frame][form_estimates]", double, std::int64_t) {
    constexpr std::array<std::size_t, 4> counts{300, 1024, 4096, 10'000};
    for_each_series<TestType>(counts, [](std::string_view shape, const auto& in) {
        const auto estimated = frame::detail::estimate_forms<TestType>(in);
        const std::size_t plain = size_of_plain(in, estimated.decimals);
        const std::size_t runs = size_of<run_length<TestType>>(in);
        const std::size_t places = size_of<dictionary<TestType>>(in);
        const form chosen = estimated.smallest();
        const std::size_t size = chosen == form::runs    ? runs
                                 : chosen == form::plain ? plain
                                                         : places;
        const std::size_t smallest = std::min({plain, runs, places});
        INFO(shape << " x " << in.size() << ": " << plain << ' ' << runs << ' ' << places
                   << ", estimated " << estimated.plain << ' ' << estimated.runs << ' '
                   << estimated.places);
        CHECK(size <= smallest * 3 / 2 + 64);
        // Forms whose estimates are much smaller than that are tried as well.
        CHECK(size_of_column(in) <= smallest * 5 / 4 + 64);
    });
}

TEST_CASE("different values are counted to a tenth", "[frame][form_estimates]") {
    prng random(1);
    for (const std::size_t n : {100u, 1000u, 4096u})
        for (const std::uint64_t of : {1u, 2u, 10u, 100u, 500u, 3000u, 1'000'000u}) {
            std::vector<double> in(n);
            for (double& v : in) v = static_cast<double>(random.below(of)) / 8;
            const double exact = static_cast<double>(std::set<double>(in.begin(), in.end()).size());
            const auto counted =
                static_cast<double>(frame::detail::count_distinct(std::span<const double>(in)));
            INFO(n << " of " << of);
            CHECK(std::abs(counted - exact) <= exact / 10 + 2);
        }
}

TEST_CASE("flags take their entropy", "[frame][form_estimates]") {
    using frame::detail::estimate_flags;
    CHECK(estimate_flags(0, 1000) == estimate());
    CHECK(estimate_flags(1000, 1000) == estimate());
    CHECK(estimate_flags(512, 1024) == estimate::of_bits(1024));
    CHECK(estimate_flags(0, 0) == estimate());
    CHECK(estimate_flags(41, 4096).bits() >= 4096 * 80 / 1000);
    CHECK(estimate_flags(41, 4096).bits() < 4096 * 82 / 1000);
}
