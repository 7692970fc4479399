// Work on the table itself: creating it, setting its TTL, deleting old points.
#include <adapters/clickhouse/backend.hpp>
#include <adapters/clickhouse/statements.hpp>
#include <adapters/clickhouse/verdict.hpp>

#include <algorithm>
#include <thread>

namespace chronopack::clickhouse {

using storage::failure;
using storage::reply;
using storage::verdict;
using namespace std::chrono_literals;

namespace {

bool ok(const http::response& got) noexcept {
    return got.status >= 200 && got.status < 300;
}

/// The month of a time as a partition is named, 202601, by the calendar.
std::int64_t partition_of(std::int64_t time) noexcept {
    using namespace std::chrono;
    const year_month_day date{floor<days>(sys_time<nanoseconds>(nanoseconds(time)))};
    return std::int64_t{int{date.year()}} * 100 + unsigned{date.month()};
}

std::string_view text_of(const cell& one) noexcept {
    const auto* const text = std::get_if<std::string>(&one.value);
    return text == nullptr ? std::string_view() : *text;
}

}  // namespace

reply<std::monostate> backend::create_table(storage::deadline until,
                                            std::optional<std::chrono::seconds> keep_for) {
    const auto of = server_dialect(until);
    if (!of) return of.error();
    if (const auto fits = why_not_kept_for(keep_for, *of); !fits) return fits;
    const table_name name{options_.database, options_.table};
    bool gcd = true;
    for (bool made_database = false;;) {
        const auto got = ask(create_statement(*of, name, keep_for, gcd), {}, until);
        if (!got) return got.error();
        if (ok(*got)) return std::monostate{};
        const int code = exception_code(*got);
        if (code == unknown_database && !made_database) {
            const auto made = command(
                "CREATE DATABASE IF NOT EXISTS " + identifier(options_.database), {}, until);
            if (!made) return made.error();
            made_database = true;
        } else if (code == unknown_codec && gcd) {
            gcd = false;
        } else {
            return refusal(*got);
        }
    }
}

reply<std::monostate> backend::why_not_kept_for(std::optional<std::chrono::seconds> keep_for,
                                                dialect of) const {
    if (!keep_for) return std::monostate{};
    if (*keep_for < 1s || *keep_for > longest_keep)
        return failed(verdict::refused, "a table keeps points for 1 s to 100 years");
    if (of == dialect::classic)
        return failed(verdict::unsupported,
                      "the server is older than TTL: delete_before() forgets points");
    return std::monostate{};
}

reply<std::monostate> backend::set_keep_for(std::optional<std::chrono::seconds> keep_for,
                                            storage::deadline until) {
    const auto of = server_dialect(until);
    if (!of) return of.error();
    if (const auto fits = why_not_kept_for(keep_for.value_or(1s), *of); !fits) return fits;
    std::vector<std::string> changes{" REMOVE TTL"};
    if (keep_for)  // as create_statement() has it
        changes = {" MODIFY SETTING ttl_only_drop_parts = 1",
                   " MODIFY TTL " + ttl_expression(*keep_for)};
    for (const std::string& change : changes) {
        const auto got = command("ALTER TABLE " + table_ + change, {}, until);
        if (!got) return got.error();
    }
    return std::monostate{};
}

/// Returns whether the table's partitions are the months of its points, as in a table that we
/// created. The server is asked once.
reply<bool> backend::partitions_are_months(dialect of, storage::deadline until) {
    if (const partitioning known = partitioning_; known != partitioning::unknown)
        return known == partitioning::months;
    const auto found = table_of(
        "SELECT partition_key FROM system.tables WHERE database = " + literal(options_.database) +
            " AND name = " + literal(options_.table),
        {}, until);
    if (!found) return found.error();
    if (found->rows.size() != 1) return false;  // no table yet
    const bool months = text_of(found->rows[0].at(0)) ==
                        (of == dialect::modern ? "toYYYYMM(time)" : "toYYYYMM(date)");
    partitioning_ = months ? partitioning::months : partitioning::other;
    return months;
}

/// Drops the partitions of the months before the cutoff's, where partitions are months.
reply<std::monostate> backend::drop_months(std::int64_t cutoff, dialect of,
                                           storage::deadline until) {
    const auto months = partitions_are_months(of, until);
    if (!months) return months.error();
    if (!*months) return std::monostate{};
    const auto found =
        table_of("SELECT DISTINCT partition FROM system.parts WHERE active AND database = " +
                     literal(options_.database) + " AND table = " + literal(options_.table),
                 {}, until);
    if (!found) return found.error();
    for (const auto& row : found->rows) {
        const std::string partition(text_of(row[0]));
        const bool is_month = !partition.empty() && partition.size() < 10 &&
                              std::all_of(partition.begin(), partition.end(),
                                          [](char c) { return c >= '0' && c <= '9'; });
        if (!is_month || std::stoll(partition) >= partition_of(cutoff)) continue;
        const auto dropped =
            command("ALTER TABLE " + table_ + " DROP PARTITION " + partition, {}, until);
        if (!dropped) return dropped.error();
    }
    return std::monostate{};
}

reply<std::vector<std::string>> backend::list_metrics(storage::deadline until) {
    const auto found =
        table_of("SELECT DISTINCT CAST(metric, 'String') AS name FROM " + table_ + " ORDER BY name",
                 {}, until);
    if (!found) return found.error();
    std::vector<std::string> names;
    for (const auto& row : found->rows) names.emplace_back(text_of(row.at(0)));
    return names;
}

/// A classic server answers before it has deleted.
reply<std::monostate> backend::wait_for_mutations(storage::deadline until) {
    for (auto pause = 5ms;; pause = std::min(2 * pause, 200ms)) {
        const auto left = table_of(
            "SELECT mutation_id FROM system.mutations WHERE NOT is_done AND database = " +
                literal(options_.database) + " AND table = " + literal(options_.table) + " LIMIT 1",
            {}, until);
        if (!left) return left.error();
        if (left->rows.empty()) return std::monostate{};
        std::this_thread::sleep_until(std::min(until, storage::clock::now() + pause));
        if (storage::clock::now() >= until)
            return failed(verdict::retry, "the server is still deleting");
    }
}

reply<storage::deletion> backend::delete_before(std::string_view metric, std::int64_t cutoff,
                                                storage::deadline until) {
    const auto of = server_dialect(until);
    if (!of) return of.error();
    if (cutoff == INT64_MIN) return storage::deletion{};
    if (metric.empty()) {
        const auto dropped = drop_months(cutoff, *of, until);
        if (!dropped) return dropped.error();
    }
    const selection which = select_rows(*of, metric.empty() ? std::nullopt : std::optional(metric),
                                        {}, INT64_MIN, cutoff - 1);
    // A deletion rewrites parts of the table even where there is nothing to delete.
    const auto some = table_of("SELECT 1 FROM " + table_ + " WHERE " + which.where + " LIMIT 1",
                               which.parameters, until);
    if (!some) return some.error();
    if (some->rows.empty()) return storage::deletion{};

    if (*of == dialect::modern) {
        const auto got =
            ask("DELETE FROM " + table_ + " WHERE " + which.where, which.parameters, until);
        if (!got) return got.error();
        if (ok(*got)) return storage::deletion{};
        // Before 23.3 it was an experiment.
        const int code = exception_code(*got);
        if (code != support_is_disabled && code != not_implemented) return refusal(*got);
    }
    const auto begun =
        command("ALTER TABLE " + table_ + " DELETE WHERE " + which.where, which.parameters, until);
    if (!begun) return begun.error();
    const auto done = wait_for_mutations(until);
    if (!done) return done.error();
    return storage::deletion{};
}

}  // namespace chronopack::clickhouse
