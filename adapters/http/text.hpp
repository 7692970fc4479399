// Text for a URL, a header or a message.
//
//   percent_encoded("a b&c")         a%20b%26c
//   redact("bad token s3", {"s3"})   bad token ***
//   shown("no such\npath\n")         no such\npath
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace chronopack::http {

/// The most bytes of a message, or of the body of a refusal.
inline constexpr std::size_t max_message_bytes = 4096;

/// Returns the text with all but RFC 3986's unreserved characters as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// Returns what a server or a library says as one line of a message: printable
/// (adapters/text/printable.hpp), without white space around it, and of at most
/// max_message_bytes.
[[nodiscard]] std::string shown(std::string_view said);

/// Returns the text with *** in place of each secret. A beginning of a secret at the end of the
/// text, where it may have been cut, is replaced as well. Empty secrets are ignored.
[[nodiscard]] std::string redact(std::string text, std::span<const std::string> secrets);

}  // namespace chronopack::http
