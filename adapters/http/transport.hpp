// Requests to one store over HTTP/1.1: libcurl, with what it leaves open decided.
//
//   auto line = http::transport::open({.url = "https://tsdb.example:8428",
//                                      .auth = http::bearer{token}});
//   if (!line) return line.error();
//   auto got = (*line)->send({.method = http::method::post,
//                             .target = "/api/v1/write",
//                             .body = wire}, until);
//   if (got && got->status == 204) ...
//
// - TLS: certificate and host name are verified, against the system's authorities
//   or ca_file. One that does not pass is `hold`: an operator's matter.
// - Redirects are answers like others, never followed; proxies and netrc files of
//   the environment are not used. So no header goes anywhere but to `url`.
// - Each call has a connection of its own for as long as it takes, from a pool that
//   keeps idle ones open. One on which a call failed is closed.
// - A call ends at its deadline, at cancel(), or when its token is asked to stop,
//   whatever the server does meanwhile.
// - Of a refusal's body 4 KiB are read, of a good one `most_bytes`, unpacked; more
//   of that is an error.
// - Messages name the URL without userinfo and query, and hold no secret, even where
//   the server sent it back.
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

enum class method : std::uint8_t { get, post };

struct request {
    http::method method = http::method::get;
    std::string target;  ///< behind the URL: "/api/v1/query?query=up"
    std::vector<header> headers{};
    std::string_view body{};
    bool accept_gzip = false;
    std::size_t most_bytes = std::size_t{1} << 20;  ///< of a 2xx answer's body, unpacked
    std::stop_token stop{};
};

struct response {
    unsigned status = 0;
    std::vector<header> headers;
    std::string body;  ///< cut where the status is no 2xx

    /// The first header of that name, whatever the case of its letters.
    [[nodiscard]] std::string_view operator[](std::string_view name) const noexcept;
};

struct transport_options {
    std::string url{};
    http::credentials auth{};       ///< in the URL, or here, not both
    std::string ca_file{};          ///< PEM; empty: the authorities of the system
    bool verify = true;             ///< false: any certificate will do; for tests
    std::vector<header> headers{};  ///< with every request: a tenant, say
};

/// Calls may come from any threads at once.
class transport {
public:
    /// Does not connect. `refused` for a URL, header or token that cannot be sent.
    [[nodiscard]] static storage::reply<std::unique_ptr<transport>> open(transport_options options);

    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    ~transport();

    /// Whatever the server answered; or why there is no answer: `retry` for what may
    /// pass (no connection, no time left, cancelled), `hold` for certificates,
    /// `refused` for answers that are too long.
    [[nodiscard]] storage::reply<response> send(const request& what, storage::deadline until);

    /// Ends the calls under way; later ones fail.
    void cancel() noexcept { stop_.request_stop(); }

    /// "POST http://host/path: 400: too many samples", for an outcome.
    [[nodiscard]] std::string explain(const request& what, const response& got) const;

    /// `explain` of what was found wrong with an answer that came.
    [[nodiscard]] std::string explain(const request& what, std::string_view why) const;

private:
    class channel;

    transport(transport_options options, endpoint where);
    [[nodiscard]] std::unique_ptr<channel> take();
    void give_back(std::unique_ptr<channel> one);

    transport_options options_;
    endpoint where_;
    std::vector<std::string> secrets_;  // as they may stand in an answer
    std::stop_source stop_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<channel>> idle_;
};

}  // namespace chronopack::http
