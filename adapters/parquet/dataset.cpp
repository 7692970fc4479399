// The log of a dataset and its recent points: opening, writing and asking.
#include <adapters/parquet/dataset.hpp>

#include <adapters/parquet/schema.hpp>
#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool_format.hpp>

#include <algorithm>
#include <set>

namespace chronopack::parquet {

using storage::clock;
using storage::deadline;
using storage::failure;
using storage::point;
using storage::reply;
using storage::verdict;

namespace {

failure hold(std::string why) {
    return {verdict::hold, std::nullopt, std::move(why)};
}

storage::write_outcome outcome_of(const failure& why) {
    storage::write_outcome out;
    out.what = why.what;
    out.message = why.message;
    return out;
}

// Logs are cut long before they are this large: no segment ends but by seal_last().
storage::spool_options log_options(const options& how) {
    return {.most_bytes = std::uint64_t{1} << 62,
            .segment_bytes = std::uint64_t{1} << 59,
            .sync = how.synchronous ? storage::sync_policy::every_append
                                    : storage::sync_policy::on_request};
}

// Appends the points as records of the log.
void append_records(std::span<const point> points, std::vector<prepared_batch::record>& to) {
    while (!points.empty()) {
        const auto some = points.first(std::min(points.size(), storage::max_record_samples));
        prepared_batch::record& r = to.emplace_back();
        r.points = static_cast<std::uint32_t>(some.size());
        // Only the number of points is ever refused.
        (void)storage::append_points(some, r.payload);
        points = points.subspan(some.size());
    }
}

}  // namespace

reply<std::unique_ptr<dataset>> dataset::open(std::unique_ptr<storage::file_layer> files,
                                              const options& how) {
    memory_sink nowhere;
    writer_options file = how.file;
    file.sort_by = order_of(how.layout);
    if (auto fits = file_writer::create(nowhere, schema_of(how.layout), file); !fits)
        return fits.error();
    std::unique_ptr<dataset> made(new dataset(std::move(files), how));
    if (const auto ok = made->load(); !ok) return ok.error();
    return made;
}

dataset::dataset(std::unique_ptr<storage::file_layer> files, const options& how)
    : layer_(std::move(files)),
      how_(how),
      files_(*layer_, how.layout, how.file, how.limits),
      log_(*layer_, log_options(how)) {
    how_.cut_points = std::max<std::size_t>(how_.cut_points, 1);
}

reply<std::monostate> dataset::load() {
    if (const auto ok = files_.load(); !ok) return ok.error();
    const auto names = layer_->list({});
    if (!names || !log_.load(*names, 0, recovery_)) return hold("the dataset's log cannot be read");
    log_.number_from(files_.last_number() + 1);
    for (const storage::spool_segment& log : log_.segments()) {
        if (const auto ok = replay(log); !ok) return ok.error();
        waiting_ = true;
    }
    return std::monostate();
}

reply<std::monostate> dataset::replay(const storage::spool_segment& log) {
    if (log.records.empty()) return std::monostate();
    const auto made = std::make_shared<generation>();
    made->number = log.number;
    made->began = clock::now();
    const auto file = layer_->open_existing(storage::segment_name(log.number));
    if (!file) return hold("the dataset's log cannot be read");
    bool read = true;
    bool fits = true;
    try {
        for (const storage::spool_record& r : log.records) {
            const auto payload =
                read_up_to(*layer_, *file, r.offset + storage::spool_format::record_head_bytes,
                           r.payload_bytes);
            read = read && payload;
            if (!read) break;
            const auto points = storage::read_points(*payload);
            if (!points || points->size() != r.points) {
                ++recovery_.lost_records;
                recovery_.lost_points += r.points;
                continue;
            }
            for (const point& p : *points) {
                fits = fits && !why_dropped(how_.layout, p);
                made->samples.add(p, cut_to(how_.layout.unit, p.timestamp));
            }
        }
    } catch (...) {
        layer_->close(*file);
        throw;
    }
    layer_->close(*file);
    if (!read) return hold("the dataset's log cannot be read");
    if (!fits) return hold("the dataset's log has points that this layout cannot hold");
    recent_.push_back(made);
    return std::monostate();
}

reply<prepared_batch> dataset::prepare(std::span<const point> points) const {
    prepared_batch batch;
    std::vector<point> kept;  // where they are not those of the caller
    bool same = true;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const point& p = points[i];
        const std::int64_t time = cut_to(how_.layout.unit, p.timestamp);
        // A series that is known is a legal one; but a time is looked at every time.
        auto why = batch.samples.find(p) != nullptr && time == p.timestamp
                       ? std::nullopt
                       : why_dropped(how_.layout, p);
        if ((why || time != p.timestamp) && same) {
            kept.assign(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(i));
            same = false;
        }
        if (why) {
            why->index = i;
            batch.outcome.dropped.push_back(std::move(*why));
            continue;
        }
        batch.outcome.rounded += time != p.timestamp;
        batch.samples.add(p, time);
        if (same) continue;
        kept.push_back(p);
        kept.back().timestamp = time;
    }
    append_records(same ? points : std::span<const point>(kept), batch.records);
    batch.outcome.delivered = points.size() - batch.outcome.dropped.size();
    return batch;
}

