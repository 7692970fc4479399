// One connection, which runs one call at a time. Part of the transport.
//
// It uses libcurl's multi interface with a single transfer. Unlike curl_easy_perform, that can be
// woken from another thread at once, and it leaves deadlines to us, to the millisecond.
#pragma once

#include <adapters/http/transport.hpp>

#include <curl/curl.h>

namespace chronopack::http {

class transport::channel {
public:
    /// Throws std::bad_alloc where libcurl has no handle left.
    channel();
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel();

    /// Does what transport::send does, but the message of a failure does not name the request yet.
    /// After a failure the channel must not be used again.
    [[nodiscard]] storage::reply<response> run(const transport_options& options,
                                               const endpoint& where, const request& what,
                                               storage::deadline until,
                                               const std::stop_token& cancelled);

private:
    struct received {
        response answer;
        std::size_t header_bytes = 0;
        std::size_t most_bytes = 0;
        bool cut = false;        // the body of a refusal was cut at 4 KiB
        bool too_long = false;   // the body of a good answer was too long, or the headers were
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
