// What the Community edition alone does, by a script that answers as it does: policies,
// compression and continuous aggregates. tests/run timescaledb-community asks a real one.
#include "servers.hpp"

#include "support/scripted_postgres.hpp"

#include <adapters/timescaledb/hypertable.hpp>
#include <adapters/timescaledb/rollups.hpp>

#include <map>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::timescaledb;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

using parameters = std::vector<std::optional<std::string>>;

/// The part of TimescaleDB that the statements of this library can tell.
class community {
public:
    std::string license = "timescale";
    std::string version = "2.28.3";
    bool compressed = false;
    std::map<std::string, std::int64_t> kept;         // by table or view, seconds
    std::map<std::string, std::int64_t> compressing;  // seconds
    struct view {
        std::string comment;
        bool materialized_only = true;
        bool refreshed = false;
        std::optional<std::int64_t> start;
        std::int64_t end = 0, schedule = 0;
    };
    std::map<std::string, view> views;

    scripted_postgres server{[this](const std::string& sql, const parameters& with) {
        return answer(sql, with);
    }};

    [[nodiscard]] connection_options where() const {
        return {.host = "127.0.0.1",
                .port = server.port(),
                .database = "d",
                .user = "u",
                .tls = tls::off};
    }
    /// The statements that change something, each by its first words.
    std::vector<std::string> changes() {
        std::vector<std::string> out;
        for (const pg_statement& one : server.statements()) {
            for (const char* words :
                 {"add_retention_policy", "remove_retention_policy", "add_compression_policy",
                  "remove_compression_policy", "ALTER TABLE", "CREATE MATERIALIZED VIEW",
                  "COMMENT ON VIEW", "ALTER MATERIALIZED VIEW", "add_continuous_aggregate_policy",
                  "remove_continuous_aggregate_policy", "CALL ", "DROP MATERIALIZED VIEW", "BEGIN",
                  "COMMIT", "set_chunk_time_interval", "compress_chunk", "drop_chunks"})
                if (one.sql.find(words) != one.sql.npos) {
                    out.push_back(words);
                    break;
                }
        }
        server.forget();
        return out;
    }

private:
    static std::optional<std::string> int8(std::int64_t n) {
        return be_text(static_cast<std::uint64_t>(n));
    }
    static std::optional<std::string> boolean(bool is) { return std::string(1, is ? '\1' : '\0'); }
    static pg_answer none() { return {.columns = {{"none", oid::int8}}}; }
    static pg_answer row(std::vector<std::optional<std::string>> values) {
        pg_answer out{.rows = {std::move(values)}, .tag = "SELECT 1"};
        for (const auto& value : out.rows[0]) {
            static_cast<void>(value);
            out.columns.push_back({"c", oid::text});
        }
        return out;
    }
    static std::int64_t seconds(const std::optional<std::string>& text) {
        return std::stoll(*text);
    }
    /// The last name between quotation marks.
    static std::string last_name(const std::string& quoted) {
        const std::size_t end = quoted.rfind('"');
        const std::size_t begin = quoted.rfind('"', end - 1);
        return quoted.substr(begin + 1, end - begin - 1);
    }

