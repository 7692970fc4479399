#include <adapters/timescaledb/schema.hpp>

#include <algorithm>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

struct column {
    std::string_view name, type;
};
constexpr column series_columns[] = {
    {"id", "bigint"}, {"key", "bytea"}, {"metric", "text"}, {"service", "text"}, {"tags", "jsonb"}};
constexpr column samples_columns[] = {{"time", "timestamp with time zone"},
                                      {"series_id", "bigint"},
                                      {"value", "double precision"},
                                      {"ns", "smallint"}};

std::span<const column> columns_of_samples(precision how) {
    return std::span(samples_columns).first(how == precision::nanoseconds ? 4 : 3);
}

std::string key_of(precision how) {
    return how == precision::nanoseconds ? "ns,series_id,time" : "series_id,time";
}

failure held(const std::string& why) {
    return {verdict::hold, std::nullopt, why};
}

reply<std::monostate> done(connection& line, const std::string& sql, storage::deadline until,
                           const std::vector<parameter>& with = {}) {
    const auto got = line.run(sql, with, until, during::set_up);
    if (!got && got.error().what != verdict::delivered) return got.error();
    return std::monostate{};
}

/// Looks at the columns of a table. Returns false where there is no such table.
reply<bool> has_columns(connection& line, const std::string& table, std::span<const column> wanted,
                        storage::deadline until) {
    const auto got = line.run(
        "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, "
        "a.atthasdef OR a.attidentity <> '' FROM pg_catalog.pg_attribute a WHERE a.attrelid = "
        "pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped",
        {parameter::text(table)}, until);
    if (!got) return got.error();
    if (got->rows() == 0) return false;
    for (const column& one : wanted) {
        std::size_t row = 0;
        while (row < got->rows() && got->text(row, 0) != one.name) ++row;
        const std::string where =
            "the table " + table + " cannot keep points: the column " + std::string(one.name) + " ";
        if (row == got->rows()) return held(where + "is missing");
        if (got->text(row, 1) != one.type)
            return held(where + "is of type " + std::string(got->text(row, 1)) + " instead of " +
                        std::string(one.type));
    }
    for (std::size_t row = 0; row < got->rows(); ++row) {
        const auto name = got->text(row, 0);
        const bool known = std::any_of(wanted.begin(), wanted.end(),
                                       [&](const column& one) { return one.name == name; });
        if (!known && got->integer(row, 2) != 0 && got->integer(row, 3) == 0)
            return held("the table " + table + " cannot keep points: the column " +
                        std::string(name) + " needs a value that points do not have");
    }
    return true;
}

/// Returns whether a table has a unique index of exactly these columns, which are sorted.
reply<bool> has_key(connection& line, const std::string& table, const std::string& columns,
                    storage::deadline until) {
    const auto got = line.run(
        "SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = pg_catalog.to_regclass($1) AND "
        "i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND $2 = "
        "(SELECT string_agg(a.attname::text, ',' ORDER BY a.attname::text COLLATE \"C\") FROM "
        "pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey))",
        {parameter::text(table), parameter::text(columns)}, until);
    if (!got) return got.error();
    return got->rows() > 0;
}

reply<std::monostate> look_at_hypertable(connection& line, const table_names& names,
                                         schema_state& into, storage::deadline until) {
    if (!into.has.extension()) return std::monostate{};
    const auto got = line.run(
        "SELECT d.column_name::text, (extract(epoch FROM d.time_interval) * 1000000)::bigint, "
        "h.compression_enabled FROM timescaledb_information.dimensions d JOIN "
        "timescaledb_information.hypertables h USING (hypertable_schema, hypertable_name) WHERE "
        "d.hypertable_schema::text = $1 AND d.hypertable_name::text = $2 AND "
        "d.dimension_number = 1",
        {parameter::text(names.schema), parameter::text(names.samples)}, until);
    if (!got) return got.error();
    if (got->rows() == 0) return std::monostate{};
    if (got->text(0, 0) != "time")
        return held("the hypertable " + names.of_samples() + " is not divided by time");
    into.hypertable = true;
    into.chunk_microseconds = std::max<std::int64_t>(got->integer(0, 1), 1);
    into.compression = got->integer(0, 2) != 0;
    return std::monostate{};
}

std::string create_tables(const table_names& names, precision how, bool samples) {
    if (!samples)
        return "CREATE TABLE IF NOT EXISTS " + names.of_series() +
               " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key bytea NOT NULL UNIQUE, "
               "metric text NOT NULL, service text NOT NULL, tags jsonb NOT NULL)";
    return "CREATE TABLE IF NOT EXISTS " + names.of_samples() +
           " (\"time\" timestamptz NOT NULL, series_id bigint NOT NULL, value double precision NOT "
           "NULL" +
           (how == precision::nanoseconds ? ", ns smallint NOT NULL DEFAULT 0)" : ")");
}

reply<std::monostate> make_hypertable(connection& line, const schema_options& wanted,
                                      const capability& has, storage::deadline until) {
    const std::string samples = wanted.names.of_samples();
    if (!wanted.migrate_data) {
        const auto any = line.run("SELECT 1 FROM " + samples + " LIMIT 1", {}, until);
        if (!any) return any.error();
        if (any->rows() > 0)
            return held("the table " + samples +
                        " has rows and is no hypertable: migrate_data makes it one, and moves "
                        "all of them");
    }
    return done(line,
                "SELECT " + has.function("create_hypertable") +
                    "($1::regclass, 'time', chunk_time_interval => $2::interval, "
                    "create_default_indexes => false, if_not_exists => true, migrate_data => " +
                    (wanted.migrate_data ? "true)" : "false)"),
                until,
                {parameter::text(samples),
                 parameter::text(std::to_string(wanted.chunk_interval.count()) + " seconds")});
}

}  // namespace

