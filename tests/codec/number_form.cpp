// What a column's first bytes say of its numbers.

#include <chronopack/codec/number_form.hpp>
#include <chronopack/frame/column.hpp>

#include "support/paged.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

std::vector<std::byte> column_of(const std::vector<double>& in) {
    std::vector<std::byte> room(frame::column_room_bytes(in.size()));
    std::vector<std::byte> out(frame::max_column_bytes<double>(in.size()));
    const auto written =
        frame::encode_column<double>(in, std::nullopt, preset::balanced, room, out);
    REQUIRE(written);
    out.resize(*written);
    return out;
}

number_form form_of(std::string_view shape) {
    const auto form = number_form_of(column_of(make_series<double>(shape, 1000)));
    REQUIRE(form);
    return *form;
}

}  // namespace

TEST_CASE("the form of a column is read from its first bytes", "[codec][number_form]") {
    const auto hundredths = form_of("decimals");
    CHECK(hundredths.decimal);
    CHECK(hundredths.decimals == 2);
    CHECK(hundredths.readings == 1);
    CHECK_FALSE(hundredths.float32);

    const auto averages = form_of("averages");
    CHECK(averages.readings == 3);
    CHECK(averages.decimals == 2);
    CHECK(averages.moved);

    const auto prices = form_of("printed_floats");
    CHECK(prices.float32);
    CHECK(prices.decimals == 2);
    CHECK(prices.after_point == 6);

    const auto groups = form_of("group_averages");
    CHECK(groups.counted);
    CHECK(groups.decimals == 2);
    CHECK(groups.in_all == 11);

    // Runs of quarters; and bits.
    CHECK(form_of("steps").decimals == 2);
    CHECK_FALSE(form_of("random_bits").decimal);
}

TEST_CASE("a column whose first bytes are cut short or wrong has no form", "[codec][number_form]") {
    const auto whole = column_of(make_series<double>("printed_floats", 1000));
    for (std::size_t n = 0; n < 5; ++n)
        CHECK(number_form_of(cbytes(whole).first(n)).error() == errc::truncated);
    CHECK(number_form_of(wire().u8(8).varint(3).u8(19).bytes).error() == errc::corrupt);
    CHECK(number_form_of(wire().u8(14).varint(3).u8(0xff).bytes).error() == errc::corrupt);
    // A dictionary in a dictionary.
    CHECK(number_form_of(wire().u8(10).varint(3).varint(2).u8(10).varint(2).bytes).error() ==
          errc::corrupt);
    CHECK(number_form_of(wire().u8(12).varint(3).bytes).error() == errc::truncated);
    CHECK_FALSE(number_form_of(wire().u8(8).varint(0).bytes)->decimal);
    CHECK_FALSE(number_form_of(wire().u8(200).bytes)->decimal);
}
