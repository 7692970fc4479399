// A connection, with PostgreSQL itself.
#include "servers.hpp"

#include "support/fault_server.hpp"

#include <cstdlib>
#include <thread>

#include <signal.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::timescaledb;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

constexpr const char* canary = "canary-7f3a";

storage::failure refusal_of(const connection_options& where,
                            std::chrono::milliseconds given = 20s) {
    const auto made = connection::open(where, in(given));
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find(canary) == std::string::npos);
    return made.error();
}

class environment_variable {
public:
    environment_variable(const char* name, const char* value) : name_(name) {
        ::setenv(name, value, 1);
    }
    ~environment_variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

}  // namespace

TEST_CASE("a statement with parameters gives rows", "[timescaledb][server]") {
    auto line = connected(where_of(postgres_server()));
    const auto rows = run(*line, "SELECT $1::int8 + 1 AS n, $2::text, NULL::int4",
                          {parameter::int8(41), parameter::text("it's")});
    REQUIRE(rows.rows() == 1);
    CHECK(rows.columns[0].name == "n");
    CHECK(rows.integer(0, 0) == 42);
    CHECK(rows.text(0, 1) == "it's");
    CHECK(rows.is_null(0, 2));
    CHECK(line->idle());
    CHECK(line->server_version() >= 130000);
}

TEST_CASE("a refused statement has its SQLSTATE, and the connection stays",
          "[timescaledb][server]") {
    auto line = connected(where_of(postgres_server()));
    const auto got = line->run("SELECT nope", {}, in(10s));
    REQUIRE_FALSE(got);
    CHECK(line->sqlstate() == "42703");
    CHECK(line->idle());
    CHECK(run(*line, "SELECT 1").integer(0, 0) == 1);
    // A transaction that has failed is the caller's to end.
    run(*line, "BEGIN");
    CHECK_FALSE(line->run("SELECT nope", {}, in(10s)));
    CHECK_FALSE(line->run("SELECT 1", {}, in(10s)));
    CHECK(line->sqlstate() == "25P02");
    CHECK(line->why().our_bug);
    run(*line, "ROLLBACK");
    CHECK(line->idle());
}

TEST_CASE("a wrong password is held, and in no message", "[timescaledb][server]") {
    auto where = where_of(postgres_server());
    where.password = http::secret(canary);
    const auto wrong = refusal_of(where);
    CHECK(wrong.what == verdict::hold);
    CHECK(wrong.message.find("28P01") != std::string::npos);
    where.password = http::secret();
    CHECK(refusal_of(where).what == verdict::hold);
    where = where_of(postgres_server());
    where.database = "nodb";
    CHECK(refusal_of(where).what == verdict::hold);
    where = where_of(postgres_server());
    where.user = "nobody-is";
    where.password = http::secret(canary);
    CHECK(refusal_of(where).what == verdict::hold);
    // What the server repeats is not shown, either.
    where = where_of(postgres_server());
    auto line = connected(where);
    const auto said = line->run(std::string("SELECT '") + postgres_password + "'::int", {}, in(5s));
    REQUIRE_FALSE(said);
    CHECK(said.error().message.find("invalid input syntax") != std::string::npos);
    CHECK(said.error().message.find(postgres_password) == std::string::npos);
}

TEST_CASE("a URL or DSN is no host, and is not shown", "[timescaledb]") {
    for (const char* host :
         {"postgresql://u:canary-7f3a@[::1/db", "postgresql://u:canary-7f3a@h/db", "[::1]",
          "h password=canary-7f3a", "a,canary-7f3a", "u:canary-7f3a@h", "h#canary-7f3a",
          "h'canary-7f3a", "/tmp,canary-7f3a", ""}) {
        CAPTURE(host);
        connection_options where{.host = host, .database = "d", .user = "u", .tls = tls::off};
        CHECK(refusal_of(where).what == verdict::refused);
    }
    connection_options where{.host = "h", .database = "d", .user = "u"};
    where.database = "";
    CHECK(refusal_of(where).what == verdict::refused);
    where.database = std::string("d\0canary-7f3a", 13);
    CHECK(refusal_of(where).what == verdict::refused);
}

TEST_CASE("TLS is asked for unless plain text is, and a server without it is no match",
          "[timescaledb][server]") {
    auto where = where_of(postgres_server());
    for (const tls how : {tls::verify_full, tls::verify_ca}) {
        where.tls = how;
        CHECK(refusal_of(where).what == verdict::hold);
    }
    CHECK(connection_options{}.tls == tls::verify_full);
}

