#include <adapters/timescaledb/backend.hpp>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

reply<std::unique_ptr<backend>> backend::open(options with) {
    const auto refused = [](std::string why) {
        return failure{verdict::refused, std::nullopt, std::move(why)};
    };
    if (std::string why = why_not(with.where); !why.empty()) return refused(std::move(why));
    if (std::string why = why_no_identifier(with.schema.names); !why.empty())
        return refused(std::move(why));
    constexpr std::size_t most_rows = 1'000'000;
    if (with.max_statement_rows == 0 || with.max_statement_rows > most_rows)
        return refused("max_statement_rows is none of 1 to 1,000,000");
    constexpr std::size_t most_connections = 10'000;
    if (with.max_statement_chunks == 0)
        return refused("a statement has rows of one chunk at least");
    if (with.connections == 0 || with.connections > most_connections)
        return refused("connections is none of 1 to 10,000");
    return std::unique_ptr<backend>(new backend(std::move(with)));
}

backend::backend(options with)
    : options_(std::move(with)),
      pool_(std::move(options_.where), options_.connections),
      series_(options_.schema.names, options_.max_known_series) {
    options_.where = {};
}

void backend::look_again() {
    const std::lock_guard held(mutex_);
    state_.reset();
}

reply<schema_state> backend::state(storage::deadline until) {
    auto line = pool_.take(until);
    if (!line) return line.error();
    auto found = look_at_schema(**line, options_.schema, until);
    if (!found) return found;
    const std::lock_guard held(mutex_);
    state_.reset();
    if (found->tables) state_ = *found;
    return found;
}

/// Looks, once, whether the tables are such that hold points.
reply<schema_state> backend::ready(storage::deadline until) {
    {
        const std::lock_guard held(mutex_);
        if (state_) return *state_;
    }
    const auto found = state(until);
    if (found && !found->tables)
        return failure{verdict::hold, std::nullopt,
                       "there are no tables " + names().of_samples() + " and " +
                           names().of_series() + ": initialize_schema() makes them"};
    return found;
}

reply<schema_state> backend::initialize_schema(storage::deadline until) {
    auto line = pool_.take(until);
    if (!line) return line.error();
    series_.forget();
    look_again();
    return timescaledb::initialize_schema(**line, options_.schema, until);
}

reply<std::monostate> backend::health(storage::deadline until) {
    look_again();
    const auto there = ready(until);
    if (!there) return there.error();
    auto line = pool_.take(until);
    if (!line) return line.error();
    const auto got = (*line)->run(
        "SELECT pg_catalog.pg_is_in_recovery(), "
        "pg_catalog.current_setting('transaction_read_only') = 'on', "
        "pg_catalog.has_table_privilege($1, 'INSERT') AND "
        "pg_catalog.has_table_privilege($1, 'UPDATE') AND "
        "pg_catalog.has_table_privilege($1, 'SELECT') AND "
        "pg_catalog.has_table_privilege($2, 'INSERT') AND "
        "pg_catalog.has_table_privilege($2, 'SELECT')",
        {parameter::text(names().of_samples()), parameter::text(names().of_series())}, until);
    if (!got) return got.error();
    if (got->integer(0, 0) != 0)
        return failure{verdict::retry, std::nullopt,
                       "the server is a standby, which takes no writes"};
    if (got->integer(0, 1) != 0)
        return failure{verdict::retry, std::nullopt, "the server takes no writes: it is read-only"};
    if (got->integer(0, 2) == 0)
        return failure{verdict::hold, std::nullopt,
                       "this user may not write: it needs SELECT, INSERT and UPDATE on " +
                           names().of_samples() + ", and SELECT and INSERT on " +
                           names().of_series()};
    return std::monostate{};
}

reply<query_table> backend::query(const std::string& sql, const std::vector<parameter>& with,
                                  storage::deadline until) {
    for (const parameter& one : with)
        if (!one.binary && one.value && one.value->find('\0') != std::string::npos)
            return failure{verdict::refused, std::nullopt, "a parameter has a NUL in it"};
    auto line = pool_.take(until);
    if (!line) return line.error();
    const auto got = (*line)->run(sql, with, until);
    if (!got) return got.error();
    // SET and the like would change what the next one who has the connection means.
    const std::string_view kind = std::string_view(got->tag).substr(0, got->tag.find(' '));
    if (kind != "SELECT" && kind != "INSERT" && kind != "UPDATE" && kind != "DELETE")
        (*line)->close();
    return read_table(*got);
}

}  // namespace chronopack::timescaledb
