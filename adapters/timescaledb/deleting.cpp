// What is deleted: whole chunks first, then rows. See backend.hpp.
#include <adapters/timescaledb/backend.hpp>

#include <algorithm>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

/// Deletes rows of series. Their numbers are bound as an array, by which TimescaleDB finds the
/// compressed batches that it must open; a subquery would make it open all.
reply<std::uint64_t> backend::delete_rows(connection& line, const std::vector<std::int64_t>& ids,
                                          std::int64_t cutoff, storage::deadline until) {
    constexpr std::size_t most_ids = 1'000;
    std::uint64_t deleted = 0;
    for (std::size_t at = 0; at < ids.size(); at += most_ids) {
        const auto part = std::span(ids).subspan(at, std::min(most_ids, ids.size() - at));
        const auto done =
            line.run("DELETE FROM " + names().of_samples() + " WHERE series_id = ANY($1) AND " +
                         before(cutoff),
                     {parameter::int8_array(part.size(), [&](std::size_t i) { return part[i]; })},
                     until, during::write);
        if (!done) return done.error();
        deleted += done->affected;
    }
    return deleted;
}

reply<storage::deletion> backend::delete_before(std::string_view metric, std::int64_t cutoff,
                                                storage::deadline until) {
    const auto there = ready(until);
    if (!there) return there.error();
    auto line = pool_.take(until);
    if (!line) return line.error();
    if (there->has.extension()) {
        const auto lifted = (*line)->run(
            "SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0", {}, until);
        if (!lifted) return lifted.error();
    }
    const std::string samples = names().of_samples();
    std::vector<std::int64_t> ids;
    if (!metric.empty()) {
        const auto found = series_of(**line, std::string(metric), {}, until);
        if (!found) return found.error();
        for (const found_series& one : *found) ids.push_back(one.id);
        std::sort(ids.begin(), ids.end());
        const auto deleted = delete_rows(**line, ids, cutoff, until);
        if (!deleted) return deleted.error();
        return storage::deletion{*deleted};
    }
    if (!there->hypertable) {
        const auto done =
            (*line)->run("DELETE FROM " + samples + " WHERE " + before(cutoff), {}, until);
        if (!done) return done.error();
        return storage::deletion{done->affected};
    }
    // A dropped chunk does not say how many rows it had.
    const auto some =
        (*line)->run("SELECT count(*) FROM " + samples + " WHERE " + before(cutoff), {}, until);
    if (!some) return some.error();
    const auto rows = static_cast<std::uint64_t>(some->integer(0, 0));
    if (rows == 0) return storage::deletion{0};
    const auto dropped = (*line)->run(
        "SELECT " + there->has.function("drop_chunks") +
            "($1::regclass, older_than => $2::timestamptz)",
        {parameter::text(samples), parameter::timestamptz(microseconds_of(cutoff))}, until);
    if (!dropped) return dropped.error();
    const auto left = (*line)->run(
        "SELECT DISTINCT series_id FROM " + samples + " WHERE " + before(cutoff) + " ORDER BY 1",
        {}, until);
    if (!left) return left.error();
    for (std::size_t row = 0; row < left->rows(); ++row) ids.push_back(left->integer(row, 0));
    const auto deleted = delete_rows(**line, ids, cutoff, until);
    if (!deleted) return deleted.error();
    return storage::deletion{rows};
}

}  // namespace chronopack::timescaledb
