#include <adapters/timescaledb/connection.hpp>

#include <adapters/http/text.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>

#include <poll.h>
#include <unistd.h>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

using settings = std::map<std::string, std::string>;

/// A path that is never there, and at which libpq goes on without the file.
constexpr const char* no_file = "/dev/null/none";

/// What is sent where there is no password, for an empty one lets libpq ask the environment.
constexpr const char* no_password = "-";

bool has(std::string_view text, std::string_view any_of) noexcept {
    return text.find_first_of(any_of) != text.npos || text.find('\0') != text.npos;
}

/// The bundle of authorities that the system has, where libpq is too old to find it.
std::string system_authorities() {
    if (PQlibVersion() >= 160000) return "system";
    for (const char* path :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"})
        if (::access(path, R_OK) == 0) return path;
    return no_file;
}

std::string joined(const std::vector<std::string>& all) {
    std::string out;
    for (const std::string& one : all) out += (out.empty() ? "" : ",") + one;
    return out;
}

settings settings_of(const connection_options& how, const std::vector<std::string>& addresses) {
    const bool local = how.host.starts_with('/');
    settings out{{"port", std::to_string(how.port)},
                 {"dbname", how.database},
                 {"user", how.user},
                 {"password", how.password.empty() ? no_password : how.password.reveal()},
                 {"application_name", how.application_name},
                 {"client_encoding", "UTF8"},
                 {"options", " "},
                 {"passfile", no_file},
                 {"gssencmode", "disable"},
                 {"sslcert", how.client_certificate.empty() ? no_file : how.client_certificate},
                 {"sslkey", how.client_key.empty() ? no_file : how.client_key},
                 {"sslcrl", no_file},
                 {"sslcrldir", no_file},
                 {"ssl_max_protocol_version", "TLSv1.3"}};
    if (local) {
        out["host"] = how.host;
        out["sslmode"] = "disable";
        return out;
    }
    // One name for each address, for the names in certificates.
    out["host"] = joined(std::vector<std::string>(addresses.size(), how.host));
    out["hostaddr"] = joined(addresses);
    constexpr const char* modes[] = {"verify-full", "verify-ca", "disable"};
    out["sslmode"] = modes[static_cast<std::size_t>(how.tls)];
    out["sslrootcert"] = how.ca_file.empty() ? system_authorities() : how.ca_file;
    return out;
}

/// Everything else that the environment could set is set to what libpq was built with.
void keep_out_environment(settings& of) {
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> all(
        PQconninfoParse("", nullptr), PQconninfoFree);
    for (const PQconninfoOption* one = all.get(); one != nullptr && one->keyword != nullptr; ++one)
        if (one->envvar != nullptr && one->compiled != nullptr && *one->compiled != '\0')
            of.try_emplace(one->keyword, one->compiled);
    // A keyword of another release is not known to this one.
    std::erase_if(of, [&](const auto& setting) {
        for (const PQconninfoOption* one = all.get(); one != nullptr && one->keyword != nullptr;
             ++one)
            if (setting.first == one->keyword) return false;
        return true;
    });
}

void ignore_notice(void*, const PGresult*) {}

}  // namespace

std::string why_not(const connection_options& how) {
    if (how.host.empty() || how.port == 0) return "a connection needs a host and a port";
    if (!how.host.starts_with('/') && has(how.host, "/@?#,[] \t\r\n\"'"))
        return "the host is neither a name, an address, nor a directory of a socket: an address "
               "has no brackets, and a URL is not taken";
    if (has(how.host, ",")) return "the directory of a socket has no comma";
    if (how.database.empty() || how.user.empty()) return "a connection needs a database and a user";
    for (const std::string* text :
         {&how.database, &how.user, &how.application_name, &how.ca_file, &how.client_certificate,
          &how.client_key, &how.password.reveal()})
        if (text->find('\0') != text->npos) return "an option of the connection has a NUL in it";
    if (how.application_name.empty()) return "a connection needs an application_name";
    if (how.client_certificate.empty() != how.client_key.empty())
        return "a client's certificate and its key come together";
    for (const char* variable : {"PGSERVICE", "PGREQUIREPEER"})
        if (std::getenv(variable) != nullptr)
            return std::string("the environment has ") + variable +
                   ", which libpq cannot be kept from using: unset it";
    return {};
}

reply<std::unique_ptr<connection>> connection::open(const connection_options& how,
                                                    storage::deadline until, resolver* names) {
    if (const std::string why = why_not(how); !why.empty())
        return failure{verdict::refused, std::nullopt, why};
    std::unique_ptr<connection> made(new connection(how));
    if (!how.host.starts_with('/')) made->place_ += ':' + std::to_string(how.port);
    std::vector<std::string> addresses;
    if (!how.host.starts_with('/')) {
        resolver own;
        auto found = (names == nullptr ? own : *names).addresses(how.host, until);
        if (!found) return made->failed(found.error().what, found.error().message);
        addresses = std::move(*found);
    }
    const auto connected = made->connect(how, addresses, until);
    if (!connected) return connected.error();
    return made;
}

