#include <adapters/timescaledb/hypertable.hpp>

namespace chronopack::timescaledb {

using std::chrono::seconds;
using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

failure refused(std::string why) {
    return {verdict::refused, std::nullopt, std::move(why)};
}

std::optional<seconds> as_seconds(const std::optional<policy_job>& job) {
    if (!job || !job->age) return std::nullopt;
    return seconds(*job->age);
}

}  // namespace

reply<hypertable> hypertable::of(connection& line, const schema_options& how,
                                 storage::deadline until) {
    auto state = look_at_schema(line, how, until);
    if (!state) return state.error();
    if (!state->tables)
        return failure{verdict::hold, std::nullopt,
                       "there are no tables: initialize_schema() makes them"};
    if (!state->hypertable)
        return lacks(state->has, "hypertables of these samples",
                     state->has.extension()
                         ? "initialize_schema() with migrate_data makes the table one"
                         : "delete_before() forgets points, and a table of PostgreSQL can be "
                           "partitioned by time");
    return hypertable(line, how, std::move(*state));
}

reply<timescaledb::policies> hypertable::policies(storage::deadline until) {
    const auto keep = job_of(*line_, policy::retention, samples(), until);
    if (!keep) return keep.error();
    const auto compress = job_of(*line_, policy::compression, samples(), until);
    if (!compress) return compress.error();
    return timescaledb::policies{as_seconds(*keep), as_seconds(*compress)};
}

/// A rollup that is refreshed over what was dropped loses what it had made of it.
reply<std::monostate> hypertable::why_rollups_need(seconds age, storage::deadline until) {
    const auto made = line_->run(
        "SELECT view_schema::text, view_name::text FROM "
        "timescaledb_information.continuous_aggregates WHERE hypertable_schema::text = $1 AND "
        "hypertable_name::text = $2",
        {parameter::text(how_.names.schema), parameter::text(how_.names.samples)}, until);
    if (!made) return made.error();
    for (std::size_t row = 0; row < made->rows(); ++row) {
        const relation view{std::string(made->text(row, 0)), std::string(made->text(row, 1))};
        const auto job = job_of(*line_, policy::refresh, view, until);
        if (!job) return job.error();
        if (*job && (!(*job)->age || *(*job)->age >= age.count()))
            return refused("the rollup " + view.quoted() + " is refreshed from " +
                           ((*job)->age ? std::to_string(*(*job)->age) + " s before now"
                                        : std::string("the beginning")) +
                           ", so points must be kept for longer: it would lose what it made of "
                           "those that are dropped");
    }
    return std::monostate{};
}

reply<std::monostate> hypertable::keep_for(std::optional<seconds> age, storage::deadline until) {
    if (state_.has.edition != edition::community)
        return lacks(state_.has, "retention policies",
                     "drop_chunks() and delete_before() forget points, on a schedule of your own "
                     "(storage/retention.hpp)");
    if (age && age->count() < 1) return refused("points are kept for a second at least");
    const auto there = job_of(*line_, policy::retention, samples(), until);
    if (!there) return there.error();
    if (age)
        if (const auto ok = why_rollups_need(*age, until); !ok) return ok;
    if (there->has_value() == age.has_value() && (!age || as_seconds(*there) == age))
        return std::monostate{};
    std::vector<statement> all;
    if (*there)
        all.push_back({"SELECT " + state_.has.function("remove_retention_policy") +
                           "($1::regclass, if_exists => true)",
                       {table()}});
    if (age)
        all.push_back({"SELECT " + state_.has.function("add_retention_policy") +
                           "($1::regclass, drop_after => $2::interval)",
                       {table(), interval_of(age->count())}});
    return run_together(*line_, all, until);
}

reply<std::monostate> hypertable::compress_after(std::optional<seconds> age,
                                                 storage::deadline until) {
    if (state_.has.edition != edition::community)
        return lacks(state_.has, "compression",
                     "rows stay as they are: drop_chunks() and shorter retention save space");
    if (age && age->count() < 1) return refused("chunks are compressed after a second at least");
    const auto there = job_of(*line_, policy::compression, samples(), until);
    if (!there) return there.error();
    std::vector<statement> all;
    if (age && !state_.compression)
        all.push_back(
            {"ALTER TABLE " + how_.names.of_samples() +
                 " SET (timescaledb.compress, timescaledb.compress_segmentby = 'series_id', "
                 "timescaledb.compress_orderby = '\"time\"" +
                 (how_.precision == precision::nanoseconds ? ", ns')" : "')"),
             {}});
    if (there->has_value() != age.has_value() || (age && as_seconds(*there) != age)) {
        // The functions of before the columnstore's names: all releases have them.
        if (*there)
            all.push_back({"SELECT " + state_.has.function("remove_compression_policy") +
                               "($1::regclass, if_exists => true)",
                           {table()}});
        if (age)
            all.push_back({"SELECT " + state_.has.function("add_compression_policy") +
                               "($1::regclass, compress_after => $2::interval)",
                           {table(), interval_of(age->count())}});
    }
    const auto done = run_together(*line_, all, until);
    if (done && age) state_.compression = true;
    return done;
}

reply<std::monostate> hypertable::set_chunk_interval(seconds length, storage::deadline until) {
    if (length.count() < 1) return refused("chunks of less than a second");
    const auto done = run_together(*line_,
                                   {{"SELECT " + state_.has.function("set_chunk_time_interval") +
                                         "($1::regclass, $2::interval)",
                                     {table(), interval_of(length.count())}}},
                                   until);
    if (done) state_.chunk_microseconds = length.count() * 1'000'000;
    return done;
}

reply<std::uint64_t> hypertable::compress_chunks(std::int64_t before, storage::deadline until) {
    if (state_.has.edition != edition::community)
        return lacks(state_.has, "compression",
                     "rows stay as they are: drop_chunks() and shorter retention save space");
    const auto done =
        line_->run("SELECT " + state_.has.function("compress_chunk") +
                       "(c, if_not_compressed => true) FROM " + state_.has.function("show_chunks") +
                       "($1::regclass, older_than => $2::timestamptz) AS c",
                   {table(), parameter::timestamptz(microseconds_of(before))}, until);
    if (!done) return done.error();
    return std::uint64_t{done->rows()};
}

reply<std::uint64_t> hypertable::drop_chunks(std::int64_t before, storage::deadline until) {
    const auto done = line_->run("SELECT " + state_.has.function("drop_chunks") +
                                     "($1::regclass, older_than => $2::timestamptz)",
                                 {table(), parameter::timestamptz(microseconds_of(before))}, until);
    if (!done) return done.error();
    return std::uint64_t{done->rows()};
}

}  // namespace chronopack::timescaledb
