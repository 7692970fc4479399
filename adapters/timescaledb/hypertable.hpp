// How long a hypertable of samples keeps them, when it compresses them, and its chunks.
//
//   auto line = store->connect(in(5s));
//   auto table = hypertable::of(**line, {}, in(5s));
//   if (!table) return table.error();
//   table->compress_after(7 * 24h, in(30s));
//   table->keep_for(90 * 24h, in(30s));
//
//                           plain          Apache         Community
//   chunks, drop_chunks     unsupported    yes            yes
//   keep_for                unsupported    unsupported    yes
//   compress_after          unsupported    unsupported    yes
//
// What is there is compared with what is wanted, and changed where it differs. A failure
// `unsupported` says what there is instead. Calls may be made in a transaction of the caller's.
#pragma once

#include <adapters/timescaledb/jobs.hpp>

namespace chronopack::timescaledb {

/// The policies of a hypertable.
struct policies {
    std::optional<std::chrono::seconds> keep_for{};
    std::optional<std::chrono::seconds> compress_after{};
};

/// Uses a connection, which must outlive it, and is as thread-safe.
class hypertable {
public:
    /// Looks at the samples. `unsupported` where they are no hypertable.
    [[nodiscard]] static storage::reply<hypertable> of(connection& line, const schema_options& how,
                                                       storage::deadline until);

    [[nodiscard]] const schema_state& state() const noexcept { return state_; }
    [[nodiscard]] storage::reply<timescaledb::policies> policies(storage::deadline until);

    /// Drops chunks whose points are all older than `age`, once a day or more often; none: for
    /// ever. `refused` where a rollup would look at points that are dropped (rollups.hpp).
    [[nodiscard]] storage::reply<std::monostate> keep_for(std::optional<std::chrono::seconds> age,
                                                          storage::deadline until);
    /// Turns compression on, by series and time, and compresses chunks that are older than `age`;
    /// none: no longer. Chunks that are compressed stay so.
    [[nodiscard]] storage::reply<std::monostate> compress_after(
        std::optional<std::chrono::seconds> age, storage::deadline until);
    /// The length of chunks that will be made.
    [[nodiscard]] storage::reply<std::monostate> set_chunk_interval(std::chrono::seconds length,
                                                                    storage::deadline until);

    /// Compresses the chunks that end by `before`, in nanoseconds since 1970, and returns how many
    /// there are.
    [[nodiscard]] storage::reply<std::uint64_t> compress_chunks(std::int64_t before,
                                                                storage::deadline until);
    /// Drops the chunks that end by `before`, and returns how many those were.
    [[nodiscard]] storage::reply<std::uint64_t> drop_chunks(std::int64_t before,
                                                            storage::deadline until);

private:
    hypertable(connection& line, const schema_options& how, schema_state state)
        : line_(&line), how_(how), state_(std::move(state)) {}

    [[nodiscard]] relation samples() const { return {how_.names.schema, how_.names.samples}; }
    [[nodiscard]] parameter table() const { return parameter::text(how_.names.of_samples()); }
    [[nodiscard]] storage::reply<std::monostate> why_rollups_need(std::chrono::seconds age,
                                                                  storage::deadline until);

    connection* line_;
    schema_options how_;
    schema_state state_;
};

}  // namespace chronopack::timescaledb