reply<schema_state> look_at_schema(connection& line, const schema_options& wanted,
                                   storage::deadline until) {
    const auto has = capability_of(line, until);
    if (!has) return has.error();
    schema_state state{.has = *has};
    const table_names& names = wanted.names;
    const auto series = has_columns(line, names.of_series(), series_columns, until);
    if (!series) return series.error();
    const auto samples =
        has_columns(line, names.of_samples(), columns_of_samples(wanted.precision), until);
    if (!samples) return samples.error();
    if (!*series || !*samples) return state;
    for (const auto& [table, columns] : {std::pair(names.of_samples(), key_of(wanted.precision)),
                                         std::pair(names.of_series(), std::string("key")),
                                         std::pair(names.of_series(), std::string("id"))}) {
        const auto key = has_key(line, table, columns, until);
        if (!key) return key.error();
        if (!*key)
            return held("the table " + table + " cannot keep points: it has no unique index of (" +
                        columns + ")");
    }
    if (const auto ok = look_at_hypertable(line, names, state, until); !ok) return ok.error();
    state.tables = true;
    return state;
}

reply<std::monostate> in_transaction(connection& line, storage::deadline until,
                                     const std::function<reply<std::monostate>()>& work) {
    if (const auto begun = line.run("BEGIN", {}, until); !begun) return begun.error();
    auto ended = work();
    if (ended) {
        const auto committed = line.run("COMMIT", {}, until);
        if (!committed) return committed.error();
        return ended;
    }
    if (line.alive() && !line.run("ROLLBACK", {}, until)) line.close();
    return ended;
}

reply<schema_state> initialize_schema(connection& line, const schema_options& wanted,
                                      storage::deadline until) {
    if (const std::string why = why_no_identifier(wanted.names); !why.empty())
        return failure{verdict::refused, std::nullopt, why};
    if (wanted.chunk_interval.count() < 1)
        return failure{verdict::refused, std::nullopt, "chunks of less than a second"};
    if (line.in_transaction())
        return failure{verdict::refused, std::nullopt,
                       "tables are made in a transaction of their own, and one is under way"};
    const auto has = capability_of(line, until);
    if (!has) return has.error();
    const table_names& names = wanted.names;
    const auto work = [&]() -> reply<std::monostate> {
        // One at a time makes them: IF NOT EXISTS alone fails when two do.
        if (const auto alone = done(line,
                                    "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext("
                                    "'chronopack: ' || $1))",
                                    until, {parameter::text(names.of_samples())});
            !alone)
            return alone;
        // Who may not make a schema may still use one that is there.
        const auto schema = line.run("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1",
                                     {parameter::text(names.schema)}, until);
        if (!schema) return schema.error();
        if (schema->rows() == 0)
            if (const auto ok = done(line, "CREATE SCHEMA " + identifier(names.schema), until); !ok)
                return ok;
        const std::string series = names.of_series(), samples = names.of_samples();
        const auto old_series = has_columns(line, series, series_columns, until);
        if (!old_series) return old_series.error();
        if (!*old_series) {
            for (const std::string& sql :
                 {create_tables(names, wanted.precision, false),
                  "CREATE INDEX ON " + series + " (metric, service)",
                  "CREATE INDEX ON " + series + " USING gin (tags jsonb_path_ops)"})
                if (const auto ok = done(line, sql, until); !ok) return ok;
        }
        const auto old_samples =
            has_columns(line, samples, columns_of_samples(wanted.precision), until);
        if (!old_samples) return old_samples.error();
        if (!*old_samples)
            if (const auto ok = done(line, create_tables(names, wanted.precision, true), until);
                !ok)
                return ok;
        schema_state there{.has = *has};
        if (const auto ok = look_at_hypertable(line, names, there, until); !ok) return ok;
        if (has->extension() && !there.hypertable)
            if (const auto ok = make_hypertable(line, wanted, *has, until); !ok) return ok;
        const auto key = has_key(line, samples, key_of(wanted.precision), until);
        if (!key) return key.error();
        const bool ns = wanted.precision == precision::nanoseconds;
        if (!*key)
            if (const auto ok = done(line,
                                     "CREATE UNIQUE INDEX ON " + samples + " (series_id, \"time\"" +
                                         (ns ? ", ns)" : ")"),
                                     until);
                !ok)
                return ok;
        const auto view = line.run("SELECT pg_catalog.to_regclass($1) IS NOT NULL",
                                   {parameter::text(names.of_view())}, until);
        if (!view) return view.error();
        if (view->integer(0, 0) != 0) return std::monostate{};
        return done(line,
                    "CREATE VIEW " + names.of_view() +
                        " AS SELECT x.\"time\", s.metric AS metric_name, s.service AS "
                        "service_name, x.value, s.tags" +
                        (ns ? ", x.ns" : "") + " FROM " + samples + " x JOIN " + series +
                        " s ON s.id = x.series_id",
                    until);
    };
    if (const auto made = in_transaction(line, until, work); !made) return made.error();
    return look_at_schema(line, wanted, until);
}

}  // namespace chronopack::timescaledb
