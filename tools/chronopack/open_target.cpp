#include "open_target.hpp"

#include "input/failure.hpp"
#include "input/source.hpp"

#include <adapters/clickhouse/backend.hpp>
#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/http/endpoint.hpp>
#include <adapters/prometheus/backend.hpp>
#include <adapters/victoriametrics/backend.hpp>
#include <adapters/victoriametrics/kept.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

constexpr std::string_view no_url =
    "--to: a store is prometheus+http://HOST:PORT, victoriametrics+http://HOST:PORT, "
    "clickhouse+http://HOST:PORT[/DATABASE[/TABLE]], the same with https, or embedded:PATH";

std::string first_line(const std::string& file) {
    input::file_source from(file);
    std::string text;
    std::array<char, 4096> piece{};
    while (const std::size_t n = from.read(piece)) {
        text.append(piece.data(), n);
        if (text.size() > piece.size())
            throw failure(fault::usage, {file}, "the line of credentials is too long");
    }
    return text;
}

http::credentials credentials_of(std::string line, const std::string& where) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    const std::string bearer = "bearer ", basic = "basic ";
    if (line.starts_with(bearer) && line.size() > bearer.size())
        return http::bearer{http::secret(line.substr(bearer.size()))};
    const std::size_t colon = line.find(':');
    if (line.starts_with(basic) && colon != std::string::npos)
        return http::basic{line.substr(basic.size(), colon - basic.size()),
                           http::secret(line.substr(colon + 1))};
    throw failure(fault::usage, {where}, "neither `bearer TOKEN` nor `basic USER:PASSWORD`");
}

http::credentials credentials_for(const target_request& asked) {
    if (!asked.credentials_file.empty())
        return credentials_of(first_line(asked.credentials_file), asked.credentials_file);
    const char* const line = std::getenv(credentials_variable);
    return line == nullptr ? http::credentials() : credentials_of(line, credentials_variable);
}

http::transport_options transport_of(const target_request& asked, std::string_view url) {
    const auto where = http::endpoint::parse(url);
    if (!where) throw failure(fault::usage, std::string(no_url));
    if (!std::holds_alternative<std::monostate>(where->credentials()))
        throw failure(fault::usage,
                      "--to: credentials in a URL can be read by others: they belong in a file "
                      "(--credentials) or in " +
                          std::string(credentials_variable));
    return {.url = where->text(), .auth = credentials_for(asked), .ca_file = asked.ca_file};
}

template <class Store>
std::unique_ptr<Store> opened(storage::reply<std::unique_ptr<Store>> made, fault whose,
                              input::place where) {
    if (!made) throw failure(whose, std::move(where), made.error().message);
    return std::move(*made);
}

/// Returns the text after `prefix`, if it starts with it and is longer.
std::optional<std::string_view> after(std::string_view prefix, std::string_view text) {
    if (!text.starts_with(prefix) || text.size() == prefix.size()) return std::nullopt;
    return text.substr(prefix.size());
}

/// The path of the URL is a database and a table, either of which may be left away.
clickhouse::options clickhouse_at(const target_request& asked, std::string_view url) {
    clickhouse::options how{.where = transport_of(asked, url)};
    std::string& text = how.where.url;
    constexpr std::string_view scheme_end = "://";
    const std::size_t host = text.find(scheme_end) + scheme_end.size();
    const std::size_t path = text.find('/', host);
    if (path == std::string::npos) return how;
    const std::string names = text.substr(path + 1);
    text.resize(path);
    const std::size_t slash = std::min(names.find('/'), names.size());
    how.database = names.substr(0, slash);
    if (slash < names.size()) how.table = names.substr(slash + 1);
    if (how.database.empty() || how.table.empty() ||
        names.find_first_of("%/", slash + 1) != std::string::npos ||
        how.database.find('%') != std::string::npos)
        throw failure(fault::usage, std::string(no_url));
    return how;
}

}  // namespace

target open_target(const target_request& asked) {
    target to;
    if (const auto path = after("embedded:", asked.url)) {
        to.store = opened(embedded::embedded_backend::open(std::string(*path)), fault::environment,
                          {std::string(*path)});
        to.tick = 1;
        to.last_stays = true;
    } else if (const auto url = after("prometheus+", asked.url)) {
        to.store = opened(prometheus::backend::open({.where = transport_of(asked, *url)}),
                          fault::usage, {"--to"});
    } else if (const auto where = after("victoriametrics+", asked.url)) {
        auto store = opened(victoriametrics::backend::open({.where = transport_of(asked, *where)}),
                            fault::usage, {"--to"});
        to.may_round = [](double value) {
            return !victoriametrics::comes_back(value);
        };
        to.settle = [&store = *store](storage::deadline until) {
            const auto settled = store.settle(until);
            // New points become visible after seconds anyway, so a failure here does no harm.
            if (settled || settled.error().what == storage::verdict::unsupported)
                static_cast<void>(store.force_flush(until));
            return settled;
        };
        to.store = std::move(store);
    } else if (const auto at = after("clickhouse+", asked.url)) {
        auto store =
            opened(clickhouse::backend::open(clickhouse_at(asked, *at)), fault::usage, {"--to"});
        // Each request is a part of the table, which the server has to merge.
        to.batch_points = 50'000;
        to.tick = 1;
        to.last_stays = true;
        to.prepare = [&store = *store](storage::deadline until) {
            const auto well = store.health(until);
            if (well || well.error().what != storage::verdict::hold) return well;
            return store.create_table(until);
        };
        to.settle = [](storage::deadline) {
            return storage::failure{storage::verdict::unsupported, std::nullopt, ""};
        };
        to.store = std::move(store);
    } else {
        throw failure(fault::usage, std::string(no_url));
    }
    return to;
}

}  // namespace chronopack::tool
