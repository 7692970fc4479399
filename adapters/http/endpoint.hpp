// The address of a store, and the credentials to use there.
//
//   endpoint::parse("https://me:p%40ss@tsdb.example:8443/prefix/")
//     text()        https://tsdb.example:8443/prefix      for requests and messages
//     credentials   basic {"me", "p@ss"}                  for the Authorization header
//
// Everything in a URL before the @ is taken out at once, so that no message can print it. A query
// or a fragment is refused: an adapter adds what its store needs of them.
#pragma once

#include <adapters/http/secret.hpp>

#include <chronopack/core/result.hpp>

#include <string_view>
#include <variant>

namespace chronopack::http {

struct basic {
    std::string user;  ///< must not have a colon, which would end it
    secret password;
};

struct bearer {
    secret token;
};

using credentials = std::variant<std::monostate, basic, bearer>;

class endpoint {
public:
    /// Parses an absolute http or https URL. Returns out_of_range for any other text.
    [[nodiscard]] static result<endpoint> parse(std::string_view url);

    /// Returns the URL without userinfo and without a slash at its end.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const http::credentials& credentials() const noexcept { return credentials_; }

private:
    std::string text_;
    http::credentials credentials_;
};

}  // namespace chronopack::http
