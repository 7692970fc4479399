// The policies of TimescaleDB, as its jobs have them: what is there, to be compared with what is
// wanted. add_..._policy(if_not_exists => true) keeps an old one that differs, with no more than a
// warning.
#pragma once

#include <adapters/timescaledb/schema.hpp>

namespace chronopack::timescaledb {

/// A schema and a table or view in it.
struct relation {
    std::string schema{};
    std::string name{};

    [[nodiscard]] std::string quoted() const { return identifier(schema) + '.' + identifier(name); }
};

enum class policy : std::uint8_t { retention, compression, refresh };

/// A job of a policy. Ages are in seconds, with months of 30 days, and none where it has none.
struct policy_job {
    std::optional<std::int64_t> age{};  ///< drop_after, compress_after or start_offset
    std::optional<std::int64_t> end_offset{};
    std::int64_t schedule = 0;
};

/// Returns the job of a hypertable or a rollup, or nothing where there is none.
[[nodiscard]] storage::reply<std::optional<policy_job>> job_of(connection& line, policy which,
                                                               const relation& of,
                                                               storage::deadline until);

/// Runs statements in order: in a transaction of their own, or in that of the caller.
struct statement {
    std::string sql{};
    std::vector<parameter> with{};
};
[[nodiscard]] storage::reply<std::monostate> run_together(connection& line,
                                                          const std::vector<statement>& all,
                                                          storage::deadline until);

/// A parameter for `$1::interval`.
[[nodiscard]] inline parameter interval_of(std::int64_t seconds) {
    return parameter::text(std::to_string(seconds) + " seconds");
}

}  // namespace chronopack::timescaledb
