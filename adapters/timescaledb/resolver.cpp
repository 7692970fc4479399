#include <adapters/timescaledb/resolver.hpp>

#include <condition_variable>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

namespace chronopack::timescaledb {

using storage::failure;
using storage::verdict;

struct resolver::lookup {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    std::string error;
    std::vector<std::string> found;
};

namespace {

bool is_address(const std::string& host) {
    in6_addr room{};
    return ::inet_pton(AF_INET, host.c_str(), &room) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

std::vector<std::string> texts_of(const addrinfo* all) {
    std::vector<std::string> out;
    for (const addrinfo* one = all; one != nullptr; one = one->ai_next) {
        char text[INET6_ADDRSTRLEN + 16] = {};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0,
                          NI_NUMERICHOST) == 0)
            out.emplace_back(text);
    }
    return out;
}

}  // namespace

/// Asks in a thread of its own, which may outlast whoever waits for it.
void resolver::ask(const std::shared_ptr<lookup>& into, const std::string& host) {
    std::thread([into, host] {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        addrinfo* all = nullptr;
        const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &all);
        const std::lock_guard answering(into->mutex);
        // Without memory for the answer there is none.
        try {
            if (error != 0)
                into->error = ::gai_strerror(error);
            else
                into->found = texts_of(all);
        } catch (const std::bad_alloc&) {}
        if (all != nullptr) ::freeaddrinfo(all);
        into->done = true;
        into->changed.notify_all();
    }).detach();
}

storage::reply<std::vector<std::string>> resolver::addresses(const std::string& host,
                                                             storage::deadline until) {
    if (is_address(host)) return std::vector<std::string>{host};
    std::shared_ptr<lookup> asked;
    {
        const std::lock_guard held(mutex_);
        if (const auto known = under_way_.find(host); known != under_way_.end()) {
            asked = known->second;
        } else {
            asked = std::make_shared<lookup>();
            try {
                ask(asked, host);
            } catch (const std::system_error&) {
                return failure{verdict::retry, std::nullopt,
                               "no thread to resolve the host's name"};
            }
            under_way_.emplace(host, asked);
        }
    }
    std::unique_lock held(asked->mutex);
    if (!asked->changed.wait_until(held, until, [&] { return asked->done; }))
        return failure{verdict::retry, std::nullopt, "the host's name was not resolved in time"};
    const std::string error = asked->error;
    std::vector<std::string> found = asked->found;
    held.unlock();
    {
        // The next call asks again: an answer may change.
        const std::lock_guard all(mutex_);
        const auto at = under_way_.find(host);
        if (at != under_way_.end() && at->second == asked) under_way_.erase(at);
    }
    if (found.empty())
        return failure{verdict::retry, std::nullopt,
                       "the host's name has no address: " +
                           (error.empty() ? std::string("there is none") : error)};
    return found;
}

}  // namespace chronopack::timescaledb
