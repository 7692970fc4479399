// Catch2 2's only header, where Catch2 3 is installed, which has none of that name:
// tests and rapidcheck include one name for both. On the include path with 3 alone.
#pragma once

#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

using Catch::Approx;

#if defined(CATCH_CONFIG_MAIN)
#include <catch2/catch_session.hpp>

int main(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}
#endif
