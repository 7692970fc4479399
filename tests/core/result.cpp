#include <chronopack/core/result.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

using chronopack::errc;
using chronopack::result;

TEST_CASE("every errc has a message of its own", "[core]") {
    constexpr unsigned known = static_cast<unsigned>(errc::io_error) + 1;  // the last
    std::set<std::string_view> seen;
    for (unsigned e = 0; e < known; ++e) {
        const std::string_view text = message(static_cast<errc>(e));
        CHECK_FALSE(text.empty());
        CHECK(text.back() != '.');
        CHECK(text != "unknown error");
        CHECK(seen.insert(text).second);
    }
    for (unsigned e = known; e < 256; ++e) CHECK(message(static_cast<errc>(e)) == "unknown error");
}

TEST_CASE("a result holds a value or the reason there is none", "[core]") {
    const result<int> seven = 7;
    REQUIRE(seven);
    CHECK(seven.has_value());
    CHECK(*seven == 7);

    const result<int> none = errc::corrupt;
    REQUIRE_FALSE(none);
    CHECK(none.error() == errc::corrupt);

    // errc{} is truncated: an error of value zero is still an error.
    const result<void> failed = errc::truncated;
    CHECK_FALSE(failed);
    CHECK(failed.error() == errc::truncated);
    CHECK(result<void>{});
}

TEST_CASE("a result gives its value by reference, by arrow and by move", "[core]") {
    result<std::string> text = std::string(100, 'x');
    text->push_back('y');
    CHECK(text->size() == 101);
    CHECK((*text).back() == 'y');
    const std::string taken = *std::move(text);
    CHECK(taken.size() == 101);
}

constexpr result<int> three = 3;
constexpr result<int> nothing = errc::no_space;
static_assert(*three == 3 && !nothing && nothing.error() == errc::no_space);
static_assert(!result<void>(errc::truncated) && result<void>());
static_assert(message(errc::no_space) == "the output is too small");
