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

TEST_CASE("base64 is read back, and no other text is", "[text]") {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        std::string back;
        REQUIRE(chronopack::text::append_unbase64(back, base64(bytes)));
        REQUIRE(back == bytes);
        bytes += static_cast<char>(7 * i);
    }
    for (const char* text :
         {"Zg=", "Zg", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9\xff"}) {
        std::string back;
        CHECK_FALSE(chronopack::text::append_unbase64(back, text));
    }
}
