#include "open_store.hpp"

#include "input/failure.hpp"
#include "input/source.hpp"

#include <adapters/clickhouse/backend.hpp>
#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/http/endpoint.hpp>
#include <adapters/influxdb/backend.hpp>
#include <adapters/parquet/backend.hpp>
#include <adapters/prometheus/backend.hpp>
#include <adapters/timescaledb/backend.hpp>
#include <adapters/victoriametrics/backend.hpp>
#include <adapters/victoriametrics/kept.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

failure no_url(const store_request& asked) {
    return {fault::usage,
            {asked.named},
            "a store is prometheus+http://HOST:PORT, victoriametrics+http://HOST:PORT, "
            "clickhouse+http://HOST:PORT[/DATABASE[/TABLE]], "
            "influxdb+http://HOST:PORT[/DATABASE[/POLICY]], the same with https, "
            "timescaledb://HOST[:PORT]/DATABASE[/SCHEMA], the same with timescaledb+plain, "
            "embedded:PATH, or parquet:DIRECTORY"};
}

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

http::credentials credentials_for(const store_request& asked) {
    if (!asked.credentials_file.empty())
        return credentials_of(first_line(asked.credentials_file), asked.credentials_file);
    const char* const line = std::getenv(asked.credentials_variable);
    return line == nullptr ? http::credentials() : credentials_of(line, asked.credentials_variable);
}

failure secrets_in_url(const store_request& asked) {
    return {fault::usage,
            {asked.named},
            "credentials in a URL can be read by others: they belong in a file (" +
                std::string(asked.credentials_option) + ") or in " + asked.credentials_variable};
}

http::transport_options transport_of(const store_request& asked, std::string_view url) {
    const auto where = http::endpoint::parse(url);
    if (!where) throw no_url(asked);
    if (!std::holds_alternative<std::monostate>(where->credentials())) throw secrets_in_url(asked);
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

/// Takes the path off a URL: at most two names between slashes.
std::vector<std::string> take_names(const store_request& asked, std::string& url) {
    constexpr std::string_view scheme_end = "://";
    const std::size_t host = url.find(scheme_end) + scheme_end.size();
    const std::size_t path = url.find('/', host);
    std::vector<std::string> names;
    if (path == std::string::npos) return names;
    for (std::size_t at = path; at != std::string::npos;) {
        const std::size_t end = url.find('/', at + 1);
        names.push_back(url.substr(at + 1, end == std::string::npos ? end : end - at - 1));
        if (names.back().empty() || names.size() > 2) throw no_url(asked);
        at = end;
    }
    url.resize(path);
    return names;
}

/// The path of the URL is a database and a table, either of which may be left away.
clickhouse::options clickhouse_at(const store_request& asked, std::string_view url) {
    clickhouse::options how{.where = transport_of(asked, url)};
    const auto names = take_names(asked, how.where.url);
    for (const std::string& name : names)
        if (name.find('%') != std::string::npos) throw no_url(asked);
    if (!names.empty()) how.database = names[0];
    if (names.size() > 1) how.table = names[1];
    return how;
}

std::string percent_decoded(const store_request& asked, std::string_view text) {
    std::string out;
    while (!text.empty()) {
        unsigned byte = static_cast<unsigned char>(text[0]);
        std::size_t n = 1;
        if (text[0] == '%') {
            const char* const from = text.data() + 1;
            n = 3;
            if (text.size() < n || std::from_chars(from, from + 2, byte, 16).ptr != from + 2)
                throw no_url(asked);
        }
        out += static_cast<char>(byte);
        text.remove_prefix(n);
    }
    return out;
}

/// Of version 1 the path is a database and a retention policy, of 2 an organization and a
/// bucket, of 3 a database.
influxdb::options influxdb_at(const store_request& asked, std::string_view url) {
    influxdb::options how{.where = transport_of(asked, url), .field_tag = "_field"};
    auto names = take_names(asked, how.where.url);
    for (std::string& name : names) name = percent_decoded(asked, name);
    how.database = "chronopack";
    switch (asked.influxdb_version) {
        case 1:
            if (!names.empty()) how.database = names[0];
            if (names.size() > 1) how.retention_policy = names[1];
            break;
        case 2:
            how.api = influxdb::api::v2;
            if (names.size() != 2)
                throw failure(fault::usage, {asked.named},
                              "of InfluxDB 2 it is influxdb+http://HOST:PORT/ORG/BUCKET");
            how.org = names[0];
            how.database = names[1];
            break;
        default:
            how.api = influxdb::api::v3;
            if (names.size() > 1) throw no_url(asked);
            if (!names.empty()) how.database = names[0];
    }
    return how;
}

/// Fields are taken out of the URL here: libpq, which could read one, shows those that it cannot.
timescaledb::options timescaledb_at(const store_request& asked, timescaledb::tls how,
                                    std::string_view url) {
    if (url.find('@') != url.npos) throw secrets_in_url(asked);
    std::string_view host = url.substr(0, url.find('/'));
    std::vector<std::string> names;
    for (std::string_view path = url.substr(host.size()); !path.empty();) {
        const std::string_view name = path.substr(1, path.find('/', 1) - 1);
        if (name.empty()) throw no_url(asked);
        names.push_back(percent_decoded(asked, name));
        path.remove_prefix(1 + name.size());
    }
    if (names.empty() || names.size() > 2) throw no_url(asked);
    timescaledb::options to;
    std::string_view port;
    if (host.starts_with('[')) {  // an address of IPv6
        const std::size_t end = host.find(']');
        if (end == host.npos) throw no_url(asked);
        port = host.substr(end + 1);
        host = host.substr(1, end - 1);
    } else if (const std::size_t colon = host.find(':'); colon != host.npos) {
        port = host.substr(colon);
        host = host.substr(0, colon);
    }
    if (!port.empty()) {
        const char* const end = port.data() + port.size();
        const auto [stop, error] = std::from_chars(port.data() + 1, end, to.where.port);
        if (port[0] != ':' || stop != end || error != std::errc{}) throw no_url(asked);
    }
    const http::credentials who = credentials_for(asked);
    const auto* const user = std::get_if<http::basic>(&who);
    if (user == nullptr)
        throw failure(fault::usage, {asked.named},
                      "timescaledb needs a user: a line `basic USER:PASSWORD` in a file (" +
                          std::string(asked.credentials_option) + ") or in " +
                          asked.credentials_variable);
    to.where.host = host;
    to.where.database = names[0];
    to.where.user = user->user;
    to.where.password = user->password;
    to.where.tls = how;
    to.where.ca_file = asked.ca_file;
    if (names.size() > 1) to.schema.names.schema = names[1];
    return to;
}

}  // namespace