reply<std::monostate> connection::connect(const connection_options& how,
                                          const std::vector<std::string>& addresses,
                                          storage::deadline until) {
    if (storage::clock::now() >= until) return gone("no time is left to connect");
    settings all = settings_of(how, addresses);
    keep_out_environment(all);
    std::vector<const char*> keywords, values;
    for (const auto& [keyword, value] : all) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    line_ = PQconnectStartParams(keywords.data(), values.data(), 0);
    for (auto& [keyword, value] : all)
        if (keyword == "password") ::explicit_bzero(value.data(), value.size());
    if (line_ == nullptr) throw std::bad_alloc();
    PQsetErrorVerbosity(line_, PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(line_, ignore_notice, nullptr);
    int last_status = PQstatus(line_);
    if (last_status == CONNECTION_BAD) return not_connected(CONNECTION_STARTED);
    for (PostgresPollingStatusType next = PGRES_POLLING_WRITING;;) {
        if (!wait(next == PGRES_POLLING_READING, next == PGRES_POLLING_WRITING, until))
            return gone("the server did not let us in in time");
        last_status = PQstatus(line_);
        next = PQconnectPoll(line_);
        if (next == PGRES_POLLING_OK) break;
        if (next == PGRES_POLLING_FAILED) return not_connected(last_status);
    }
    PQsetnonblocking(line_, 1);
    // Settings of a role or a database must not change what statements of ours mean.
    const auto done = run(
        "SELECT pg_catalog.set_config(name, value, false) FROM (VALUES ('TimeZone', 'UTC'), "
        "('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'), ('extra_float_digits', '1'), "
        "('standard_conforming_strings', 'on'), ('client_min_messages', 'error'), ('jit', 'off')) "
        "AS own (name, value)",
        {}, until);
    if (!done) return done.error();
    // A server that can then notices that nobody waits for a statement any more.
    if (PQserverVersion(line_) >= 140000) {
        const auto watched = run("SET client_connection_check_interval = '2s'", {}, until);
        if (!watched && !alive()) return watched.error();
    }
    return std::monostate{};
}

failure connection::not_connected(int last_status) {
    const std::string said = PQerrorMessage(line_);
    sqlstate_ = sqlstate_at_end(said);
    // A handshake that the network ended is as any other connection that it ended.
    const bool of_network = said.find("SYSCALL") != said.npos || said.find("closed") != said.npos ||
                            said.find("reset") != said.npos;
    const bool untrusted =
        (last_status == CONNECTION_SSL_STARTUP && !of_network) || PQconnectionNeedsPassword(line_);
    why_ = judge(untrusted ? connection_state::untrusted : connection_state::gone, sqlstate_,
                 during::other);
    const std::string_view words = words_for(sqlstate_);
    close();
    if (sqlstate_.empty()) return failed(why_.judged.what, "cannot connect: " + said);
    return failed(why_.judged.what, "cannot connect: " + sqlstate_ +
                                        (words.empty() ? "" : ": " + std::string(words)));
}

connection::~connection() {
    close();
}

void connection::close() noexcept {
    if (line_ != nullptr) PQfinish(line_);
    line_ = nullptr;
    timeout_ms_ = 0;
}

bool connection::idle() const {
    if (line_ == nullptr || PQstatus(line_) != CONNECTION_OK ||
        PQtransactionStatus(line_) != PQTRANS_IDLE)
        return false;
    // What can be read now is an end, or words before one.
    pollfd one{PQsocket(line_), POLLIN, 0};
    if (::poll(&one, 1, 0) <= 0) return true;
    return PQconsumeInput(line_) == 1 && PQstatus(line_) == CONNECTION_OK &&
           ::poll(&one, 1, 0) <= 0;
}

bool connection::in_transaction() const {
    return line_ != nullptr && PQtransactionStatus(line_) != PQTRANS_IDLE;
}

int connection::server_version() const {
    return line_ == nullptr ? 0 : PQserverVersion(line_);
}

/// Reads what has come; false where the connection has failed.
bool connection::consume() {
    if (PQconsumeInput(line_) == 0) return false;
    // Of a TLS record that did not fit, the rest waits in the library, where poll() sees nothing.
    return PQsslInUse(line_) == 0 || PQconsumeInput(line_) == 1;
}

/// Returns false when the deadline has passed.
bool connection::wait(bool to_read, bool to_write, storage::deadline until) const {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - storage::clock::now());
        if (left.count() <= 0) return false;
        pollfd one{PQsocket(line_),
                   static_cast<short>((to_read ? POLLIN : 0) | (to_write ? POLLOUT : 0)), 0};
        const int ready =
            ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return true;  // the next call on the socket says why
    }
}

std::string connection::shown(std::string_view text) const {
    const std::string secrets[] = {password_.reveal()};
    return http::redact(http::shown(http::redact(std::string(text), secrets)), secrets);
}

failure connection::failed(verdict what, std::string_view words) {
    return {what, std::nullopt, shown("PostgreSQL at " + place_ + ": " + std::string(words))};
}

}  // namespace chronopack::timescaledb
