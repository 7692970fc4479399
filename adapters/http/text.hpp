// Text on its way into a URL or a message.
//
//   percent_encoded("a b&c")         a%20b%26c
//   printable("two\nlines")          two lines
//   redact("bad token s3", {"s3"})   bad token ***
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

/// Whether all of it is UTF-8: no overlong forms, surrogates or what is past U+10FFFF.
[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

/// The text in one line of UTF-8 of at most `most` bytes: runs of control
/// characters as a space, bytes that are not UTF-8 as '?', none around it.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = max_message_bytes);

/// The text with *** in place of each of `secrets`, and of what may be the beginning
/// of one at its end, where it was cut; empty ones are none.
[[nodiscard]] std::string redact(std::string text, std::span<const std::string> secrets);

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view text);

}  // namespace chronopack::http
