#include <adapters/timescaledb/rollups.hpp>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

failure refused(std::string why) {
    return {verdict::refused, std::nullopt, std::move(why)};
}

/// What a rollup is, as a comment of its view keeps it: definitions are not compared as SQL.
std::string description(const rollup& of) {
    return "chronopack rollup, every " + std::to_string(of.every.count()) + " s, of " +
           (of.from.empty() ? std::string("samples") : "the rollup " + of.from);
}

bool same_policy(const policy_job& there, const refresh_policy& wanted) {
    const bool from_start = !wanted.start_offset;
    if (from_start == there.age.has_value()) return false;
    if (!from_start && wanted.start_offset->count() != *there.age) return false;
    return there.end_offset.value_or(-1) == wanted.end_offset.count() &&
           there.schedule == wanted.schedule.count();
}

}  // namespace

std::string rollup_statement(const rollup& wanted, const table_names& names,
                             const capability& has) {
    const std::string first = has.function("first"), last = has.function("last");
    const auto bucket = [&](const char* time) {
        return "SELECT " + has.function("time_bucket") + "(interval '" +
               std::to_string(wanted.every.count()) + " seconds', " + time +
               ") AS bucket, series_id, ";
    };
    const std::string numbers = " FILTER (WHERE value <> 'NaN')";
    const std::string some = " FILTER (WHERE numbers > 0)";
    return "CREATE MATERIALIZED VIEW " + relation{names.schema, wanted.name}.quoted() +
           " WITH (timescaledb.continuous, timescaledb.materialized_only = " +
           (wanted.real_time ? "false" : "true") + ") AS " +
           (wanted.from.empty()
                ? bucket("\"time\"") + "count(*) AS count, count(*)" + numbers +
                      " AS numbers, sum(value)" + numbers + " AS sum, min(value)" + numbers +
                      " AS min, max(value)" + numbers + " AS max, " + first + "(value, \"time\")" +
                      numbers + " AS first, " + last + "(value, \"time\")" + numbers +
                      " AS last FROM " + names.of_samples()
                : bucket("bucket") +
                      "sum(count) AS count, sum(numbers) AS numbers, sum(sum) AS "
                      "sum, min(min) AS min, max(max) AS max, " +
                      first + "(first, bucket)" + some + " AS first, " + last + "(last, bucket)" +
                      some + " AS last FROM " + relation{names.schema, wanted.from}.quoted()) +
           " GROUP BY 1, 2 WITH NO DATA";
}

reply<capability> rollups::supported(storage::deadline until) {
    const auto has = capability_of(*line_, until);
    if (has && has->edition != edition::community)
        return lacks(*has, "continuous aggregates",
                     "a downsampler makes the same rollups, from buckets that the server makes");
    return has;
}

reply<std::monostate> rollups::why_not(const rollup& wanted, storage::deadline until) {
    if (const std::string why = why_no_identifier(wanted.name); !why.empty()) return refused(why);
    if (wanted.every.count() < 1) return refused("buckets of less than a second");
    if (!wanted.from.empty())
        if (const std::string why = why_no_identifier(wanted.from); !why.empty())
            return refused(why);
    if (!wanted.refresh) return std::monostate{};
    const refresh_policy& policy_wanted = *wanted.refresh;
    if (policy_wanted.schedule.count() < 1 || policy_wanted.end_offset.count() < 0)
        return refused("a refresh policy runs every second at most, up to now at most");
    if (policy_wanted.start_offset &&
        *policy_wanted.start_offset - policy_wanted.end_offset < 2 * wanted.every)
        return refused("a refresh policy covers two buckets at least");
    const auto kept =
        job_of(*line_, policy::retention,
               place_of(wanted.from.empty() ? how_.names.samples : wanted.from), until);
    if (!kept) return kept.error();
    if (*kept && (*kept)->age &&
        (!policy_wanted.start_offset || policy_wanted.start_offset->count() >= *(*kept)->age))
        return refused("what the rollup is made of is kept for " + std::to_string(*(*kept)->age) +
                       " s: start_offset must be less, or the rollup loses what it made of what "
                       "is dropped");
    return std::monostate{};
}

