#include <adapters/http/endpoint.hpp>
#include <adapters/http/text.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace chronopack;
using namespace chronopack::http;

TEST_CASE("a URL gives up what stands before the @, and text() never has it", "[http]") {
    const struct {
        std::string url, text, user, password;
    } rows[] = {
        {"http://me:p%40ss%2Fw%20d@h:1/", "http://h:1", "me", "p@ss/w d"},
        {"https://h/prefix//", "https://h/prefix", "", ""},
        {"HTTP://H:80", "http://H:80", "", ""},
        {"http://:secret@[::1]:9/x", "http://[::1]:9/x", "", "secret"},
        {"http://token@h", "http://h", "token", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.url);
        const auto e = endpoint::parse(row.url);
        REQUIRE(e);
        CHECK(e->text() == row.text);
        const auto* held = std::get_if<basic>(&e->credentials());
        CHECK((held != nullptr) == !(row.user.empty() && row.password.empty()));
        if (held == nullptr) continue;
        CHECK(held->user == row.user);
        CHECK(held->password.reveal() == row.password);
    }
}

TEST_CASE("anything but a plain http URL is refused", "[http]") {
    for (const std::string& url :
         {std::string(""), std::string("h"), std::string("/x"), std::string("ftp://h"),
          std::string("file:///etc/passwd"), std::string("http://"), std::string("http://h?u=me"),
          std::string("http://h#x"), std::string("http://me:p/w@h"), std::string("http://h:99999"),
          std::string("http://h\0.evil", 14), std::string("http://h/\r\nX: y"),
          std::string("http://a%3Ab:c@h")}) {
        CAPTURE(url);
        CHECK_FALSE(endpoint::parse(url));
    }
}

TEST_CASE("what a server says becomes one printable line that is not too long", "[http]") {
    CHECK(shown(" \r\nno such\npath\x1b[0m \n") == "no such\\npath\\x1b[0m");
    CHECK(shown(" \n") == "");
    CHECK(shown("\xff") == "\\xff");
    CHECK(shown(std::string(10'000, 'x')).size() == max_message_bytes);
}

TEST_CASE("secrets are taken out of text, cut ones too", "[http]") {
    const std::vector<std::string> hidden{"canary-7", ""};
    CHECK(redact("a canary-7 and canary-7canary-7", hidden) == "a *** and ******");
    CHECK(redact("cut: canary-", hidden) == "cut: ***");
    CHECK(redact("nothing", hidden) == "nothing");
}

TEST_CASE("percent-encoding is that of RFC 3986", "[http]") {
    CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encoded("a b&c=\"{}\n\xff") == "a%20b%26c%3D%22%7B%7D%0A%FF");
}
