#include <chronopack/core/error_code.hpp>

#include <catch2/catch.hpp>

#include <set>

using namespace chronopack;

TEST_CASE("every errc is a std::error_code that is an error", "[core]") {
    std::set<std::string> messages;
    for (unsigned e = 0; e <= static_cast<unsigned>(errc::io_error); ++e) {
        const std::error_code code = static_cast<errc>(e);
        CHECK(code);  // errc{} is truncated, and an error_code of 0 would be success
        CHECK(code == static_cast<errc>(e));
        CHECK(code.category() == error_category());
        CHECK(code.category().name() == std::string_view("chronopack"));
        CHECK(code.message() == message(static_cast<errc>(e)));
        CHECK(messages.insert(code.message()).second);
    }
    CHECK(std::error_code(errc::corrupt) != errc::truncated);
    CHECK(std::error_code(99, error_category()).message() == "unknown error");
}

TEST_CASE("errors that systems have too are equal to theirs", "[core]") {
    CHECK(std::error_code(errc::io_error) == std::errc::io_error);
    CHECK(std::error_code(errc::not_found) == std::errc::no_such_file_or_directory);
    CHECK(std::error_code(errc::no_space) == std::errc::no_buffer_space);
    CHECK(std::error_code(errc::unsupported) == std::errc::not_supported);
    CHECK(std::error_code(errc::out_of_range) == std::errc::invalid_argument);
    CHECK(std::error_code(errc::corrupt) != std::errc::io_error);
}

TEST_CASE("an errc goes into a std::system_error", "[core]") {
    const std::system_error thrown(errc::corrupt, "metrics.cpk");
    CHECK(std::string_view(thrown.what()) == "metrics.cpk: the input is not a valid encoding");
}
