#include <adapters/http/channel.hpp>

#include <algorithm>
#include <limits>
#include <new>

#include <pthread.h>
#include <signal.h>
#include <time.h>

namespace chronopack::http {

namespace {

constexpr std::size_t max_header_bytes = std::size_t{64} << 10;

/// Blocks SIGPIPE in this thread: OpenSSL may write to sockets that are already closed. libcurl
/// would change how the whole process handles SIGPIPE instead.
class no_sigpipe {
public:
    no_sigpipe() noexcept {
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    no_sigpipe(const no_sigpipe&) = delete;
    no_sigpipe& operator=(const no_sigpipe&) = delete;
    ~no_sigpipe() {
        const timespec at_once{};
        if (!was_pending_)
            while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {}
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t pipe_;
    sigset_t before_;
    bool was_pending_ = false;
};

bool of_certificates(CURLcode code) noexcept {
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
           code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

storage::failure may_pass(std::string why) {
    return {storage::verdict::retry, std::nullopt, std::move(why)};
}

}  // namespace

transport::channel::channel() : multi_(curl_multi_init()), easy_(curl_easy_init()) {
    if (multi_ != nullptr && easy_ != nullptr) return;
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
    throw std::bad_alloc();
}

transport::channel::~channel() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
    curl_slist_free_all(headers_);
}

std::size_t transport::channel::on_header(char* data, std::size_t, std::size_t n, void* to) noexcept
    try {
    auto& into = *static_cast<received*>(to);
    if ((into.header_bytes += n) > max_header_bytes) {
        into.too_long = true;
        return 0;
    }
    std::string_view line(data, n);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {  // the headers start again after each 1xx
        into.answer.headers.clear();
        into.answer.status = 0;
        const std::size_t at = std::min(line.find(' '), line.size());
        for (const char c : line.substr(at).substr(0, 4))
            if (c >= '0' && c <= '9')
                into.answer.status = into.answer.status * 10 + static_cast<unsigned>(c - '0');
        return n;
    }
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return n;
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    into.answer.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
    return n;
} catch (const std::bad_alloc&) {
    static_cast<received*>(to)->no_memory = true;
    return 0;
}

std::size_t transport::channel::on_body(char* data, std::size_t, std::size_t n, void* to) noexcept
    try {
    auto& into = *static_cast<received*>(to);
    const bool good = into.answer.status >= 200 && into.answer.status < 300;
    const std::size_t most = good ? into.most_bytes : max_message_bytes;
    const std::size_t left = most - into.answer.body.size();
    into.answer.body.append(data, std::min(n, left));
    if (n <= left) return n;
    if (good)
        into.too_long = true;
    else
        into.cut = true;
    return 0;
} catch (const std::bad_alloc&) {
    static_cast<received*>(to)->no_memory = true;
    return 0;
}

void transport::channel::set_up(const transport_options& options, const endpoint& where,
                                const request& what, received& into) {
    curl_easy_reset(easy_);
    curl_slist_free_all(headers_);
    headers_ = nullptr;
    const auto set = [&](CURLoption option, auto value) {
        if (curl_easy_setopt(easy_, option, value) != CURLE_OK) throw std::bad_alloc();
    };
    const auto add = [&](const std::string& line) {
        curl_slist* longer = curl_slist_append(headers_, line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        headers_ = longer;
    };

    set(CURLOPT_URL, (where.text() + what.target).c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // do not wait for a resolver that hangs
    set(CURLOPT_NOPROGRESS, 1L);
    set(CURLOPT_ERRORBUFFER, error_);
    error_[0] = '\0';
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&into));
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&into));
    if (what.accept_gzip) set(CURLOPT_ACCEPT_ENCODING, "gzip");

    set(CURLOPT_SSL_VERIFYPEER, options.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, options.verify ? 2L : 0L);
    if (!options.ca_file.empty()) {
        set(CURLOPT_CAINFO, options.ca_file.c_str());
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (const auto* name = std::get_if<basic>(&options.auth)) {
        set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        set(CURLOPT_USERNAME, name->user.c_str());
        set(CURLOPT_PASSWORD, name->password.reveal().c_str());
    } else if (const auto* held = std::get_if<bearer>(&options.auth)) {
        set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        set(CURLOPT_XOAUTH2_BEARER, held->token.reveal().c_str());
    }

    add("User-Agent: chronopack");
    add("Expect:");  // otherwise curl would wait for a 100 before it sends a long body
    for (const auto* list : {&options.headers, &what.headers})
        for (const header& h : *list) add(h.name + ": " + h.value);
    if (what.method != method::get) {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDS, what.body.data() == nullptr ? "" : what.body.data());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    }
    if (what.method == method::put) set(CURLOPT_CUSTOMREQUEST, "PUT");
    if (what.method == method::patch) set(CURLOPT_CUSTOMREQUEST, "PATCH");
    set(CURLOPT_HTTPHEADER, headers_);
}

storage::reply<CURLcode> transport::channel::transfer(storage::deadline until,
                                                      const std::stop_token& stop,
                                                      const std::stop_token& cancelled) {
    const auto wake = [this] {
        curl_multi_wakeup(multi_);
    };
    const std::stop_callback by_call(stop, wake);
    const std::stop_callback by_transport(cancelled, wake);
    for (;;) {
        int running = 0;
        CURLMcode code = curl_multi_perform(multi_, &running);
        if (code != CURLM_OK) return may_pass(curl_multi_strerror(code));
        int left = 0;
        if (const CURLMsg* done = curl_multi_info_read(multi_, &left);
            done != nullptr && done->msg == CURLMSG_DONE)
            return done->data.result;
        if (stop.stop_requested() || cancelled.stop_requested()) return may_pass("cancelled");
        const auto rest = until - storage::clock::now();
        if (rest <= rest.zero()) return may_pass("no answer in time");
        // The wait is rounded up: a wait of 0 would spin through the last millisecond.
        const auto wait = std::min(std::chrono::ceil<std::chrono::milliseconds>(rest),
                                   std::chrono::milliseconds(60'000));
        code = curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait.count()), nullptr);
        if (code != CURLM_OK) return may_pass(curl_multi_strerror(code));
    }
}

storage::reply<response> transport::channel::run(const transport_options& options,
                                                 const endpoint& where, const request& what,
                                                 storage::deadline until,
                                                 const std::stop_token& cancelled) {
    received got;
    got.most_bytes = what.most_bytes;
    set_up(options, where, what, got);
    const no_sigpipe guard;
    if (curl_multi_add_handle(multi_, easy_) != CURLM_OK) throw std::bad_alloc();
    const auto ended = transfer(until, what.stop, cancelled);
    curl_multi_remove_handle(multi_, easy_);
    if (got.no_memory) throw std::bad_alloc();
    if (!ended) return ended.error();
    if (got.too_long)
        return storage::failure{storage::verdict::refused, std::nullopt,
                                "the answer is longer than " + std::to_string(got.most_bytes) +
                                    " bytes, or its headers are"};
    if (*ended != CURLE_OK && !got.cut) {
        const std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(*ended);
        return storage::failure{
            of_certificates(*ended) ? storage::verdict::hold : storage::verdict::retry,
            std::nullopt, why};
    }
    return std::move(got.answer);
}

}  // namespace chronopack::http
