#include <adapters/embedded/embedded_backend.hpp>

#include <adapters/embedded/database_lock.hpp>
#include <adapters/embedded/writer.hpp>
#include <adapters/storage/call_threads.hpp>
#include <adapters/storage/timed_mutex.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace chronopack::embedded {

using storage::clock;
using storage::deadline;
using storage::point;
using storage::verdict;

namespace {

/// A connection for reading, and its statements.
struct reader {
    connection db;
    frame_table frames;

    [[nodiscard]] static reply<std::unique_ptr<reader>> open(const std::string& path) {
        auto db = connection::open(path);
        if (!db) return db.error();
        auto frames = frame_table::open(*db);
        if (!frames) return frames.error();
        return std::make_unique<reader>(reader{std::move(*db), std::move(*frames)});
    }
};

/// A series of a query, with what has to be read of it.
struct part {
    std::int64_t id = 0;
    std::shared_ptr<const series_names> names;
    run recent;
};

/// How long open() waits for another process, and how long the destructor works.
constexpr auto patience = std::chrono::seconds(5);

constexpr auto nothing = [](const auto&, const auto&) {
};

}  // namespace

/// The store itself. Everything that needs the disk runs in a thread of `threads_`, so that no
/// caller waits for the disk beyond its deadline.
class embedded_backend::state {
public:
    state(database_lock lock, std::unique_ptr<writer> w)
        : lock_(std::move(lock)), writer_(std::move(w)) {
        count();
    }

    [[nodiscard]] storage::write_outcome write(std::span<const point> points, deadline until);

    /// Runs work(writer) while no other work has the writer, and returns its result. The work must
    /// not refer to anything that the caller owns. Where the caller has left, unread(writer,
    /// result) runs.
    template <class Work, class Unread = decltype(nothing)>
    auto exclusive(deadline until, Work work, Unread unread = nothing)
        -> decltype(work(std::declval<writer&>())) {
        std::unique_lock held(gate_, until);
        if (!held) return no_time();
        return hand_over(std::move(held), until, std::move(work), std::move(unread));
    }

    [[nodiscard]] reply<std::vector<point>> query(const storage::range_query& what, deadline until);

    [[nodiscard]] embedded_counters counters() const {
        return {series_, recent_samples_, frames_read_};
    }

private:
    template <class Work, class Unread>
    auto hand_over(std::unique_lock<storage::timed_mutex> held, deadline until, Work work,
                   Unread unread) -> decltype(work(std::declval<writer&>())) {
        auto done = threads_.run(
            until,
            [this, until, work = std::move(work),
             held = std::move(held)]() mutable -> decltype(work(std::declval<writer&>())) {
                if (const auto ok = ready(until); !ok) return ok.error();
                auto result = work(*writer_);
                count();
                return result;
            },
            [this, unread = std::move(unread)](auto& result) { unread(*writer_, result); });
        if (!done) return no_time();
        return std::move(*done);
    }

    /// Makes the writer ready for work. Only threads that hold the gate may call it.
    [[nodiscard]] reply<std::monostate> ready(deadline until) {
        if (const auto ok = lock_.check(); !ok) return ok.error();
        writer_->wait_until(until);
        return writer_->refresh();
    }

    void count() noexcept {
        series_ = writer_->known().size();
        recent_samples_ = writer_->recent();
    }

    [[nodiscard]] reply<std::unique_ptr<reader>> take_reader() {
        {
            const std::lock_guard held(readers_mutex_);
            if (!readers_.empty()) {
                auto r = std::move(readers_.back());
                readers_.pop_back();
                return r;
            }
        }
        return reader::open(lock_.path());
    }

    [[nodiscard]] reply<std::vector<point>> answer(const storage::range_query& what,
                                                   deadline until);
    /// Returns the series of a query with their recent samples, as of the reader's snapshot.
    [[nodiscard]] reply<std::vector<part>> begin(reader& r, const storage::range_query& what,
                                                 deadline until);
    [[nodiscard]] reply<std::vector<point>> read(reader& r, const std::vector<part>& parts,
                                                 const storage::range_query& what, deadline until);

    database_lock lock_;         // destroyed after every connection
    storage::timed_mutex gate_;  // taken before the writer is used
    std::unique_ptr<writer> writer_;
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<reader>> readers_;
    std::atomic<std::size_t> series_ = 0;
    std::atomic<std::size_t> recent_samples_ = 0;
    std::atomic<std::uint64_t> frames_read_ = 0;
    storage::call_threads threads_;  // destroyed first: its work uses all the others
};

storage::write_outcome embedded_backend::state::write(std::span<const point> points,
                                                      deadline until) {
    for (;;) {
        std::unique_lock held(gate_, until);
        if (!held || clock::now() >= until) return outcome_of(no_time());
        if (writer_->stale()) {
            const auto again = hand_over(
                std::move(held), until,
                [](writer&) -> reply<std::monostate> { return std::monostate(); }, nothing);
            if (!again) return outcome_of(again.error());
            continue;
        }
        // The thread does not need the points, and may outlive them.
        writer_->prepare(points);
        const auto done = hand_over(
            std::move(held), until,
            [until](writer& w) -> reply<storage::write_outcome> { return w.write(until); },
            nothing);
        return done ? *done : outcome_of(done.error());
    }
}