    pg_answer jobs(const std::string& sql, const std::string& of) {
        const auto has = [&](const char* words) {
            return sql.find(words) != sql.npos;
        };
        if (has("'policy_retention'"))
            return kept.contains(of) ? row({int8(kept[of]), std::nullopt, int8(86'400)}) : none();
        if (has("'policy_compression'"))
            return compressing.contains(of)
                       ? row({int8(compressing[of]), std::nullopt, int8(86'400)})
                       : none();
        const auto at = views.find(of);
        if (at == views.end() || !at->second.refreshed) return none();
        const view& v = at->second;
        return row({v.start ? int8(*v.start) : std::nullopt, int8(v.end), int8(v.schedule)});
    }

    pg_answer answer(const std::string& sql, const parameters& with) {
        const auto has = [&](const char* words) {
            return sql.find(words) != sql.npos;
        };
        const std::string first = with.empty() || !with[0] ? "" : *with[0];
        if (has("pg_extension")) return row({version, "public", license});
        if (has("pg_attribute a WHERE")) {
            const bool samples = first.find("samples") != first.npos;
            pg_answer out = row({"id", "bigint", boolean(true), boolean(true)});
            out.rows.clear();
            for (const auto& [name, type] :
                 samples ? std::vector<
                               std::pair<std::string, std::string>>{{"time",
                                                                     "timestamp with time zone"},
                                                                    {"series_id", "bigint"},
                                                                    {"value", "double precision"}}
                         : std::vector<std::pair<std::string, std::string>>{{"id", "bigint"},
                                                                            {"key", "bytea"},
                                                                            {"metric", "text"},
                                                                            {"service", "text"},
                                                                            {"tags", "jsonb"}})
                out.rows.push_back({name, type, boolean(true), boolean(false)});
            return out;
        }
        if (has("pg_index")) return row({int8(1)});
        if (has("timescaledb_information.dimensions"))
            return row({"time", int8(86'400'000'000), boolean(compressed)});
        if (has("timescaledb_information.jobs")) return jobs(sql, *with[1]);
        if (has("obj_description")) {
            const auto at = views.find(*with[2]);
            if (at == views.end()) return none();
            return row({at->second.comment, boolean(at->second.materialized_only)});
        }
        if (has("timescaledb_information.continuous_aggregates")) {
            pg_answer out = row({"chronopack", "x"});
            out.rows.clear();
            for (const auto& [name, v] : views) out.rows.push_back({"chronopack", name});
            return out;
        }
        if (license == "apache") return {.sqlstate = "0A000"};
        if (has("add_retention_policy"))
            return kept.try_emplace(last_name(first), seconds(with[1])).second
                       ? row({int8(1'000)})
                       : pg_answer{.sqlstate = "42710"};
        if (has("remove_retention_policy")) kept.erase(last_name(first));
        if (has("add_compression_policy"))
            return !compressed ? pg_answer{.sqlstate = "0A000"}
                   : compressing.try_emplace(last_name(first), seconds(with[1])).second
                       ? row({int8(1'000)})
                       : pg_answer{.sqlstate = "42710"};
        if (has("remove_compression_policy")) compressing.erase(last_name(first));
        if (has("ALTER TABLE")) {
            CHECK(has("timescaledb.compress_segmentby = 'series_id'"));
            CHECK(has("timescaledb.compress_orderby = '\"time\"'"));
            compressed = true;
        }
        if (has("CREATE MATERIALIZED VIEW")) {
            const std::string name = last_name(sql.substr(0, sql.find(" WITH (")));
            if (views.contains(name)) return {.sqlstate = "42P07"};
            views[name].materialized_only = has("materialized_only = true");
        }
        if (has("COMMENT ON VIEW")) {
            const std::size_t is = sql.find(" IS '");
            views[last_name(sql.substr(0, is))].comment = sql.substr(is + 5, sql.size() - is - 6);
        }
        if (has("ALTER MATERIALIZED VIEW"))
            views[last_name(sql.substr(0, sql.find(" SET ")))].materialized_only =
                has("materialized_only = true");
        if (has("remove_continuous_aggregate_policy")) views[last_name(first)].refreshed = false;
        if (has("add_continuous_aggregate_policy")) {
            view& of = views[last_name(first)];
            if (of.refreshed) return {.sqlstate = "22023"};
            of.refreshed = true;
            of.start = with[1] ? std::optional(seconds(with[1])) : std::nullopt;
            of.end = seconds(with[2]);
            of.schedule = seconds(with[3]);
        }
        if (has("DROP MATERIALIZED VIEW")) views.erase(last_name(sql));
        return {.tag = "SELECT 1"};
    }
};

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("a retention policy is added, kept, changed and removed", "[timescaledb]") {
    community fake;
    const auto line = connected(fake.where());
    auto table = hypertable::of(*line, {}, in(30s));
    if (!table) FAIL(table.error().message);
    CHECK(fake.changes().empty());
    REQUIRE(table->keep_for(30 * 24h, in(30s)));
    CHECK(fake.changes() == words{"BEGIN", "add_retention_policy", "COMMIT"});
    CHECK(fake.kept["samples"] == 30 * 86'400);
    REQUIRE(table->keep_for(30 * 24h, in(30s)));
    CHECK(fake.changes().empty());
    REQUIRE(table->keep_for(31 * 24h, in(30s)));
    CHECK(fake.changes() ==
          words{"BEGIN", "remove_retention_policy", "add_retention_policy", "COMMIT"});
    CHECK(fake.kept["samples"] == 31 * 86'400);
    CHECK(table->policies(in(30s))->keep_for == 31 * 24h);
    REQUIRE(table->keep_for(std::nullopt, in(30s)));
    CHECK(fake.kept.empty());
    CHECK(table->keep_for(0s, in(30s)).error().what == verdict::refused);
    // In the caller's transaction it is a part of that.
    REQUIRE(line->run("BEGIN", {}, in(30s)));
    fake.changes();
    REQUIRE(table->keep_for(1h, in(30s)));
    CHECK(fake.changes() == words{"add_retention_policy"});
    REQUIRE(line->run("COMMIT", {}, in(30s)));
}

TEST_CASE("compression is turned on, and its policy kept, changed and removed", "[timescaledb]") {
    community fake;
    const auto line = connected(fake.where());
    auto table = hypertable::of(*line, {}, in(30s));
    REQUIRE(table);
    REQUIRE(table->compress_after(7 * 24h, in(30s)));
    CHECK(fake.changes() == words{"BEGIN", "ALTER TABLE", "add_compression_policy", "COMMIT"});
    REQUIRE(table->compress_after(7 * 24h, in(30s)));
    CHECK(fake.changes().empty());
    REQUIRE(hypertable::of(*line, {}, in(30s))->compress_after(8 * 24h, in(30s)));
    CHECK(fake.changes() ==
          words{"BEGIN", "remove_compression_policy", "add_compression_policy", "COMMIT"});
    CHECK(table->policies(in(30s))->compress_after == 8 * 24h);
    REQUIRE(table->compress_after(std::nullopt, in(30s)));
    CHECK(fake.changes() == words{"BEGIN", "remove_compression_policy", "COMMIT"});
    CHECK(table->set_chunk_interval(3600s, in(30s)));
    CHECK(table->compress_chunks(0, in(30s)));
    CHECK(table->drop_chunks(0, in(30s)));
}

TEST_CASE("a rollup is made, kept, changed and removed", "[timescaledb]") {
    community fake;
    const auto line = connected(fake.where());
    rollups all(*line, {});
    rollup hourly{.name = "samples_1h", .every = 1h, .refresh = {{72h, 1h, 1h}}};
    const auto made = all.make(hourly, in(30s));
    if (!made) FAIL(made.error().message);
    CHECK(fake.changes() == words{"BEGIN", "CREATE MATERIALIZED VIEW", "COMMENT ON VIEW",
                                  "add_continuous_aggregate_policy", "COMMIT"});
    CHECK(fake.views["samples_1h"].start == 72 * 3'600);
    REQUIRE(all.make(hourly, in(30s)));
    CHECK(fake.changes().empty());
    hourly.refresh->start_offset = 96h;
    hourly.real_time = true;
    REQUIRE(all.make(hourly, in(30s)));
    CHECK(fake.changes() == words{"BEGIN", "ALTER MATERIALIZED VIEW",
                                  "remove_continuous_aggregate_policy",
                                  "add_continuous_aggregate_policy", "COMMIT"});
    CHECK_FALSE(fake.views["samples_1h"].materialized_only);
    hourly.refresh.reset();
    REQUIRE(all.make(hourly, in(30s)));
    CHECK(fake.changes() == words{"BEGIN", "remove_continuous_aggregate_policy", "COMMIT"});
    // Another one of that name.
    hourly.every = 2h;
    CHECK(all.make(hourly, in(30s)).error().what == verdict::hold);
    REQUIRE(all.make({.name = "samples_1d", .every = 24h, .from = "samples_1h"}, in(30s)));
    fake.changes();
    REQUIRE(all.refresh("samples_1h", 0, one_second * 86'400, in(30s)));
    CHECK(fake.changes() == words{"CALL "});
    REQUIRE(all.remove("samples_1d", in(30s)));
    CHECK(fake.views.size() == 1);
    for (const auto& bad : {rollup{.name = "", .every = 1h}, rollup{.name = "x", .every = 0s},
                            rollup{.name = "x", .every = 1h, .refresh = {{2h, 1h, 1h}}},
                            rollup{.name = "x", .every = 1h, .refresh = {{72h, 1h, 0s}}},
                            rollup{.name = "x", .every = 1h, .from = std::string(64, 'x')}})
        CHECK(all.make(bad, in(30s)).error().what == verdict::refused);
}

TEST_CASE("a rollup never looks at points that are dropped", "[timescaledb]") {
    community fake;
    const auto line = connected(fake.where());
    auto table = hypertable::of(*line, {}, in(30s));
    REQUIRE(table);
    rollups all(*line, {});
    REQUIRE(table->keep_for(30 * 24h, in(30s)));
    rollup daily{.name = "samples_1d", .every = 24h, .refresh = {{30 * 24h, 24h, 24h}}};
    CHECK(all.make(daily, in(30s)).error().what == verdict::refused);
    daily.refresh->start_offset.reset();
    CHECK(all.make(daily, in(30s)).error().what == verdict::refused);
    daily.refresh->start_offset = 29 * 24h;
    REQUIRE(all.make(daily, in(30s)));
    const auto shorter = table->keep_for(29 * 24h, in(30s));
    REQUIRE_FALSE(shorter);
    CHECK(shorter.error().what == verdict::refused);
    CHECK(shorter.error().message.find("samples_1d") != std::string::npos);
    REQUIRE(table->keep_for(60 * 24h, in(30s)));
    const std::int64_t now = this_second();
    CHECK(all.refresh("samples_1d", now - 61 * 86'400 * one_second, now, in(30s)).error().what ==
          verdict::refused);
    CHECK(all.refresh("samples_1d", now - 59 * 86'400 * one_second, now, in(30s)));
}

TEST_CASE("a rollup is made in a transaction, and not refreshed in one", "[timescaledb]") {
    community fake;
    const auto line = connected(fake.where());
    rollups all(*line, {});
    REQUIRE(line->run("BEGIN", {}, in(30s)));
    REQUIRE(all.make({.name = "samples_1h", .every = 1h}, in(30s)));
    const auto refreshed = all.refresh("samples_1h", 0, 1, in(30s));
    REQUIRE_FALSE(refreshed);
    CHECK(refreshed.error().what == verdict::refused);
    REQUIRE(line->run("COMMIT", {}, in(30s)));
    CHECK(fake.changes() ==
          words{"BEGIN", "CREATE MATERIALIZED VIEW", "COMMENT ON VIEW", "COMMIT"});
}

TEST_CASE("the statement of a rollup leaves NaN out, and quotes names", "[timescaledb]") {
    const capability has{.edition = edition::community, .functions = "\"ext\""};
    const std::string raw = rollup_statement({.name = "r\"1", .every = 1h}, {}, has);
    CHECK(raw ==
          "CREATE MATERIALIZED VIEW \"chronopack\".\"r\"\"1\" WITH (timescaledb.continuous, "
          "timescaledb.materialized_only = true) AS SELECT \"ext\".time_bucket(interval '3600 "
          "seconds', \"time\") AS bucket, series_id, count(*) AS count, count(*) FILTER (WHERE "
          "value <> 'NaN') AS numbers, sum(value) FILTER (WHERE value <> 'NaN') AS sum, min(value) "
          "FILTER (WHERE value <> 'NaN') AS min, max(value) FILTER (WHERE value <> 'NaN') AS max, "
          "\"ext\".first(value, \"time\") FILTER (WHERE value <> 'NaN') AS first, "
          "\"ext\".last(value, \"time\") FILTER (WHERE value <> 'NaN') AS last FROM "
          "\"chronopack\".\"samples\" GROUP BY 1, 2 WITH NO DATA");
    const std::string above =
        rollup_statement({.name = "r2", .every = 24h, .from = "r\"1", .real_time = true}, {}, has);
    CHECK(above.find("materialized_only = false") != above.npos);
    CHECK(above.find("FROM \"chronopack\".\"r\"\"1\" GROUP BY 1, 2 WITH NO DATA") != above.npos);
}

TEST_CASE("what an edition lacks is unsupported, with what there is instead", "[timescaledb]") {
    community fake;
    fake.license = "apache";
    const auto line = connected(fake.where());
    auto table = hypertable::of(*line, {}, in(30s));
    REQUIRE(table);
    rollups all(*line, {});
    for (const auto& [got, instead] :
         std::initializer_list<std::pair<storage::failure, const char*>>{
             {table->keep_for(1h, in(30s)).error(), "drop_chunks()"},
             {table->compress_after(1h, in(30s)).error(), "drop_chunks()"},
             {table->compress_chunks(0, in(30s)).error(), "drop_chunks()"},
             {all.make({.name = "r", .every = 1h}, in(30s)).error(), "downsampler"},
             {all.refresh("r", 0, 1, in(30s)).error(), "downsampler"},
             {all.remove("r", in(30s)).error(), "downsampler"}}) {
        CHECK(got.what == verdict::unsupported);
        CHECK(got.message.find(instead) != std::string::npos);
    }
    CHECK(fake.changes().empty());
    // A chunk that was compressed before the licence changed.
    auto store = opened({.where = fake.where()});
    CHECK(store->write_batch({{make_point("m", 0, 1)}}, in(30s)).what == verdict::hold);
    fake.version = "2.10.3";
    CHECK(capability_of(*line, in(30s)).error().what == verdict::unsupported);
}

TEST_CASE("a server that closes, or says what is no protocol, is worth a retry", "[timescaledb]") {
    for (const auto how :
         {pg_answer::way::closes, pg_answer::way::garbage, pg_answer::way::hangs}) {
        scripted_postgres server(
            [&](const std::string&, const auto&) { return pg_answer{.how = how}; });
        const auto store = opened({.where = {.host = "127.0.0.1",
                                             .port = server.port(),
                                             .database = "d",
                                             .user = "u",
                                             .tls = tls::off}});
        CHECK(store->write_batch({{make_point("m", 0, 1)}}, in(300ms)).what == verdict::retry);
        CHECK(store->health(in(300ms)).error().what == verdict::retry);
        CHECK(store->query_range({.metric = "m"}, in(300ms)).error().what == verdict::retry);
    }
}
