// The words for what numbers a column holds.

#include "chronopack/form_text.hpp"

#include "support/series.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using tool::form_text;

namespace {

std::string text_of(std::string_view shape) {
    return form_text(make_series<double>(shape, 1000));
}

}  // namespace

TEST_CASE("numbers are named by what they were before they were doubles", "[command]") {
    CHECK(text_of("decimals") == "hundredths");
    CHECK(text_of("counter") == "whole numbers");
    CHECK(text_of("averages") == "averages of 3 readings in hundredths, not quite exact");
    CHECK(text_of("floats") == "hundredths, kept as float32, not quite exact");
    CHECK(text_of("printed_floats") ==
          "hundredths, kept as float32, printed with 6 digits after the point");
    CHECK(text_of("group_averages") ==
          "averages of readings in hundredths, printed with 11 digits");
    CHECK(text_of("random_bits") == "no decimals");
}

TEST_CASE("forms that are rarer have words as well", "[command]") {
    CHECK(form_text(number_form{.decimal = true, .decimals = 1, .readings = 2520}) ==
          "averages of up to 10 readings in tenths");
    CHECK(form_text(number_form{.decimal = true, .decimals = 9}) ==
          "decimals of 9 digits after the point");
    CHECK(form_text(number_form{.float32 = true}) == "float32, no decimals");
}
