// Buckets that the server makes of points: backend.hpp.
#include <adapters/timescaledb/backend.hpp>
#include <adapters/timescaledb/selection.hpp>

#include <algorithm>
#include <unordered_map>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

/// The statement for the buckets of series, which are $1, and of which $2 are enough.
std::string backend::buckets_statement(const schema_state& there,
                                       const storage::bucket_query& what) const {
    // All times are after the origin, where rounding down is what both functions do.
    const std::int64_t width = what.width / 1'000;
    const std::int64_t first = floor_div(microseconds_of(what.start) + epoch_2000, width) * width;
    const std::string every = "interval '" + std::to_string(width) + " microseconds'";
    const std::string origin = time_literal(first - epoch_2000);
    const std::string bucket =
        (there.has.extension() ? there.has.function("time_bucket") : "pg_catalog.date_bin") + '(' +
        every + ", \"time\", " + origin + ')';
    const std::string order = keeps_nanoseconds() ? "\"time\", ns" : "\"time\"";
    const std::string latest = keeps_nanoseconds() ? "\"time\" DESC, ns DESC" : "\"time\" DESC";
    const std::string numbers = " FILTER (WHERE value <> 'NaN')";
    // To the server zeros are equal: their signs are asked for.
    return "SELECT series_id, " + bucket + ", count(*), count(*)" + numbers + ", sum(value)" +
           numbers + ", min(value)" + numbers + ", max(value)" + numbers +
           ", (array_agg(value ORDER BY " + order + ")" + numbers +
           ")[1], (array_agg(value ORDER BY " + latest + ")" + numbers +
           ")[1], bool_or(value = 0 AND atan2(0, value) > 0), bool_or(value = 0 AND atan2(0, "
           "value) = "
           "0) FROM " +
           names().of_samples() + " WHERE series_id = ANY($1) AND " +
           between(what.start, what.end) + " GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $2";
}

reply<std::vector<storage::bucket>> backend::query_buckets(const storage::bucket_query& what,
                                                           storage::deadline until) {
    if (what.width < 1) return failure{verdict::refused, std::nullopt, "buckets of no width"};
    if (what.width % 1'000 != 0)
        return failure{verdict::unsupported, std::nullopt,
                       "PostgreSQL makes buckets of whole microseconds: read the points"};
    const auto there = ready(until);
    if (!there) return there.error();
    constexpr int with_date_bin = 140000;
    if (!there->has.extension() && there->has.server < with_date_bin)
        return failure{verdict::unsupported, std::nullopt,
                       "PostgreSQL 13 makes no buckets: read the points"};
    auto line = pool_.take(until);
    if (!line) return line.error();
    auto found = series_of(**line, what.metric, what.service, until);
    if (!found) return found.error();
    std::vector<storage::bucket> out;
    if (what.start > what.end || found->empty()) return out;

    std::unordered_map<std::int64_t, std::size_t> place;
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < found->size(); ++i) {
        place[(*found)[i].id] = i;
        ids.push_back((*found)[i].id);
    }
    std::sort(ids.begin(), ids.end());
    const std::string sql = buckets_statement(*there, what);
    std::vector<std::vector<storage::bucket>> made(found->size());
    std::size_t count = 0;
    for (std::size_t at = 0; at < ids.size(); at += most_ids) {
        const auto part = std::span(ids).subspan(at, std::min(most_ids, ids.size() - at));
        const auto limit = std::min<std::size_t>(what.most - count, INT64_MAX - 1) + 1;
        const auto got = (*line)->run(
            sql,
            {parameter::int8_array(part.size(), [&](std::size_t i) { return part[i]; }),
             parameter::int8(static_cast<std::int64_t>(limit))},
            until);
        if (!got) {
            if ((*line)->sqlstate() == "22003")
                return failure{verdict::unsupported, std::nullopt,
                               "a sum is too large for PostgreSQL: read the points"};
            return got.error();
        }
        count += got->rows();
        if (count > what.most) return too_many(what.most, "buckets");
        for (std::size_t row = 0; row < got->rows(); ++row) {
            const auto of = place.find(got->integer(row, 0));
            if (of == place.end()) return damaged("it has other rows than asked for");
            const series_samples& names_of = (*found)[of->second].names;
            storage::bucket one{names_of.service, names_of.tags,
                                nanoseconds_of(got->integer(row, 1)),
                                static_cast<std::uint64_t>(got->integer(row, 2)),
                                static_cast<std::uint64_t>(got->integer(row, 3))};
            if (one.numbers > 0) {
                const auto no_sign = [&](double v) {
                    return v == 0 ? 0.0 : v;
                };
                const bool negative = got->integer(row, 9) != 0;
                const bool positive = got->integer(row, 10) != 0;
                one.sum = no_sign(got->real(row, 4));
                one.min = got->real(row, 5);
                one.max = got->real(row, 6);
                if (one.min == 0) one.min = negative ? -0.0 : 0.0;
                if (one.max == 0) one.max = positive ? 0.0 : -0.0;
                one.first = got->real(row, 7);
                one.last = got->real(row, 8);
            }
            made[of->second].push_back(std::move(one));
        }
    }
    for (auto& of_series : made)
        out.insert(out.end(), std::make_move_iterator(of_series.begin()),
                   std::make_move_iterator(of_series.end()));
    return out;
}

}  // namespace chronopack::timescaledb