TEST_CASE("nothing of the environment has a say", "[timescaledb][server]") {
    const environment_variable all[] = {{"PGHOST", "192.0.2.1"},
                                        {"PGHOSTADDR", "192.0.2.1"},
                                        {"PGPORT", "1"},
                                        {"PGUSER", "nobody"},
                                        {"PGPASSWORD", "wrong"},
                                        {"PGDATABASE", "nodb"},
                                        {"PGOPTIONS", "-c nosuch=1"},
                                        {"PGSSLMODE", "require"},
                                        {"PGSSLROOTCERT", "/nowhere"},
                                        {"PGSSLCERT", "/nowhere"},
                                        {"PGAPPNAME", "other"},
                                        {"PGCLIENTENCODING", "LATIN1"},
                                        {"PGPASSFILE", "/nowhere"},
                                        {"PGCHANNELBINDING", "require"},
                                        {"PGTARGETSESSIONATTRS", "standby"},
                                        {"PGCONNECT_TIMEOUT", "nonsense"},
                                        {"PGTZ", "Asia/Kathmandu"},
                                        {"PGDATESTYLE", "German"},
                                        {"PGGSSENCMODE", "require"}};
    auto line = connected(where_of(postgres_server()));
    const auto rows = run(*line,
                          "SELECT current_setting('application_name'), "
                          "current_setting('client_encoding'), current_setting('TimeZone'), "
                          "current_setting('DateStyle')");
    CHECK(rows.text(0, 0) == "chronopack");
    CHECK(rows.text(0, 1) == "UTF8");
    CHECK(rows.text(0, 2) == "UTC");
    CHECK(rows.text(0, 3).substr(0, 3) == "ISO");
    // The password is the environment's neither where there is none of ours.
    auto where = where_of(postgres_server());
    where.password = http::secret();
    const environment_variable right("PGPASSWORD", postgres_password);
    CHECK(refusal_of(where).what == verdict::hold);
    // These libpq cannot be kept from.
    for (const char* name : {"PGSERVICE", "PGREQUIREPEER"}) {
        const environment_variable one(name, "some");
        const auto why = refusal_of(where_of(postgres_server()));
        CHECK(why.what == verdict::refused);
        CHECK(why.message.find(name) != std::string::npos);
    }
}

TEST_CASE("a unix socket is a directory", "[timescaledb][server]") {
    auto where = where_of(postgres_server());
    where.host = postgres_server().directory().path();
    where.password = http::secret();
    auto line = connected(where);
    CHECK(run(*line, "SELECT 1").integer(0, 0) == 1);
    where.host += "/none";
    CHECK(refusal_of(where).what == verdict::retry);
}

TEST_CASE("names are resolved, and a server that is not there is worth a retry",
          "[timescaledb][server]") {
    auto where = where_of(postgres_server());
    where.host = "localhost";
    auto line = connected(where);
    CHECK(run(*line, "SELECT 1").integer(0, 0) == 1);
    where.host = "no-such-host.invalid";
    CHECK(refusal_of(where).what == verdict::retry);
    where.host = "127.0.0.1";
    where.port = 1;
    CHECK(refusal_of(where).what == verdict::retry);
}

TEST_CASE("what is no PostgreSQL, and too many connections, are worth a retry",
          "[timescaledb][server]") {
    for (const behaviour how : {behaviour::answers, behaviour::garbage, behaviour::resets}) {
        fault_server other({{.how = how}});
        connection_options where{
            .host = "127.0.0.1", .database = "d", .user = "u", .tls = tls::off};
        const std::string authority = other.authority();
        where.port =
            static_cast<std::uint16_t>(std::stoi(authority.substr(authority.find(':') + 1)));
        CHECK(refusal_of(where, 500ms).what == verdict::retry);
    }
    run(admin(), "CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 0");
    auto where = where_of(postgres_server());
    where.user = "few";
    where.password = http::secret("few");
    const auto full = refusal_of(where);
    CHECK(full.what == verdict::retry);
    CHECK(full.message.find("53300") != std::string::npos);
}

TEST_CASE("a slow statement ends by the deadline, mostly with the connection kept",
          "[timescaledb][server]") {
    auto line = connected(where_of(postgres_server()));
    const auto before = storage::clock::now();
    const auto got = line->run("SELECT pg_sleep(60)", {}, in(400ms));
    CHECK(storage::clock::now() - before < 20s);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == verdict::retry);
    auto other = connected(where_of(postgres_server()));
    const auto late = other->run("SELECT 1", {}, in(-1s));
    REQUIRE_FALSE(late);
    CHECK(late.error().what == verdict::retry);
}

