#include <adapters/text/base64.hpp>

#include <catch2/catch.hpp>

using chronopack::text::base64;

TEST_CASE("base64 is that of RFC 4648", "[text]") {
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("fooba") == "Zm9vYmE=");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64(std::string_view("\xff\xff\xfe\x00", 4)) == "///+AA==");

    std::string out = "before ";
    chronopack::text::append_base64(out, "foo");
    CHECK(out == "before Zm9v");
}
