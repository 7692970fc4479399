#include <adapters/parquet/backend.hpp>

#include <adapters/parquet/dataset.hpp>
#include <adapters/storage/backoff.hpp>
#include <adapters/storage/bell.hpp>
#include <adapters/storage/call_threads.hpp>

#include <atomic>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

namespace chronopack::parquet {

using storage::clock;
using storage::deadline;
using storage::reply;

namespace {

/// How long the destructor works.
constexpr auto patience = std::chrono::seconds(5);
/// How long upkeep works or waits before it looks around.
constexpr auto hour = std::chrono::hours(1);

constexpr auto nothing = [](const auto&) {
};

}  // namespace

/// The dataset and its threads. Everything that needs the disk runs in one of them, so that no
/// caller waits for the disk beyond its deadline.
class backend::state {
public:
    state(std::unique_ptr<dataset> of, const options& how)
        : dataset_(std::move(of)),
          most_small_files_(how.most_small_files),
          upkeep_([this] { keep_up(); }) {}
    ~state() {
        stopped_ = true;
        bell_.ring();
        upkeep_.join();
    }

    /// Runs work(dataset), which must not refer to anything that the caller owns.
    template <class Work, class Unread = decltype(nothing)>
    auto run(deadline until, Work work, Unread unread = nothing)
        -> decltype(work(std::declval<dataset&>())) {
        auto done = threads_.run(
            until, [this, work = std::move(work)]() mutable { return work(*dataset_); }, unread);
        if (!done) return no_time();
        return std::move(*done);
    }

    [[nodiscard]] storage::write_outcome write(std::span<const storage::point> points,
                                               deadline until) {
        auto batch = dataset_->prepare(points);
        auto done = run(until,
                        [this, until, batch = std::make_shared<prepared_batch>(std::move(*batch))](
                            dataset& d) -> reply<storage::write_outcome> {
                            auto outcome = d.write(*batch, until);
                            bell_.ring();
                            return outcome;
                        });
        if (done) return std::move(*done);
        storage::write_outcome out;
        out.what = done.error().what;
        out.message = done.error().message;
        return out;
    }

    [[nodiscard]] dataset_counters counters() const {
        dataset_counters out = dataset_->counters();
        const std::lock_guard held(mutex_);
        out.last_failure = last_failure_;
        return out;
    }

    /// Files that were found damaged and not reported, because the caller had left.
    void keep_unread(std::vector<damaged_file> files) {
        const std::lock_guard held(mutex_);
        for (damaged_file& f : files) unread_.push_back(std::move(f));
    }
    [[nodiscard]] std::vector<damaged_file> take_unread() {
        const std::lock_guard held(mutex_);
        return std::exchange(unread_, {});
    }

private:
    /// Cuts and compacts until the store is destroyed.
    void keep_up() {
        storage::backoff pause({}, 1);
        deadline again = deadline::max();
        while (!stopped_) {
            const auto heard = bell_.rings();
            const deadline next =
                std::min(again < deadline::max() ? again : dataset_->next_cut(), storage::in(hour));
            const bool due =
                clock::now() >= next || (dataset_->waits_for_a_cut() && again == deadline::max());
            if (!due) {
                bell_.wait(heard, next);
                continue;
            }
            std::string failed = cut();
            again = failed.empty() ? deadline::max() : clock::now() + pause.next();
            if (failed.empty()) pause.reset();
            const std::lock_guard held(mutex_);
            last_failure_.swap(failed);
        }
    }

    [[nodiscard]] std::string cut() {
        try {
            if (const auto ok = dataset_->cut(storage::in(hour)); !ok) return ok.error().message;
            const auto ok = dataset_->compact(most_small_files_ + 1, storage::in(hour));
            // A damaged file waits for repair(), and a try again would not mend it.
            if (!ok && ok.error().what == storage::verdict::retry) return ok.error().message;
            return {};
        } catch (const std::bad_alloc&) {
            return "no memory";
        }
    }

    std::unique_ptr<dataset> dataset_;
    std::size_t most_small_files_;
    storage::bell bell_;
    std::atomic<bool> stopped_ = false;
    mutable std::mutex mutex_;
    std::string last_failure_;
    std::vector<damaged_file> unread_;
    std::thread upkeep_;
    storage::call_threads threads_;  // destroyed first: its work uses all the others
};

reply<std::unique_ptr<backend>> backend::open(const std::string& directory, options how) {
    auto files = storage::files_of(directory, storage::readers::all);
    if (!files)
        return storage::failure{storage::verdict::hold, std::nullopt,
                                "the dataset cannot be opened, or another process has it open"};
    return open(std::move(*files), std::move(how));
}

reply<std::unique_ptr<backend>> backend::open(std::unique_ptr<storage::file_layer> files,
                                              options how) {
    auto opened = dataset::open(std::move(files), how);
    if (!opened) return opened.error();
    try {
        return std::unique_ptr<backend>(
            new backend(std::make_unique<state>(std::move(*opened), how)));
    } catch (const std::system_error&) {
        throw std::bad_alloc();  // no thread left
    }
}

backend::backend(std::unique_ptr<state> s) : state_(std::move(s)) {}

backend::~backend() {
    try {
        (void)checkpoint(storage::in(patience));
    } catch (const std::bad_alloc&) {
        // Recent points stay in the log.
    }
}

storage::write_outcome backend::write_batch(std::span<const storage::point> points,
                                            deadline until) {
    return state_->write(points, until);
}

reply<std::vector<storage::point>> backend::query_range(const storage::range_query& what,
                                                        deadline until) {
    return state_->run(until, [what, until](dataset& d) { return d.query(what, until); });
}

reply<std::vector<std::string>> backend::list_metrics(deadline until) {
    return state_->run(until, [until](dataset& d) { return d.list_metrics(until); });
}

reply<storage::deletion> backend::delete_before(std::string_view metric, std::int64_t cutoff,
                                                deadline until) {
    return state_->run(until, [metric = std::string(metric), cutoff, until](dataset& d) {
        return d.delete_before(metric, cutoff, until);
    });
}

reply<std::monostate> backend::health(deadline until) {
    return state_->run(until, [until](dataset& d) { return d.health(until); });
}

reply<std::monostate> backend::checkpoint(deadline until) {
    return state_->run(until, [until](dataset& d) { return d.checkpoint(until); });
}

reply<std::monostate> backend::compact(deadline until) {
    return state_->run(until, [until](dataset& d) { return d.compact(2, until); });
}

reply<std::vector<damaged_file>> backend::repair(deadline until) {
    auto lost = state_->run(
        until, [until](dataset& d) { return d.repair(until); },
        [s = state_.get()](reply<std::vector<damaged_file>>& found) {
            if (found) s->keep_unread(std::move(*found));
        });
    if (!lost) return lost;
    for (damaged_file& f : state_->take_unread()) lost->push_back(std::move(f));
    return lost;
}

dataset_counters backend::counters() const {
    return state_->counters();
}

}  // namespace chronopack::parquet