TEST_CASE("a backend that hangs, and one that is killed, are worth a retry",
          "[timescaledb][server]") {
    auto line = connected(where_of(postgres_server()));
    const auto process = static_cast<pid_t>(run(*line, "SELECT pg_backend_pid()").integer(0, 0));
    ::kill(process, SIGSTOP);
    const auto hung = line->run("SELECT 1", {}, in(300ms));
    ::kill(process, SIGCONT);
    REQUIRE_FALSE(hung);
    CHECK(hung.error().what == verdict::retry);
    CHECK_FALSE(line->alive());
    CHECK_FALSE(line->run("SELECT 1", {}, in(1s)));

    auto second = connected(where_of(postgres_server()));
    run(admin(), "SELECT pg_terminate_backend($1::int)",
        {parameter::text(std::to_string(run(*second, "SELECT pg_backend_pid()").integer(0, 0)))});
    for (int i = 0; i < 1000 && second->idle(); ++i) std::this_thread::sleep_for(5ms);
    CHECK_FALSE(second->idle());
    const auto ended = second->run("SELECT 1", {}, in(5s));
    REQUIRE_FALSE(ended);
    CHECK(ended.error().what == verdict::retry);
}

TEST_CASE("COPY goes out and in, in pieces", "[timescaledb][server]") {
    auto line = connected(where_of(postgres_server()));
    run(*line, "CREATE TEMP TABLE t (n int8)");
    std::size_t given = 0;
    std::string piece;
    const auto put = line->copy_in("COPY t FROM STDIN", in(30s), [&]() -> std::string_view {
        piece.clear();
        for (; given < 100'000 && piece.size() < 200'000; ++given)
            piece += std::to_string(given) + '\n';
        return piece;
    });
    REQUIRE(put);
    CHECK(*put == 100'000);
    std::string got;
    const auto out = line->copy_out("COPY t TO STDOUT", in(30s), [&](cbytes some) {
        got.append(reinterpret_cast<const char*>(some.data()), some.size());
        return std::string();
    });
    REQUIRE(out);
    CHECK(got.size() == 588'890);
    CHECK(got.ends_with("\n99999\n"));
    const auto bad =
        line->copy_in("COPY t FROM STDIN", in(30s), [more = true]() mutable -> std::string_view {
            return std::exchange(more, false) ? "1\nx\n" : "";
        });
    REQUIRE_FALSE(bad);
    CHECK(line->sqlstate() == "22P02");
    CHECK(line->idle());
    const auto enough =
        line->copy_out("COPY t TO STDOUT", in(30s), [](cbytes) { return std::string("enough"); });
    REQUIRE_FALSE(enough);
    CHECK_FALSE(line->alive());
}

TEST_CASE("answers have a limit", "[timescaledb][server]") {
    auto where = where_of(postgres_server());
    where.max_answer_bytes = 100'000;
    auto line = connected(where);
    CHECK(line->run("SELECT n FROM generate_series(1, 1000) n", {}, in(10s)));
    const auto got = line->run("SELECT n FROM generate_series(1, 10000000) n", {}, in(30s));
    REQUIRE_FALSE(got);
    CHECK(got.error().what == verdict::refused);
}

TEST_CASE("a pool has so many connections, and a broken one is not used again",
          "[timescaledb][server]") {
    pool all(where_of(postgres_server()), 2);
    auto first = all.take(in(10s));
    REQUIRE(first);
    std::int64_t process = 0;
    {
        auto second = all.take(in(10s));
        REQUIRE(second);
        process = run(**second, "SELECT pg_backend_pid()").integer(0, 0);
        const auto none = all.take(in(50ms));
        REQUIRE_FALSE(none);
        CHECK(none.error().what == verdict::retry);
    }
    {
        auto again = all.take(in(10s));
        REQUIRE(again);
        CHECK(run(**again, "SELECT pg_backend_pid()").integer(0, 0) == process);
        run(**again, "BEGIN");
    }
    CHECK(all.losses() == 0);
    {
        auto other = all.take(in(10s));
        REQUIRE(other);
        CHECK_FALSE((*other)->in_transaction());
        (*other)->close();
    }
    CHECK(all.losses() == 1);
}
