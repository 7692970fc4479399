#include <adapters/storage/multi_backend.hpp>

#include <adapters/storage/sample_record.hpp>

#include <algorithm>
#include <future>
#include <new>
#include <set>

namespace chronopack::storage {

namespace {

/// Runs `call` for all stores at once, so that one that hangs until its deadline takes no time from
/// the others. Where the system has no thread left, calls run one after the other.
template <class T, class Call>
auto at_once(const std::vector<T>& all, Call call) {
    std::vector<std::future<decltype(call(std::size_t{0}))>> running;
    for (std::size_t i = 0; i < all.size(); ++i)
        running.push_back(std::async(std::launch::async | std::launch::deferred, call, i));
    std::vector<decltype(call(std::size_t{0}))> answers;
    for (auto& one : running) answers.push_back(one.get());
    return answers;
}

}  // namespace

reply<std::unique_ptr<multi_backend>> multi_backend::make(std::vector<storage_backend*> stores,
                                                          multi_options how) {
    std::set<std::string_view> names;
    for (const storage_backend* s : stores)
        if (!names.insert(s->name()).second)
            return failure{
                verdict::refused, {}, "two stores have one name: " + std::string(s->name())};
    if (stores.empty()) return failure{verdict::refused, {}, "no stores"};
    if (how.mode != multi_mode::primary_only && how.to_disk == nullptr)
        return failure{verdict::refused, {}, "replication needs a spool"};

    std::unique_ptr<multi_backend> made(new multi_backend(std::move(stores), std::move(how)));
    if (made->how_.mode == multi_mode::primary_only) return made;
    made->how_.each.to_disk = made->how_.to_disk;
    made->how_.each.reader.clear();
    const std::size_t first = made->how_.mode == multi_mode::all ? 0 : 1;
    for (std::size_t i = first; i < made->stores_.size(); ++i) {
        auto follower = batch_writer::make(*made->stores_[i], made->how_.each);
        if (!follower) return follower.error();
        made->followers_[i] = std::move(*follower);
    }
    return made;
}

multi_backend::~multi_backend() {
    try {
        (void)close(clock::now());
    } catch (const std::bad_alloc&) {}  // each follower's destructor closes it as well
}

write_outcome multi_backend::spool_points(std::span<const point> points, deadline until) {
    const bool drop_oldest = how_.when_full == overflow::drop_oldest;
    write_outcome out;
    for (std::size_t at = 0; at < points.size(); at += max_record_samples) {
        const auto part = points.subspan(at, std::min(points.size() - at, max_record_samples));
        for (;;) {
            const auto kept =
                how_.to_disk->append(part, {.until = until, .drop_oldest = drop_oldest});
            if (kept) break;
            if (kept.error().what == verdict::retry) {
                if (how_.when_full == overflow::drop_newest && how_.to_disk->full()) {
                    for (std::size_t i = at; i < points.size(); ++i)
                        out.dropped.push_back({i, drop_reason::overflow, kept.error().message});
                    return out;
                }
                const auto pause = std::chrono::milliseconds(5);
                if (how_.when_full == overflow::block && clock::now() + pause < until) {
                    std::this_thread::sleep_for(pause);
                    continue;
                }
            }
            out.what = kept.error().what;
            out.message = kept.error().message;
            return out;
        }
        out.delivered += part.size();
    }
    return out;
}

write_outcome multi_backend::write_batch(std::span<const point> points, deadline until) {
    if (how_.mode == multi_mode::primary_only) return stores_[0]->write_batch(points, until);
    // Batches of one series must reach all stores in the same order.
    const std::unique_lock held(order_, until);
    if (!held) {
        write_outcome late;
        late.what = verdict::retry;
        late.message = "another write has not ended in time";
        return late;
    }
    if (how_.mode == multi_mode::all) return spool_points(points, until);

    write_outcome out = stores_[0]->write_batch(points, until);
    if (!out.ok() || stores_.size() == 1) return out;
    std::vector<point> taken;
    std::vector<std::size_t> index;  // the index of each of them in the batch
    std::span<const point> to_replicate = points;
    if (!out.dropped.empty()) {
        std::vector<bool> dropped(points.size());
        for (const dropped_point& d : out.dropped)
            if (d.index < points.size()) dropped[d.index] = true;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (dropped[i]) continue;
            taken.push_back(points[i]);
            index.push_back(i);
        }
        to_replicate = taken;
    }
    // The first store has these points. If the caller retries, it writes them again, which is as
    // harmless as any retry. If they were not replicated, the other stores would never get them.
    write_outcome kept = spool_points(to_replicate, until);
    if (!kept.ok()) return kept;
    for (dropped_point& d : kept.dropped) {
        if (!index.empty()) d.index = index[d.index];
        d.message = "in the first store alone: " + d.message;
    }
    out.delivered -= kept.dropped.size();
    out.rounded = std::min(out.rounded, out.delivered);
    out.dropped.insert(out.dropped.end(), kept.dropped.begin(), kept.dropped.end());
    std::stable_sort(
        out.dropped.begin(), out.dropped.end(),
        [](const dropped_point& a, const dropped_point& b) { return a.index < b.index; });
    return out;
}

