#include <adapters/downsampler/downsampler.hpp>

#include <chronopack/rollup/rollup.hpp>

#include <algorithm>

namespace chronopack::downsample {

using storage::clock;
using storage::failure;
using storage::point;
using storage::reply;
using storage::verdict;

namespace {

constexpr std::string_view mark_metric = "chronopack_rolled_up";
constexpr std::size_t points_a_write = 5'000;
const failure no_time{verdict::retry, {}, "no time left"};

std::string_view text_of(aggregate_name which) {
    switch (which) {
        case aggregate_name::count:
            return "count";
        case aggregate_name::sum:
            return "sum";
        case aggregate_name::min:
            return "min";
        case aggregate_name::max:
            return "max";
        case aggregate_name::mean:
            return "mean";
        case aggregate_name::first:
            return "first";
        case aggregate_name::last:
            return "last";
        case aggregate_name::increase:
            return "increase";
        case aggregate_name::resets:
            return "resets";
    }
    return "";
}

std::string width_text(std::chrono::nanoseconds width) {
    struct unit {
        std::int64_t ns;
        const char* name;
    };
    constexpr unit units[] = {{86'400'000'000'000, "d"}, {3'600'000'000'000, "h"},
                              {60'000'000'000, "m"},     {1'000'000'000, "s"},
                              {1'000'000, "ms"},         {1'000, "us"}};
    for (const unit& u : units)
        if (width.count() % u.ns == 0) return std::to_string(width.count() / u.ns) + u.name;
    return std::to_string(width.count()) + "ns";
}

/// Returns what `which` is of a bucket, or nothing where the bucket has no number. A count is
/// always there.
std::optional<double> value_of(const aggregate<double>& a, aggregate_name which) {
    if (which == aggregate_name::count) return static_cast<double>(a.count);
    if (a.numbers() == 0) return std::nullopt;
    switch (which) {
        case aggregate_name::sum:
            return a.sum;
        case aggregate_name::min:
            return a.min;
        case aggregate_name::max:
            return a.max;
        case aggregate_name::mean:
            return a.mean();
        case aggregate_name::first:
            return a.first_number;
        case aggregate_name::last:
            return a.last_number;
        case aggregate_name::increase:
            return a.increase();
        default:
            return static_cast<double>(a.resets());
    }
}

/// Whether it takes the number before a bucket, which a store's own buckets do not know.
bool of_neighbours(aggregate_name which) {
    return which == aggregate_name::increase || which == aggregate_name::resets;
}

std::int64_t less(std::int64_t t, std::int64_t by) {
    return t < INT64_MIN + by ? INT64_MIN : t - by;
}

bool same_series(const point& a, const point& b) {
    return a.metric == b.metric && a.service == b.service && a.tags == b.tags;
}

}  // namespace

std::string rollup_metric(const options& how, aggregate_name which) {
    std::string name = how.metric + ':' + width_text(how.every) + ':';
    return name += text_of(which);
}

point downsampler::mark(std::int64_t time) const {
    std::vector<label> tags{{"metric", how_.metric}, {"every", width_text(how_.every)}};
    if (!how_.service.empty()) tags.push_back({"of", how_.service});
    auto made = labels::from(std::move(tags));
    return {std::string(mark_metric), {}, made ? *made : labels(), time, 1};
}

reply<std::optional<std::int64_t>> downsampler::watermark(storage::deadline until) {
    const auto marks = to_.query_range({.metric = std::string(mark_metric)}, until);
    if (!marks) return marks.error();
    std::optional<std::int64_t> latest;
    const point ours = mark(0);
    for (const point& p : *marks)
        if (p.tags == ours.tags && (!latest || p.timestamp > *latest)) latest = p.timestamp;
    return latest;
}

std::optional<std::int64_t> downsampler::done_with(storage::deadline until) {
    const auto at = watermark(until);
    if (!at || !*at) return std::nullopt;
    // The increases of the first bucket start at the last number of the bucket before it.
    return less(less(**at, std::max<std::int64_t>(how_.lateness.count(), 0)),
                2 * std::min(how_.every.count(), INT64_MAX / 2));
}

reply<report> downsampler::run(std::int64_t now, storage::deadline until) {
    const auto buckets = fixed_buckets::every(how_.every.count());
    if (!buckets) return failure{verdict::refused, {}, "buckets of no width"};
    const auto at = watermark(until);
    if (!at) return at.error();
    report done;
    const std::int64_t late = std::max<std::int64_t>(how_.lateness.count(), 0);
    std::int64_t first = buckets->containing(*at ? less(**at, late) : how_.since).first;
    done.watermark = at->value_or(first);
    // the start of the bucket that is not complete yet
    const std::int64_t end = buckets->containing(now).first;
    while (first < end) {
        std::int64_t last = first;
        for (std::size_t n = 0; n < std::max<std::size_t>(how_.buckets_a_step, 1) && last < end;
             ++n)
            last = buckets->containing(last).last + 1;
        const auto ok = step(*buckets, first, last - 1, done, until);
        if (!ok) return ok.error();
        if (last > done.watermark) {
            const point told = mark(last);
            const auto written = write({&told, 1}, done, until);
            if (!written) return written.error();
            done.watermark = last;
        }
        first = last;
    }
    return done;
}

reply<std::monostate> downsampler::step(const fixed_buckets& buckets, std::int64_t first,
                                        std::int64_t last, report& done, storage::deadline until) {
    if (ask_store_ && std::none_of(how_.aggregates.begin(), how_.aggregates.end(), of_neighbours)) {
        const auto points = from_buckets(first, last, done, until);
        if (points) return write(*points, done, until);
        if (points.error().what != verdict::unsupported) return points.error();
        ask_store_ = false;
    }
    const auto points = from_points(buckets, first, last, done, until);
    if (!points) return points.error();
    return write(*points, done, until);
}

reply<std::vector<point>> downsampler::from_buckets(std::int64_t first, std::int64_t last,
                                                    report& done, storage::deadline until) {
    const auto found = from_.query_buckets({.metric = how_.metric,
                                            .service = how_.service,
                                            .start = first,
                                            .end = last,
                                            .width = how_.every.count(),
                                            .most = how_.most_points},
                                           until);
    if (!found) return found.error();
    std::vector<point> out;
    for (const storage::bucket& one : *found) {
        done.in_store += one.count;
        aggregate<double> values;
        values.count = one.count;
        values.nans = one.count - one.numbers;
        values.sum = one.sum;
        values.min = one.min;
        values.max = one.max;
        values.first_number = one.first;
        values.last_number = one.last;
        add_rollups(out, {{}, one.service, one.tags, one.start, 0}, values);
    }
    return out;
}

reply<std::vector<point>> downsampler::from_points(const fixed_buckets& buckets, std::int64_t first,
                                                   std::int64_t last, report& done,
                                                   storage::deadline until) {
    // The read starts one bucket earlier, because increases start from the number before.
    const auto found = from_.query_range({.metric = how_.metric,
                                          .service = how_.service,
                                          .start = less(first, how_.every.count()),
                                          .end = last,
                                          .most = how_.most_points},
                                         until);
    if (!found) return found.error();
    done.read += found->size();
    std::vector<point> out;
    for (std::size_t at = 0; at < found->size();) {
        if (clock::now() >= until) return no_time;
        const point& series = (*found)[at];
        std::vector<std::int64_t> timestamps;
        std::vector<double> values;
        for (; at < found->size() && same_series((*found)[at], series); ++at) {
            timestamps.push_back((*found)[at].timestamp);
            values.push_back((*found)[at].value);
        }
        auto rows = make_rollup<double>(
            buckets,
            [&](const rollup_row<double>& row) {
                add_rollups(out, {{}, series.service, series.tags, row.bucket.first, 0},
                            row.values);
            },
            {.range = time_range{first, last}, .sort = true});
        auto ok = rows.add(timestamps, values);
        if (ok) ok = rows.finish();
        if (!ok) return failure{verdict::refused, {}, std::string(message(ok.error()))};
    }
    return out;
}

/// Adds a point of each rollup of a bucket, which has the series and the time of `at`.
void downsampler::add_rollups(std::vector<point>& to, point at,
                              const aggregate<double>& values) const {
    for (const aggregate_name which : how_.aggregates)
        if (const auto value = value_of(values, which)) {
            at.metric = rollup_metric(how_, which);
            at.value = *value;
            to.push_back(at);
        }
}

reply<std::monostate> downsampler::write(std::span<const point> points, report& done,
                                         storage::deadline until) {
    for (; !points.empty(); points = points.subspan(std::min(points.size(), points_a_write))) {
        if (clock::now() >= until) return no_time;
        const auto part = points.first(std::min(points.size(), points_a_write));
        const auto answer = to_.write_batch(part, until);
        if (!answer.ok()) return failure{answer.what, answer.retry_after, answer.message};
        done.dropped += answer.dropped.size();
        done.written += part.size() - answer.dropped.size();
    }
    return std::monostate();
}

}  // namespace chronopack::downsample