storage::write_outcome dataset::write(prepared_batch& batch, deadline until) {
    if (batch.records.empty()) return std::move(batch.outcome);
    if (recent_points() >= 2 * how_.cut_points)
        if (const auto ok = cut(until); !ok) return outcome_of(ok.error());
    const std::unique_lock held(log_lock_, until);
    if (!held || clock::now() >= until) return outcome_of(no_time());
    return append(batch, until);
}

storage::write_outcome dataset::append(prepared_batch& batch, deadline until) {
    const auto in_time = [until] {
        return clock::now() < until;
    };
    for (const prepared_batch::record& r : batch.records) {
        if (!log_.can_count(r.points))
            return outcome_of(hold("the dataset's log has used up its numbers"));
        if (log_.append(r.payload, r.points, in_time)) continue;
        // What was appended before stays in the log, and is not acknowledged.
        return outcome_of(in_time() ? io_failure("the dataset's log cannot be written")
                                    : no_time());
    }
    const storage::spool_segment& log = log_.segments().back();
    std::size_t points = 0;
    {
        const std::lock_guard held(recent_lock_);
        if (recent_.empty() || recent_.back()->number != log.number) {
            auto made = std::make_shared<generation>();
            made->number = log.number;
            made->began = clock::now();
            recent_.push_back(std::move(made));
        }
        recent_.back()->samples.add(batch.samples);
        points = recent_.back()->samples.size();
    }
    if (points >= how_.cut_points || log.bytes >= how_.cut_bytes) seal_log();
    return std::move(batch.outcome);
}

// The caller has locked the log.
void dataset::seal_log() {
    if (log_.segments().empty()) return;
    log_.seal_last();
    waiting_ = true;
}

reply<std::vector<point>> dataset::query(const storage::range_query& what, deadline until) {
    if (what.metric.empty()) return std::vector<point>();  // no point has such a metric
    for (;;) {
        series_samples found;
        stored_files files;
        series_samples recent;
        {
            // Together: what is cut meanwhile is in one of them, or in both.
            const std::lock_guard held(recent_lock_);
            files = files_.of_days(day_of(what.start), day_of(what.end));
            for (const auto& g : recent_)
                for (const auto& [key, run] : g->samples.series()) {
                    if (key.metric != what.metric) continue;
                    if (!what.service.empty() && key.service != what.service) continue;
                    std::vector<sample> some;
                    for (const sample& s : run.all)
                        if (s.time >= what.start && s.time <= what.end) some.push_back(s);
                    if (!some.empty()) recent.add(key, some);
                }
        }
        bool all_there = true;
        for (const auto& file : files) {
            if (clock::now() >= until) return no_time();
            const auto read = files_.read(*file, what, until, {}, found);
            if (!read) return read.error();
            all_there = *read;
            if (!all_there) break;  // It was replaced meanwhile.
        }
        if (!all_there) continue;
        found.add(recent);
        found.settle();
        if (found.size() > what.most)
            return failure{verdict::refused, std::nullopt,
                           "more than " + std::to_string(what.most) + " points"};
        std::vector<point> out;
        out.reserve(found.size());
        for (const auto* one : found.in_order())
            for (const sample& s : one->second.all)
                out.push_back(
                    {one->first.metric, one->first.service, one->first.tags, s.time, s.value});
        return out;
    }
}

reply<std::vector<std::string>> dataset::list_metrics(deadline until) {
    for (;;) {
        std::set<std::string> names;
        stored_files files;
        {
            const std::lock_guard held(recent_lock_);
            files = files_.of_days();
            for (const auto& g : recent_)
                for (const auto& [key, run] : g->samples.series()) names.insert(key.metric);
        }
        bool all_there = true;
        for (const auto& file : files) {
            const auto read = files_.read_metrics(*file, until, names);
            if (!read) return read.error();
            all_there = *read;
            if (!all_there) break;  // It was replaced meanwhile.
        }
        if (all_there) return std::vector<std::string>(names.begin(), names.end());
    }
}

reply<std::monostate> dataset::health(deadline until) {
    const std::unique_lock held(log_lock_, until);
    if (!held) return no_time();
    constexpr const char* probe = "health.part";
    const auto file = layer_->open(probe);
    if (!file) return io_failure("the dataset's directory cannot be written");
    const std::byte one[1] = {};
    const bool written = write_all(*layer_, *file, one, 0).has_value();
    layer_->close(*file);
    if (!layer_->remove(probe) || !written)
        return io_failure("the dataset's directory cannot be written");
    return std::monostate();
}

deadline dataset::next_cut() const {
    const std::lock_guard held(recent_lock_);
    if (recent_.empty()) return deadline::max();
    return recent_.front()->began + how_.cut_age;
}

std::size_t dataset::recent_points() const {
    const std::lock_guard held(recent_lock_);
    std::size_t n = 0;
    for (const auto& g : recent_) n += g->samples.size();
    return n;
}

dataset_counters dataset::counters() const {
    dataset_counters out;
    out.files = files_.count();
    out.foreign_files = files_.foreign();
    out.recent_points = recent_points();
    out.bytes_read = files_.bytes_read();
    out.lost_records = recovery_.lost_records;
    out.lost_points = recovery_.lost_points;
    return out;
}

}  // namespace chronopack::parquet