std::vector<write_outcome> multi_backend::write_each(std::span<const point> points,
                                                     deadline until) {
    const write_outcome first = write_batch(points, until);
    std::vector<write_outcome> out(stores_.size(), first);
    if (!first.ok() || how_.mode == multi_mode::primary_only) {
        out.resize(how_.mode == multi_mode::primary_only ? 1 : stores_.size());
        return out;
    }
    const auto left = flush(until);
    for (std::size_t i = 0; i < stores_.size(); ++i) {
        if (!followers_[i] || left[i].settled) continue;
        out[i] = {};
        out[i].what = verdict::retry;
        out[i].message = "kept, and not sent yet";
        if (!left[i].message.empty()) out[i].message += ": " + left[i].message;
    }
    return out;
}

// Returns the answer of the first store that can be reached. Each store but the last gets half of
// the time that is left.
template <class Ask>
auto multi_backend::first_answer(deadline until, Ask ask) {
    const std::size_t n = how_.mode == multi_mode::primary_only ? 1 : stores_.size();
    for (std::size_t i = 0;; ++i) {
        const bool last = i + 1 == n;
        const auto now = clock::now();
        auto found = ask(*stores_[i], last ? until : now + (until - now) / 2);
        if (found || last) return found;
        if (found.error().what != verdict::retry && found.error().what != verdict::hold)
            return found;
    }
}

reply<std::vector<point>> multi_backend::query_range(const range_query& what, deadline until) {
    return first_answer(
        until, [&](storage_backend& store, deadline by) { return store.query_range(what, by); });
}

reply<std::vector<std::string>> multi_backend::list_metrics(deadline until) {
    return first_answer(until,
                        [](storage_backend& store, deadline by) { return store.list_metrics(by); });
}

reply<std::vector<bucket>> multi_backend::query_buckets(const bucket_query& what, deadline until) {
    return first_answer(
        until, [&](storage_backend& store, deadline by) { return store.query_buckets(what, by); });
}

std::vector<reply<deletion>> multi_backend::delete_each(std::string_view metric,
                                                        std::int64_t cutoff, deadline until) {
    if (how_.mode == multi_mode::primary_only)
        return {stores_[0]->delete_before(metric, cutoff, until)};
    return at_once(stores_,
                   [&](std::size_t i) { return stores_[i]->delete_before(metric, cutoff, until); });
}

reply<deletion> multi_backend::delete_before(std::string_view metric, std::int64_t cutoff,
                                             deadline until) {
    const auto each = delete_each(metric, cutoff, until);
    for (std::size_t i = 0; i < each.size(); ++i) {
        if (each[i]) continue;
        failure why = each[i].error();
        why.message = std::string(stores_[i]->name()) + ": " + why.message;
        return why;
    }
    return each.front();
}

std::vector<reply<std::monostate>> multi_backend::health_each(deadline until) {
    return at_once(stores_, [&](std::size_t i) { return stores_[i]->health(until); });
}

reply<std::monostate> multi_backend::health(deadline until) {
    if (how_.mode != multi_mode::all) return stores_[0]->health(until);
    return how_.to_disk->sync(until);
}

std::vector<leftover> multi_backend::flush(deadline until) {
    return at_once(followers_, [&](std::size_t i) {
        leftover none;
        none.settled = none.safe = true;
        return followers_[i] ? followers_[i]->flush(until) : none;
    });
}

std::vector<leftover> multi_backend::close(deadline until) {
    return at_once(followers_, [&](std::size_t i) {
        leftover none;
        none.settled = none.safe = true;
        return followers_[i] ? followers_[i]->close(until) : none;
    });
}

std::vector<writer_counters> multi_backend::counters() const {
    std::vector<writer_counters> out;
    for (const auto& f : followers_) out.push_back(f ? f->counters() : writer_counters());
    return out;
}

}  // namespace chronopack::storage
