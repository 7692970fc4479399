// Names of hosts to addresses, by a deadline.
//
//   resolver names;
//   names.addresses("db.example", in(1s))     {"192.0.2.7", "2001:db8::7"}
//
// libpq and the C library's getaddrinfo() know no deadline, so a thread asks. One that is still
// waiting when its caller gives up answers the next caller who asks for the same name.
#pragma once

#include <adapters/storage/backend.hpp>

#include <map>
#include <memory>
#include <mutex>

namespace chronopack::timescaledb {

/// Any number of threads may call it at once.
class resolver {
public:
    /// Returns the addresses of a host, in the order in which they should be tried. An address
    /// is returned as it is. Fails with `retry` where there is none, or none in time.
    [[nodiscard]] storage::reply<std::vector<std::string>> addresses(const std::string& host,
                                                                     storage::deadline until);

private:
    struct lookup;
    static void ask(const std::shared_ptr<lookup>& into, const std::string& host);
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<lookup>> under_way_;
};

}  // namespace chronopack::timescaledb
