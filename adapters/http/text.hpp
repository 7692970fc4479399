// Text on its way into a URL, a header or a message.
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

/// Bytes of a message or of a refusal's body at most.
inline constexpr std::size_t max_message_bytes = 4096;

/// All but RFC 3986's unreserved characters as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// Returns what a server or a library says as one line of a message: printable
/// (adapters/text/printable.hpp), without white space around it, and of at most
/// max_message_bytes.
[[nodiscard]] std::string shown(std::string_view said);

/// The text with *** in place of each of `secrets`, and of what may be the beginning
/// of one at its end, where it was cut; empty ones are none.
[[nodiscard]] std::string redact(std::string text, std::span<const std::string> secrets);

}  // namespace chronopack::http
