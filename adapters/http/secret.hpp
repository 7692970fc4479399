// Text that only a server may read: a password or a token.
//
//   http::secret token(read_token());
//   std::cout << token;              does not compile
//   use(token.reveal());             where it is used, and only there
//
// Its bytes are overwritten when it is destroyed. Messages of this library pass through
// http::redact(), because a server may send back what it received.
#pragma once

#include <chronopack/core/abi.hpp>

#include <string>
#include <utility>

#include <string.h>

namespace chronopack::http {

class secret {
public:
    secret() = default;
    explicit secret(std::string text) : text_(std::move(text)) {}
    secret(const secret&) = default;
    secret(secret&& other) : text_(other.text_) { other.wipe(); }
    secret& operator=(secret other) noexcept {
        text_.swap(other.text_);
        return *this;
    }
    ~secret() { wipe(); }

    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    template <class Stream>
    friend Stream& operator<<(Stream&, const secret&) = delete;

private:
    void wipe() noexcept {
        ::explicit_bzero(text_.data(), text_.size());
        text_.clear();
    }

    std::string text_;
};

}  // namespace chronopack::http
