#include <chronopack/core/result.hpp>

#include <catch2/catch.hpp>

#include <memory>
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

TEST_CASE("value() gives the value, or throws the error", "[core]") {
    result<std::string> text = std::string("x");
    text.value() += "y";
    CHECK(text.value() == "xy");
    CHECK(std::as_const(text).value() == "xy");
    CHECK(std::move(text).value() == "xy");

    const result<int> none = errc::corrupt;
    try {
        (void)none.value();
        FAIL("nothing was thrown");
    } catch (const chronopack::bad_result_access& e) {
        CHECK(e.error() == errc::corrupt);
        CHECK(std::string_view(e.what()) == message(errc::corrupt));
    }
    CHECK_THROWS_AS(result<int>(errc::io_error).value(), std::exception);
    CHECK_THROWS_AS(result<void>(errc::io_error).value(), chronopack::bad_result_access);
    CHECK_NOTHROW(result<void>().value());
}

TEST_CASE("value_or() gives the value, or another", "[core]") {
    CHECK(result<int>(7).value_or(1) == 7);
    CHECK(result<int>(errc::corrupt).value_or(1) == 1);
    const result<std::string> none = errc::corrupt;
    CHECK(none.value_or("other") == "other");
}

TEST_CASE("and_then() and transform() go on with a value, and hand on an error", "[core]") {
    const auto half = [](int n) -> result<int> {
        if (n % 2 != 0) return errc::out_of_range;
        return n / 2;
    };
    const result<int> six = 6;
    CHECK(six.and_then(half) == 3);
    CHECK(six.and_then(half).and_then(half) == errc::out_of_range);
    CHECK(six.transform([](int n) { return std::to_string(n); }) == std::string("6"));
    int seen = 0;
    CHECK(six.transform([&](int n) { seen = n; }) == result<void>());
    CHECK(seen == 6);

    const auto never = [](auto...) -> result<int> {
        throw std::string("called");
    };
    CHECK(result<int>(errc::corrupt).and_then(never) == errc::corrupt);
    CHECK(result<int>(errc::corrupt).transform(never) == errc::corrupt);
    CHECK(result<void>(errc::corrupt).and_then(never) == errc::corrupt);

    const result<void> done;
    CHECK(done.and_then([] { return result<int>(1); }) == 1);
    CHECK(done.transform([] { return 2; }) == 2);
    CHECK(done.transform([] {}) == result<void>());

    result<std::unique_ptr<int>> owned = std::make_unique<int>(5);
    CHECK(std::move(owned).and_then([](std::unique_ptr<int> p) { return result<int>(*p); }) == 5);
}

TEST_CASE("results are equal when their values or their errors are", "[core]") {
    CHECK(result<int>(7) == 7);
    CHECK(result<int>(7) == result<int>(7));
    CHECK(result<int>(7) != result<int>(8));
    CHECK(result<int>(0) != errc::truncated);
    CHECK(result<int>(errc::truncated) != 0);
    CHECK(result<int>(errc::corrupt) == errc::corrupt);
    CHECK(result<int>(errc::corrupt) != result<int>(errc::truncated));
    CHECK(result<void>() == result<void>());
    CHECK(result<void>() != errc::truncated);
    CHECK(result<void>(errc::corrupt) == errc::corrupt);
}

namespace {

// As std::expected, which C++20 does not have.
template <class T>
struct expected {
    using value_type = T;
    using error_type = errc;
    struct unexpected_type {
        explicit unexpected_type(errc e) : error(e) {}
        errc error;
    };
    explicit expected(T v) : value(v) {}
    explicit expected(unexpected_type e) : error(e.error) {}
    T value{};
    errc error{};
};

}  // namespace

TEST_CASE("a result becomes what is like std::expected", "[core]") {
    const expected<int> seven = result<int>(7);
    CHECK(seven.value == 7);
    const expected<int> none = result<int>(errc::corrupt);
    CHECK(none.error == errc::corrupt);
    static_assert(!std::is_convertible_v<result<int>, expected<long>>);
}

static_assert(three.value() == 3 && three == 3 && nothing.value_or(4) == 4);
static_assert(three.transform([](int n) { return n + 1; }) == 4);
