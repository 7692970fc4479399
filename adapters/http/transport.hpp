// Requests to one store over HTTP/1.1. It uses libcurl, and decides what libcurl leaves open.
//
//   auto line = http::transport::open({.url = "https://tsdb.example:8428",
//                                      .auth = http::bearer{token}});
//   if (!line) return line.error();
//   auto got = (*line)->send({.method = http::method::post,
//                             .target = "/api/v1/write",
//                             .body = wire}, until);
//   if (got && got->status == 204) ...
//
// - TLS: the certificate and the host name are verified against the system's authorities or
//   ca_file. A certificate that fails is `hold`, because an operator has to act.
// - Redirects are answers like any other and are not followed. Proxies and netrc files of the
//   environment are not used. So no header goes anywhere but to `url`.
// - Each call has a connection of its own while it lasts, from a pool that keeps idle ones open. A
//   connection on which a call failed is closed.
// - A call ends at its deadline, at cancel(), or when its token is asked to stop, whatever the
//   server does.
// - Of the body of a refusal 4 KiB are read, of a good one `most_bytes`, unpacked. A longer good
//   body is an error.
// - Messages name the URL without userinfo and query. They hold no secret, even where the server
//   sent one back.
#pragma once

#include <adapters/http/endpoint.hpp>
#include <adapters/http/text.hpp>
#include <adapters/storage/outcome.hpp>

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::http {

struct header {
    std::string name;
    std::string value;
};

enum class method : std::uint8_t { get, post, put, patch };

struct request {
    http::method method = http::method::get;
    std::string target;  ///< after the URL: "/api/v1/query?query=up"
    std::vector<header> headers{};
    std::string_view body{};
    bool accept_gzip = false;
    std::size_t most_bytes = std::size_t{1} << 20;  ///< of the body of a 2xx answer, unpacked
    std::stop_token stop{};
};

struct response {
    unsigned status = 0;
    std::vector<header> headers;
    std::string body;  ///< cut where the status is not 2xx

    /// Returns the first header of that name; upper and lower case are the same.
    [[nodiscard]] std::string_view operator[](std::string_view name) const noexcept;
};

struct transport_options {
    std::string url{};
    http::credentials auth{};       ///< given in the URL or here, not both
    std::string ca_file{};          ///< PEM; empty: the system's authorities
    bool verify = true;             ///< false accepts any certificate; for tests
    std::vector<header> headers{};  ///< sent with every request, such as a tenant
};

/// Sends requests. Any number of threads may call it at once.
class transport {
public:
    /// Does not connect. Returns `refused` for a URL, header or token that cannot be sent.
    [[nodiscard]] static storage::reply<std::unique_ptr<transport>> open(transport_options options);

    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    ~transport();

    /// Returns whatever the server answered, or why there is no answer: `retry` for causes that may
    /// pass (no connection, no time left, cancelled), `hold` for certificates, `refused` for
    /// answers that are too long.
    [[nodiscard]] storage::reply<response> send(const request& what, storage::deadline until);

    /// Ends the calls under way. Later calls fail.
    void cancel() noexcept { stop_.request_stop(); }

    /// "POST http://host/path: 400: too many samples", for an outcome.
    [[nodiscard]] std::string explain(const request& what, const response& got) const;

    /// Returns a message that says what is wrong with an answer that came.
    [[nodiscard]] std::string explain(const request& what, std::string_view why) const;

private:
    class channel;

    transport(transport_options options, endpoint where);
    [[nodiscard]] std::unique_ptr<channel> take();
    void give_back(std::unique_ptr<channel> one);

    transport_options options_;
    endpoint where_;
    std::vector<std::string> secrets_;  // in each form in which an answer may hold them
    std::stop_source stop_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<channel>> idle_;
};

}  // namespace chronopack::http
