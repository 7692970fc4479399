#include <adapters/embedded/writer.hpp>

namespace chronopack::embedded {

using storage::clock;
using storage::verdict;

namespace {

constexpr std::size_t max_name_bytes = std::size_t{1} << 20;

}  // namespace

void writer::take(series& s, std::int64_t row, std::int64_t timestamp, double value) {
    if (s.recent.empty()) {
        s.oldest_row = row;
        s.waiting = waiting_.insert(waiting_.end(), &s);
    }
    s.recent.push_back(timestamp, value);
    ++recent_;
}

void writer::prepare(std::span<const storage::point> points) {
    batch_.whose.clear();
    batch_.dropped.clear();
    // The memory of a large batch is freed; that of a usual one is kept for the next.
    batch_.records.resize(1);
    batch_.records[0].clear();
    for (std::size_t i = 0; i < points.size(); ++i) {
        const storage::point& p = points[i];
        if (p.metric.size() + p.service.size() + p.tags.wire_bytes() > max_name_bytes) {
            batch_.dropped.push_back(
                {i, storage::drop_reason::too_large, "names of more than 1 MiB"});
            continue;
        }
        series& s = series_of(p);
        if (batch_.records.back().size() == storage::max_record_samples)
            batch_.records.emplace_back();
        batch_.records.back().push_back(s.id, p.timestamp, p.value);
        batch_.whose.push_back(&s);
    }
}

series& writer::series_of(const storage::point& p) {
    if (series* known = known_.find(p)) return *known;
    // It stays stale until all of the series is in memory: there may not be enough of it.
    stale_ = true;
    newcomers_.push_back(last_series_ + 1);
    series& made = known_.add(last_series_ + 1, {p.metric, p.service, p.tags});
    ++last_series_;
    stale_ = false;
    return made;
}

storage::write_outcome writer::write(storage::deadline until) {
    bool full_memory = false;
    const auto done = transact([&]() -> reply<std::monostate> {
        if (const auto ok = insert_newcomers(); !ok) return ok.error();
        if (recent_ >= 2 * how_.recent_samples) {
            if (const auto ok = cut_down_to(how_.recent_samples, until); !ok) return ok.error();
            full_memory = recent_ >= 2 * how_.recent_samples;
            if (full_memory) return trim_log();
        }
        std::vector<series*> full;
        if (const auto ok = log(full); !ok) return ok.error();
        const std::size_t before = recent_;
        for (series* s : full) {
            if (clock::now() > until) break;
            if (const auto ok = cut(*s); !ok) return ok.error();
        }
        if (const auto ok = cut_down_to(how_.recent_samples, until); !ok) return ok.error();
        if (recent_ != before) return trim_log();
        return std::monostate();
    });
    if (!done) return outcome_of(done.error());
    newcomers_.clear();
    if (full_memory) return outcome_of(no_time());
    storage::write_outcome out;
    out.delivered = batch_.whose.size();
    out.dropped = std::move(batch_.dropped);
    return out;
}

reply<std::monostate> writer::insert_newcomers() {
    for (const std::int64_t id : newcomers_) {
        const series* const s = known_.find(id);
        if (s == nullptr) continue;  // The series was deleted before it had a sample.
        std::vector<std::byte> tags(s->names->tags.wire_bytes());
        byte_writer out(tags);
        s->names->tags.write(out);
        insert_series_.bind(1, id)
            .bind(2, s->names->metric)
            .bind(3, s->names->service)
            .bind(4, cbytes(tags));
        if (const auto ok = insert_series_.run(); !ok) return ok.error();
    }
    return std::monostate();
}

reply<std::monostate> writer::log(std::vector<series*>& full) {
    auto whose = batch_.whose.begin();
    for (const storage::sample_columns& record : batch_.records) {
        if (record.size() == 0) break;  // A batch without points needs no row.
        wire_.clear();
        if (const auto ok = storage::append_samples(record, wire_); !ok)
            return failure{verdict::refused, {}, std::string(message(ok.error()))};
        if (const auto ok = insert_recent_.bind(1, cbytes(wire_)).run(); !ok) return ok.error();
        const std::int64_t row = db_.last_id();
        for (std::size_t i = 0; i < record.size(); ++i) {
            series& s = **whose++;
            take(s, row, record.timestamps[i], record.values[i]);
            if (s.recent.size() == how_.frame_samples) full.push_back(&s);
        }
    }
    return std::monostate();
}

reply<std::monostate> writer::cut(series& s) {
    if (s.recent.empty()) return std::monostate();
    recent_ -= s.recent.size();
    waiting_.erase(s.waiting);
    run taken = std::exchange(s.recent, {});
    settle(taken);
    return frames_.merge(s.id, std::move(taken), how_.frame_samples);
}

reply<std::monostate> writer::cut_down_to(std::size_t most, storage::deadline until) {
    while (recent_ > most && clock::now() < until)
        if (const auto ok = cut(*waiting_.front()); !ok) return ok.error();
    return std::monostate();
}

reply<std::monostate> writer::trim_log() {
    const std::int64_t oldest = waiting_.empty() ? INT64_MAX : waiting_.front()->oldest_row;
    return trim_recent_.bind(1, oldest).run();
}

reply<std::monostate> writer::checkpoint(storage::deadline until) {
    const auto done = transact([&]() -> reply<std::monostate> {
        if (const auto ok = cut_down_to(0, until); !ok) return ok.error();
        return trim_log();
    });
    if (done && recent_ > 0) return no_time();
    return done;
}

reply<storage::deletion> writer::delete_before(std::string_view metric, std::int64_t cutoff,
                                               storage::deadline until) {
    // Recent samples would come back with the log.
    if (const auto ok = checkpoint(until); !ok) return ok.error();
    storage::deletion done{0};
    std::optional<failure> damage;
    bool out_of_time = false;
    const auto over = transact([&]() -> reply<std::monostate> {
        const auto those = metric.empty() ? known_.all() : known_.of_metric(std::string(metric));
        for (series* s : those) {
            out_of_time = clock::now() >= until;
            if (out_of_time) break;
            if (const auto ok = delete_series_before(*s, cutoff, done, damage); !ok)
                return ok.error();
        }
        return std::monostate();
    });
    if (!over) return over.error();
    shrink(until);
    if (out_of_time) return no_time();
    if (damage) return *damage;
    return done;
}

reply<std::monostate> writer::delete_series_before(series& s, std::int64_t cutoff,
                                                   storage::deletion& done,
                                                   std::optional<failure>& damage) {
    const auto names = [&](std::int64_t) {
        return text_of(*s.names);
    };
    const auto deleted = frames_.delete_before(s.id, cutoff, names);
    if (!deleted && deleted.error().what != verdict::refused) return deleted.error();
    if (!deleted) {
        if (!damage) damage = deleted.error();
        return std::monostate();
    }
    *done.points += *deleted;
    const auto more = frames_.has_frames(s.id);
    if (!more) return more.error();
    if (*more) return std::monostate();
    if (const auto ok = remove_series_.bind(1, s.id).run(); !ok) return ok.error();
    known_.remove(s);
    return std::monostate();
}

reply<std::vector<lost_frame>> writer::repair(storage::deadline until) {
    std::vector<lost_frame> out = unheard_;
    const auto over = transact([&]() -> reply<std::monostate> {
        const auto lost = frames_.remove_damaged(until);
        if (!lost) return lost.error();
        for (const stored_frame& f : *lost) {
            lost_frame& l = out.emplace_back();
            if (const series* s = known_.find(f.series)) {
                l.metric = s->names->metric;
                l.service = s->names->service;
                l.tags = s->names->tags;
            }
            l.first = f.first;
            l.last = f.last;
            l.samples = static_cast<std::uint64_t>(std::max<std::int64_t>(f.samples, 0));
        }
        return std::monostate();
    });
    if (!over) return over.error();
    unheard_.clear();
    return out;
}

reply<std::monostate> writer::probe() {
    return transact([]() -> reply<std::monostate> { return std::monostate(); });
}

void writer::shrink(storage::deadline until) noexcept {
    // The file shrinks in steps: a large deletion frees more pages than there may be time for.
    std::int64_t before = INT64_MAX;
    while (clock::now() < until) {
        const auto free = db_.number("PRAGMA freelist_count");
        if (!free || *free == 0 || *free >= before) return;
        before = *free;
        if (!db_.execute("PRAGMA incremental_vacuum(1024)")) return;
    }
}

}  // namespace chronopack::embedded