opened_store open_store(const store_request& asked, purpose what_for) {
    opened_store to;
    if (const auto path = after(embedded_scheme, asked.url)) {
        if (what_for == purpose::reading && !std::filesystem::exists(*path))
            throw failure(fault::environment, {std::string(*path)}, "No such file or directory");
        to.store = opened(embedded::embedded_backend::open(std::string(*path)), fault::environment,
                          {std::string(*path)});
        to.tick = 1;
        to.last_stays = true;
    } else if (const auto directory = after(parquet_scheme, asked.url)) {
        if (what_for == purpose::reading && !std::filesystem::is_directory(*directory))
            throw failure(fault::environment, {std::string(*directory)},
                          "No such file or directory");
        auto store = opened(parquet::backend::open(std::string(*directory)), fault::environment,
                            {std::string(*directory)});
        to.batch_points = 50'000;
        to.tick = 1;
        to.last_stays = true;
        // Other programs see only what is cut.
        to.settle = [&store = *store](storage::deadline until) {
            return store.checkpoint(until);
        };
        to.store = std::move(store);
    } else if (const auto url = after("prometheus+", asked.url)) {
        to.store = opened(prometheus::backend::open({.where = transport_of(asked, *url)}),
                          fault::usage, {asked.named});
    } else if (const auto where = after("victoriametrics+", asked.url)) {
        auto store = opened(victoriametrics::backend::open({.where = transport_of(asked, *where)}),
                            fault::usage, {asked.named});
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
        auto store = opened(clickhouse::backend::open(clickhouse_at(asked, *at)), fault::usage,
                            {asked.named});
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
    } else if (const auto host = after("influxdb+", asked.url)) {
        auto store =
            opened(influxdb::backend::open(influxdb_at(asked, *host)), fault::usage, {asked.named});
        to.batch_points = 20'000;
        to.tick = 1;
        to.last_stays = true;
        to.implied = {"_field", std::string(influxdb::value_field)};
        to.prepare = [&store = *store](storage::deadline until) {
            const auto well = store.health(until);
            if (well || well.error().what != storage::verdict::hold) return well;
            return store.client().create(std::nullopt, until);
        };
        to.store = std::move(store);
    } else if (asked.url.starts_with("timescaledb")) {
        const auto plain = after("timescaledb+plain://", asked.url);
        const auto secure = after("timescaledb://", asked.url);
        if (!plain && !secure) throw no_url(asked);
        const auto how = plain ? timescaledb::tls::off : timescaledb::tls::verify_full;
        auto store =
            opened(timescaledb::backend::open(timescaledb_at(asked, how, plain ? *plain : *secure)),
                   fault::usage, {asked.named});
        to.batch_points = 10'000;
        to.tick = 1'000;
        to.last_stays = true;
        to.prepare = [&store = *store](storage::deadline until) -> storage::reply<std::monostate> {
            const auto well = store.health(until);
            if (well || well.error().what != storage::verdict::hold) return well;
            const auto made = store.initialize_schema(until);
            if (!made) return made.error();
            return store.health(until);
        };
        to.store = std::move(store);
    } else {
        throw no_url(asked);
    }
    return to;
}

}  // namespace chronopack::tool