reply<std::vector<point>> embedded_backend::state::query(const storage::range_query& what,
                                                         deadline until) {
    auto found = threads_.run(
        until, [this, what, until] { return answer(what, until); }, [](const auto&) {});
    if (!found) return no_time();
    return std::move(*found);
}

reply<std::vector<point>> embedded_backend::state::answer(const storage::range_query& what,
                                                          deadline until) {
    if (const auto ok = lock_.check(); !ok) return ok.error();
    auto r = take_reader();
    if (!r) return r.error();
    (*r)->db.wait_until(until);
    auto parts = begin(**r, what, until);
    if (!parts) return parts.error();
    auto found = read(**r, *parts, what, until);
    if ((*r)->db.execute("COMMIT")) {
        const std::lock_guard held(readers_mutex_);
        readers_.push_back(std::move(*r));
    }
    return found;
}

reply<std::vector<part>> embedded_backend::state::begin(reader& r, const storage::range_query& what,
                                                        deadline until) {
    const std::unique_lock held(gate_, until);
    if (!held) return no_time();
    if (const auto ok = ready(until); !ok) return ok.error();
    // The snapshot starts with the first read.
    if (const auto ok = r.db.execute("BEGIN; SELECT 1 FROM frame LIMIT 1"); !ok) return ok.error();
    std::vector<part> parts;
    for (const series* s : writer_->known().of_metric(what.metric)) {
        if (!what.service.empty() && s->names->service != what.service) continue;
        part& p = parts.emplace_back();
        p.id = s->id;
        p.names = s->names;
        const run& recent = s->recent;
        for (std::size_t i = 0; i < recent.size(); ++i)
            if (recent.timestamps[i] >= what.start && recent.timestamps[i] <= what.end)
                p.recent.push_back(recent.timestamps[i], recent.values[i]);
    }
    return parts;
}

reply<std::vector<point>> embedded_backend::state::read(reader& r, const std::vector<part>& parts,
                                                        const storage::range_query& what,
                                                        deadline until) {
    std::vector<const part*> order;
    for (const part& p : parts) order.push_back(&p);
    std::sort(order.begin(), order.end(), [](const part* a, const part* b) {
        return std::tie(a->names->service, a->names->tags) <
               std::tie(b->names->service, b->names->tags);
    });
    std::vector<point> out;
    for (const part* p : order) {
        if (clock::now() >= until) return no_time();
        auto stored = r.frames.read(p->id, what.start, what.end, what.most - out.size(),
                                    [&](std::int64_t) { return text_of(*p->names); });
        if (!stored) return stored.error();
        run recent = p->recent;
        settle(recent);
        const run all = merged(std::move(*stored), std::move(recent));
        if (all.size() > what.most - out.size())
            return failure{
                verdict::refused, {}, "more than " + std::to_string(what.most) + " points"};
        for (std::size_t i = 0; i < all.size(); ++i)
            out.push_back({p->names->metric, p->names->service, p->names->tags, all.timestamps[i],
                           all.values[i]});
    }
    frames_read_ += r.frames.take_frames_read();
    return out;
}

reply<std::unique_ptr<embedded_backend>> embedded_backend::open(const std::string& path,
                                                                options how) {
    auto lock = database_lock::take(path);
    if (!lock) return lock.error();
    auto w = writer::open(lock->path(), how, storage::in(patience));
    if (!w) return w.error();
    if (const auto ok = lock->watch_log(); !ok) return ok.error();
    return std::unique_ptr<embedded_backend>(
        new embedded_backend(std::make_unique<state>(std::move(*lock), std::move(*w))));
}

embedded_backend::embedded_backend(std::unique_ptr<state> s) : state_(std::move(s)) {}

embedded_backend::~embedded_backend() {
    const deadline until = storage::in(patience);
    (void)state_->exclusive(until, [until](writer& w) -> reply<std::monostate> {
        if (const auto ok = w.checkpoint(until); !ok) return ok.error();
        w.shrink(until);
        return std::monostate();
    });
}

storage::write_outcome embedded_backend::write_batch(std::span<const point> points,
                                                     deadline until) {
    return state_->write(points, until);
}

reply<std::vector<point>> embedded_backend::query_range(const storage::range_query& what,
                                                        deadline until) {
    return state_->query(what, until);
}

reply<std::vector<std::string>> embedded_backend::list_metrics(deadline until) {
    return state_->exclusive(
        until, [](writer& w) -> reply<std::vector<std::string>> { return w.known().metrics(); });
}

reply<storage::deletion> embedded_backend::delete_before(std::string_view metric,
                                                         std::int64_t cutoff, deadline until) {
    return state_->exclusive(until, [metric = std::string(metric), cutoff, until](writer& w) {
        return w.delete_before(metric, cutoff, until);
    });
}

reply<std::monostate> embedded_backend::health(deadline until) {
    return state_->exclusive(until, [](writer& w) { return w.probe(); });
}

reply<std::monostate> embedded_backend::checkpoint(deadline until) {
    return state_->exclusive(until, [until](writer& w) { return w.checkpoint(until); });
}

reply<std::vector<lost_frame>> embedded_backend::repair(deadline until) {
    return state_->exclusive(
        until, [until](writer& w) { return w.repair(until); },
        [](writer& w, reply<std::vector<lost_frame>>& lost) {
            if (lost) w.say_again(std::move(*lost));
        });
}

embedded_counters embedded_backend::counters() const {
    return state_->counters();
}

}  // namespace chronopack::embedded
