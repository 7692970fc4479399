#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/embedded/writer.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace chronopack::embedded {

using storage::clock;
using storage::deadline;
using storage::point;
using storage::verdict;

namespace {

/// Held while the database is open.
class lock_file {
public:
    [[nodiscard]] static reply<lock_file> take(const std::string& path) {
        lock_file l;
        l.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (l.fd_ < 0) return failure{verdict::hold, {}, "cannot make the lock file"};
        if (::flock(l.fd_, LOCK_EX | LOCK_NB) != 0)
            return failure{verdict::hold, {}, "the database is open elsewhere"};
        return l;
    }
    lock_file(lock_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~lock_file() {
        if (fd_ >= 0) ::close(fd_);
    }

private:
    lock_file() = default;
    int fd_ = -1;
};

/// One at a time, with a deadline. As std::timed_mutex, whose waiting ThreadSanitizer does
/// not see in gcc 12.
class gate {
public:
    [[nodiscard]] bool try_lock_until(deadline until) {
        std::unique_lock held(mutex_);
        if (!opened_.wait_until(held, until, [&] { return !taken_; })) return false;
        return taken_ = true;
    }
    void unlock() {
        {
            const std::lock_guard held(mutex_);
            taken_ = false;
        }
        opened_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool taken_ = false;
};

/// A connection that only reads, and its statements.
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

/// What a query has to read of one series.
struct part {
    std::int64_t id = 0;
    std::shared_ptr<const series_names> names;
    run recent;
};

const failure no_time{verdict::retry, {}, "no time left"};

}  // namespace

class embedded_backend::state {
public:
    state(std::string path, lock_file lock, std::unique_ptr<writer> w)
        : lock_(std::move(lock)), path_(std::move(path)), writer_(std::move(w)) {}

    /// `work` with the writer, nobody else meanwhile; `late` when time ran out before.
    template <class Work>
    auto write(deadline until, Work work) -> decltype(work(std::declval<writer&>())) {
        if (!mutex_.try_lock_until(until)) return no_time;
        const std::lock_guard held(mutex_, std::adopt_lock);
        writer_->wait_until(until);
        if (auto bad = writer_->refresh()) return *bad;
        return work(*writer_);
    }

    [[nodiscard]] reply<std::vector<point>> query(const storage::range_query& what, deadline until);

    std::atomic<std::uint64_t> frames_read_ = 0;

private:
    [[nodiscard]] reply<std::unique_ptr<reader>> take_reader() {
        {
            const std::lock_guard held(readers_mutex_);
            if (!readers_.empty()) {
                auto r = std::move(readers_.back());
                readers_.pop_back();
                return r;
            }
        }
        return reader::open(path_);
    }

    /// The series of a query and their recent samples, as of the reader's snapshot.
    [[nodiscard]] reply<std::vector<part>> begin(reader& r, const storage::range_query& what,
                                                 deadline until);
    [[nodiscard]] reply<std::vector<point>> read(reader& r, const std::vector<part>& parts,
                                                 const storage::range_query& what, deadline until);

    lock_file lock_;
    std::string path_;
    gate mutex_;
    std::unique_ptr<writer> writer_;
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<reader>> readers_;
};

reply<std::vector<point>> embedded_backend::state::query(const storage::range_query& what,
                                                         deadline until) {
    auto r = take_reader();
    if (!r) return r.error();
    (*r)->db.wait_until(until);
    auto parts = begin(**r, what, until);
    if (!parts) return parts.error();
    auto found = read(**r, *parts, what, until);
    if (!(*r)->db.execute("COMMIT")) {
        const std::lock_guard held(readers_mutex_);
        readers_.push_back(std::move(*r));
    }
    return found;
}

reply<std::vector<part>> embedded_backend::state::begin(reader& r, const storage::range_query& what,
                                                        deadline until) {
    return write(until, [&](writer& w) -> reply<std::vector<part>> {
        // The snapshot is that of the first read.
        if (auto bad = r.db.execute("BEGIN; SELECT 1 FROM frame LIMIT 1")) return *bad;
        std::vector<part> parts;
        for (const series* s : w.known().of_metric(what.metric)) {
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
    });
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
        if (clock::now() >= until) return no_time;
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
    auto lock = lock_file::take(path + "-lock");
    if (!lock) return lock.error();
    auto w = writer::open(path, how);
    if (!w) return w.error();
    return std::unique_ptr<embedded_backend>(
        new embedded_backend(std::make_unique<state>(path, std::move(*lock), std::move(*w))));
}

embedded_backend::embedded_backend(std::unique_ptr<state> s) : state_(std::move(s)) {}

embedded_backend::~embedded_backend() {
    const deadline never = clock::now() + std::chrono::hours(1);
    (void)state_->write(never, [&](writer& w) -> trouble {
        if (auto bad = w.checkpoint(never)) return bad;
        w.shrink();
        return std::nullopt;
    });
}

storage::write_outcome embedded_backend::write_batch(std::span<const point> points,
                                                     deadline until) {
    const auto done = state_->write(
        until, [&](writer& w) -> reply<storage::write_outcome> { return w.write(points, until); });
    if (done) return *done;
    storage::write_outcome out;
    out.what = done.error().what;
    out.message = done.error().message;
    return out;
}

reply<std::vector<point>> embedded_backend::query_range(const storage::range_query& what,
                                                        deadline until) {
    return state_->query(what, until);
}

reply<storage::deletion> embedded_backend::delete_before(std::string_view metric,
                                                         std::int64_t cutoff, deadline until) {
    return state_->write(until, [&](writer& w) { return w.delete_before(metric, cutoff, until); });
}

reply<std::monostate> embedded_backend::health(deadline until) {
    return state_->write(until, [](writer& w) -> reply<std::monostate> {
        if (auto bad = w.probe()) return *bad;
        return std::monostate();
    });
}

reply<std::monostate> embedded_backend::checkpoint(deadline until) {
    return state_->write(until, [&](writer& w) -> reply<std::monostate> {
        if (auto bad = w.checkpoint(until)) return *bad;
        return std::monostate();
    });
}

reply<std::vector<lost_frame>> embedded_backend::repair(deadline until) {
    return state_->write(until, [](writer& w) { return w.repair(); });
}

embedded_counters embedded_backend::counters() const {
    embedded_counters out;
    const deadline never = clock::now() + std::chrono::hours(1);
    (void)state_->write(never, [&](writer& w) -> trouble {
        out.series = w.known().size();
        out.recent_samples = w.recent();
        return std::nullopt;
    });
    out.frames_read = state_->frames_read_;
    return out;
}

}  // namespace chronopack::embedded
