// What is written, and what is done about refusals: backend.hpp.
#include <adapters/timescaledb/backend.hpp>

#include <algorithm>
#include <utility>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

constexpr int most_internal_errors = 10;

std::int64_t now() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// A time at a distance from now; the ends of 64 bits where it lies outside.
std::int64_t from_now(std::chrono::seconds by, int sign) noexcept {
    std::int64_t out = 0;
    if (__builtin_mul_overflow(by.count(), std::int64_t{1'000'000'000} * sign, &out) ||
        __builtin_add_overflow(out, now(), &out))
        return sign < 0 ? INT64_MIN : INT64_MAX;
    return out;
}

/// The failure of what precedes the points, which are kept: no such failure drops any.
failure held(failure why) {
    if (why.what != verdict::retry) why.what = verdict::hold;
    return why;
}

/// Says which rights writing needs, where it was refused for the lack of one.
failure with_rights(failure why, std::string_view sqlstate) {
    if (sqlstate == "42501")
        why.message +=
            "; writing needs SELECT, INSERT and UPDATE on the samples, and SELECT and INSERT on "
            "the series";
    return why;
}

judgement holding() noexcept {
    return {{verdict::hold, http::blame::none, storage::drop_reason::refused, std::nullopt},
            remedy::none,
            false};
}

std::vector<storage::dropped_point> by_index(std::vector<storage::dropped_point> points) {
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
    return points;
}

}  // namespace

batch_rules backend::rules(const schema_state& there) const {
    batch_rules out{.precision = options_.schema.precision,
                    .most_rows = options_.max_statement_rows,
                    .most_chunks = options_.max_statement_chunks,
                    .chunk_microseconds = there.hypertable ? there.chunk_microseconds : 0};
    if (options_.oldest) out.first = from_now(*options_.oldest, -1);
    if (options_.furthest) out.last = from_now(*options_.furthest, 1);
    return out;
}

storage::write_outcome backend::write_batch(std::span<const storage::point> points,
                                            storage::deadline until) {
    return write_points(points, way::arrays, until);
}

storage::write_outcome backend::load(std::span<const storage::point> points,
                                     storage::deadline until) {
    return write_points(points, way::copy, until);
}

storage::write_outcome backend::write_points(std::span<const storage::point> points, way how,
                                             storage::deadline until) {
    if (points.empty()) return {};
    const auto there = ready(until);
    if (!there) return http::outcome_of(held(there.error()), {});
    point_batch batch(points, rules(*there));
    if (batch.series().empty()) return {.dropped = std::move(batch.dropped())};

    const std::uint64_t losses = pool_.losses();
    std::vector<std::int64_t> numbers;
    table_file of;
    {
        auto line = pool_.take(until);
        if (!line) return http::outcome_of(held(line.error()), std::move(batch.dropped()));
        const auto found = series_.numbers(**line, batch.series(), numbers, losses, until);
        if (!found && found.error().what == verdict::refused)
            return http::outcome_of((*line)->why().judged, batch.sent(), std::move(batch.dropped()),
                                    found.error().message);
        if (!found) {
            look_again();
            return http::outcome_of(with_rights(held(found.error()), (*line)->sqlstate()),
                                    std::move(batch.dropped()));
        }
        of = *found;
    }
    batch.number(std::move(numbers));
    storage::write_outcome done;
    done.dropped = std::move(batch.dropped());
    for (const point_batch::statement& one : batch.statements()) {
        const written result = write_rows(batch, batch.rows_of(one), of, how, until);
        auto part = http::outcome_of(result.why.judged, one.sent, {}, result.message);
        if (!part.ok()) {
            look_again();
            part.dropped = by_index(std::move(done.dropped));
            return part;
        }
        done.delivered += part.delivered;
        done.dropped.insert(done.dropped.end(), std::make_move_iterator(part.dropped.begin()),
                            std::make_move_iterator(part.dropped.end()));
        if (!part.message.empty()) done.message = std::move(part.message);
    }
    done.dropped = by_index(std::move(done.dropped));
    return done;
}

/// Writes rows, and does what may help before it gives up.
backend::written backend::write_rows(const point_batch& batch,
                                     std::span<const point_batch::row> rows, const table_file& of,
                                     way how, storage::deadline until) {
    for (bool reconnected = false;;) {
        const bool unlimited = unlimited_;
        const attempt sent = try_rows(batch, rows, of, how, unlimited, !reconnected, until);
        if (sent.why.judged.what == verdict::delivered) return {};
        if (sent.why.then == remedy::lift_limit && !unlimited) {
            unlimited_ = true;
            continue;
        }
        if (sent.closed) {
            reconnected = true;
            continue;
        }
        if (how == way::copy && sent.sqlstate == "23505") {
            how = way::arrays;
            continue;
        }
        if (sent.why.then == remedy::halve && rows.size() > 1) {
            const auto [first, second] = point_batch::halves(rows);
            const written half = write_rows(batch, first, of, how, until);
            return half.why.judged.what == verdict::delivered
                       ? write_rows(batch, second, of, how, until)
                       : half;
        }
        if (sent.sqlstate == "XX000" && ++internal_errors_ >= most_internal_errors)
            return {holding(), sent.message};
        return {sent.why, sent.message};
    }
}

/// Writes rows by one connection. It is closed where another may do better, and may be tried.
backend::attempt backend::try_rows(const point_batch& batch, std::span<const point_batch::row> rows,
                                   const table_file& of, way how, bool unlimited,
                                   bool may_reconnect, storage::deadline until) {
    auto line = pool_.take(until);
    if (!line) {
        attempt none{.why = holding(), .message = line.error().message};
        if (line.error().what == verdict::retry) none.why.judged.what = verdict::retry;
        return none;
    }
    const auto sent = send_rows(**line, batch, rows, of, how, unlimited, until);
    if (!sent) {
        attempt refused{.why = (*line)->why(), .sqlstate = (*line)->sqlstate()};
        refused.message = with_rights(sent.error(), refused.sqlstate).message;
        refused.closed = may_reconnect && refused.why.then == remedy::reconnect && (*line)->alive();
        if (refused.closed) (*line)->close();
        return refused;
    }
    internal_errors_ = 0;
    if (*sent == rows.size()) return {};
    if (*sent == 0) {
        series_.forget();
        judgement again;
        again.judged.what = verdict::retry;
        return {.why = again,
                .message =
                    "the table of series is another one by now, or a rule or trigger takes "
                    "no rows"};
    }
    return {.why = holding(),
            .message = "the server took " + std::to_string(*sent) + " of " +
                       std::to_string(rows.size()) +
                       " rows: does the table have a rule or trigger?"};
}

/// Sends rows in one transaction, and returns how many the server took.
reply<std::uint64_t> backend::send_rows(connection& line, const point_batch& batch,
                                        std::span<const point_batch::row> rows,
                                        const table_file& of, way how, bool unlimited,
                                        storage::deadline until) {
    if (unlimited) {
        const auto lifted =
            line.run("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0", {}, until);
        if (!lifted) return lifted.error();
    }
    const bool ns = keeps_nanoseconds();
    const std::string columns =
        ns ? "(\"time\", series_id, value, ns)" : "(\"time\", series_id, value)";
    if (how == way::copy) return copy_rows(line, columns, batch.copy_data(rows), of, until);
    std::vector<parameter> with = batch.arrays(rows);
    with.push_back(parameter::int8(of.table));
    with.push_back(parameter::int8(of.file));
    // The file is looked at once a statement, not once a row.
    const auto done = line.run(
        "INSERT INTO " + names().of_samples() + ' ' + columns + " SELECT * FROM unnest(" +
            (ns ? "$1, $2, $3, $4) WHERE pg_catalog.pg_relation_filenode($5::oid) = $6::oid ON "
                  "CONFLICT (series_id, \"time\", ns)"
                : "$1, $2, $3) WHERE pg_catalog.pg_relation_filenode($4::oid) = $5::oid ON "
                  "CONFLICT (series_id, \"time\")") +
            " DO UPDATE SET value = excluded.value",
        with, until, during::write);
    if (!done) return done.error();
    return done->affected;
}

reply<std::uint64_t> backend::copy_rows(connection& line, const std::string& columns,
                                        std::string_view data, const table_file& of,
                                        storage::deadline until) {
    std::uint64_t rows = 0;
    const auto work = [&]() -> reply<std::monostate> {
        // While it is locked, the table of series stays the one that the numbers are of.
        const auto locked =
            line.run("LOCK TABLE " + names().of_series() + " IN ACCESS SHARE MODE", {}, until);
        if (!locked) return locked.error();
        const auto now_of = series_.file(line, until);
        if (!now_of) return now_of.error();
        if (!(*now_of == of)) return std::monostate{};
        const auto done = line.copy_in(
            "COPY " + names().of_samples() + ' ' + columns + " FROM STDIN (FORMAT BINARY)", until,
            [&] { return std::exchange(data, std::string_view()); });
        if (!done) return done.error();
        rows = *done;
        return std::monostate{};
    };
    const auto done = in_transaction(line, until, work);
    if (!done) return done.error();
    return rows;
}

}  // namespace chronopack::timescaledb
