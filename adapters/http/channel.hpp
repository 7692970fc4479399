// One connection, and one call at a time over it. Part of the transport.
//
// libcurl's multi interface with a single transfer: unlike curl_easy_perform it can
// be woken from another thread at once, and leaves deadlines to us to the millisecond.
#pragma once

#include <adapters/http/transport.hpp>

#include <curl/curl.h>

namespace chronopack::http {

class transport::channel {
public:
    /// Throws std::bad_alloc where libcurl has no handle for us.
    channel();
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel();

    /// As transport::send, with a message that does not yet name the request. After
    /// a failure the channel is of no more use.
    [[nodiscard]] storage::reply<response> run(const transport_options& options,
                                               const endpoint& where, const request& what,
                                               storage::deadline until,
                                               const std::stop_token& cancelled);

private:
    struct received {
        response answer;
        std::size_t header_bytes = 0;
        std::size_t most_bytes = 0;
        bool cut = false;        // a refusal's body, at 4 KiB
        bool too_long = false;   // a good one's, or the headers
        bool no_memory = false;  // exceptions must not pass through C
    };

    static std::size_t on_header(char* data, std::size_t, std::size_t n, void* to) noexcept;
    static std::size_t on_body(char* data, std::size_t, std::size_t n, void* to) noexcept;

    void set_up(const transport_options& options, const endpoint& where, const request& what,
                received& into);
    [[nodiscard]] storage::reply<CURLcode> transfer(storage::deadline until,
                                                    const std::stop_token& stop,
                                                    const std::stop_token& cancelled);

    CURLM* multi_ = nullptr;
    CURL* easy_ = nullptr;
    curl_slist* headers_ = nullptr;
    char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace chronopack::http