reply<std::vector<statement>> rollups::to_make(const rollup& wanted, const capability& has,
                                               storage::deadline until) {
    const relation view = place_of(wanted.name);
    const auto there = line_->run(
        "SELECT coalesce(pg_catalog.obj_description(pg_catalog.to_regclass($1), 'pg_class'), ''), "
        "(SELECT c.materialized_only FROM timescaledb_information.continuous_aggregates c WHERE "
        "c.view_schema::text = $2 AND c.view_name::text = $3) WHERE pg_catalog.to_regclass($1) IS "
        "NOT NULL",
        {parameter::text(view.quoted()), parameter::text(view.schema), parameter::text(view.name)},
        until);
    if (!there) return there.error();
    std::vector<statement> all;
    if (there->rows() == 0) {
        all.push_back({rollup_statement(wanted, how_.names, has), {}});
        all.push_back(
            {"COMMENT ON VIEW " + view.quoted() + " IS " + literal(description(wanted)), {}});
    } else if (there->is_null(0, 1) || there->text(0, 0) != description(wanted)) {
        return failure{verdict::hold, std::nullopt,
                       view.quoted() +
                           " is there, and is not this rollup: remove it, or take "
                           "another name"};
    } else if ((there->integer(0, 1) == 0) != wanted.real_time) {
        all.push_back(
            {"ALTER MATERIALIZED VIEW " + view.quoted() +
                 " SET (timescaledb.materialized_only = " + (wanted.real_time ? "false)" : "true)"),
             {}});
    }
    std::optional<policy_job> job;
    if (there->rows() > 0) {
        const auto found = job_of(*line_, policy::refresh, view, until);
        if (!found) return found.error();
        job = *found;
    }
    if (wanted.refresh ? job && same_policy(*job, *wanted.refresh) : !job) return all;
    const parameter name = parameter::text(view.quoted());
    if (job)
        all.push_back({"SELECT " + has.function("remove_continuous_aggregate_policy") +
                           "($1::regclass, if_exists => true)",
                       {name}});
    if (wanted.refresh) {
        statement add{"SELECT " + has.function("add_continuous_aggregate_policy") +
                          "($1::regclass, start_offset => $2::interval, end_offset => "
                          "$3::interval, schedule_interval => $4::interval)",
                      {name, parameter::null(), interval_of(wanted.refresh->end_offset.count()),
                       interval_of(wanted.refresh->schedule.count())}};
        if (wanted.refresh->start_offset)
            add.with[1] = interval_of(wanted.refresh->start_offset->count());
        all.push_back(std::move(add));
    }
    return all;
}

reply<std::monostate> rollups::make(const rollup& wanted, storage::deadline until) {
    const auto has = supported(until);
    if (!has) return has.error();
    if (const auto ok = why_not(wanted, until); !ok) return ok;
    const auto all = to_make(wanted, *has, until);
    if (!all) return all.error();
    return run_together(*line_, *all, until);
}

reply<std::monostate> rollups::refresh(const std::string& name, std::int64_t start,
                                       std::int64_t end, storage::deadline until) {
    if (const std::string why = why_no_identifier(name); !why.empty()) return refused(why);
    const auto has = supported(until);
    if (!has) return has.error();
    if (line_->in_transaction())
        return refused("a rollup cannot be refreshed in a transaction: end it first");
    const auto kept = job_of(*line_, policy::retention, place_of(how_.names.samples), until);
    if (!kept) return kept.error();
    if (*kept && (*kept)->age) {
        const auto now = std::chrono::floor<std::chrono::seconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
        if (floor_div(start, 1'000'000'000) < now - *(*kept)->age)
            return refused("points are kept for " + std::to_string(*(*kept)->age) +
                           " s, and the rollup would lose what it made of older ones");
    }
    const auto done = line_->run(
        "CALL " + has->function("refresh_continuous_aggregate") +
            "($1::regclass, $2::timestamptz, $3::timestamptz)",
        {parameter::text(place_of(name).quoted()), parameter::timestamptz(microseconds_of(start)),
         parameter::timestamptz(microseconds_of(end))},
        until);
    if (!done) return done.error();
    return std::monostate{};
}

reply<std::monostate> rollups::remove(const std::string& name, storage::deadline until) {
    if (const std::string why = why_no_identifier(name); !why.empty()) return refused(why);
    const auto has = supported(until);
    if (!has) return has.error();
    return run_together(
        *line_, {{"DROP MATERIALIZED VIEW IF EXISTS " + place_of(name).quoted(), {}}}, until);
}

}  // namespace chronopack::timescaledb
