#include <adapters/timescaledb/jobs.hpp>

namespace chronopack::timescaledb {

using storage::reply;

namespace {

std::string seconds_of(const std::string& key) {
    return "extract(epoch FROM (j.config->>'" + key + "')::interval)::bigint";
}

}  // namespace

reply<std::optional<policy_job>> job_of(connection& line, policy which, const relation& of,
                                        storage::deadline until) {
    constexpr const char* names[] = {"'policy_retention'",
                                     "'policy_compression', 'policy_columnstore'",
                                     "'policy_refresh_continuous_aggregate'"};
    constexpr const char* keys[] = {"drop_after", "compress_after", "start_offset"};
    const auto kind = static_cast<std::size_t>(which);
    // A rollup is named by its view, or by the hypertable behind it: releases differ.
    const auto got = line.run(
        "SELECT " + seconds_of(keys[kind]) + ", " + seconds_of("end_offset") +
            ", extract(epoch FROM j.schedule_interval)::bigint FROM timescaledb_information.jobs j "
            "WHERE j.proc_name::text IN (" +
            names[kind] +
            ") AND ((j.hypertable_schema::text = $1 AND j.hypertable_name::text = $2) OR EXISTS "
            "(SELECT 1 FROM timescaledb_information.continuous_aggregates c WHERE "
            "c.view_schema::text = $1 AND c.view_name::text = $2 AND "
            "c.materialization_hypertable_schema = j.hypertable_schema AND "
            "c.materialization_hypertable_name = j.hypertable_name))",
        {parameter::text(of.schema), parameter::text(of.name)}, until);
    if (!got) return got.error();
    if (got->rows() == 0) return std::optional<policy_job>();
    policy_job job;
    if (!got->is_null(0, 0)) job.age = got->integer(0, 0);
    if (!got->is_null(0, 1)) job.end_offset = got->integer(0, 1);
    job.schedule = got->integer(0, 2);
    return std::optional(job);
}

reply<std::monostate> run_together(connection& line, const std::vector<statement>& all,
                                   storage::deadline until) {
    const auto work = [&]() -> reply<std::monostate> {
        for (const statement& one : all) {
            const auto done = line.run(one.sql, one.with, until);
            if (!done) return done.error();
        }
        return std::monostate{};
    };
    if (all.empty()) return std::monostate{};
    return line.in_transaction() ? work() : in_transaction(line, until, work);
}

}  // namespace chronopack::timescaledb
