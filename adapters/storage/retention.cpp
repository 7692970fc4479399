#include <adapters/storage/retention.hpp>

#include <algorithm>
#include <new>

namespace chronopack::storage {

std::vector<retention_report> retention::cleanup(std::int64_t now, deadline until, dry_run dry) {
    std::vector<retention_report> out;
    for (const retention_policy& p : policies_) {
        retention_report& r = out.emplace_back();
        r.metric = p.metric;
        const std::int64_t keep = std::max<std::int64_t>(p.keep.count(), 0);
        r.cutoff = now < INT64_MIN + keep ? INT64_MIN : now - keep;
        if (p.watermark) {
            const std::int64_t rolled_up = p.watermark().value_or(INT64_MIN);
            r.waits = rolled_up < r.cutoff;
            r.cutoff = std::min(r.cutoff, rolled_up);
        }
        if (r.cutoff == INT64_MIN) {
            r.points = 0;
            continue;
        }
        try {
            if (dry == dry_run::no) {
                const auto done = store_.delete_before(p.metric, r.cutoff, until);
                if (done)
                    r.points = done->points;
                else
                    r.failed = done.error();
            } else if (!p.metric.empty()) {
                const auto found =
                    store_.query_range({.metric = p.metric, .end = r.cutoff - 1}, until);
                if (found)
                    r.points = found->size();
                else
                    r.failed = found.error();
            }
        } catch (const std::bad_alloc&) {  // in the thread of start() no caller would catch it
            r.failed = failure{verdict::retry, {}, "no memory"};
        }
    }
    return out;
}

void retention::start(std::chrono::milliseconds every, std::chrono::milliseconds time,
                      std::function<void(const std::vector<retention_report>&)> done) {
    if (in_own_thread()) return;
    const std::lock_guard held(starting_);
    if (thread_.joinable()) {
        if (!stop_) return;
        thread_.join();  // it was stopped from its own callback
    }
    stop_ = false;
    thread_ = std::thread([this, every, time, done = std::move(done)] {
        own_thread_ = std::this_thread::get_id();
        while (!stop_) {
            const auto next = clock::now() + every;
            const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                std::chrono::system_clock::now().time_since_epoch());
            const auto report = cleanup(now.count(), in(time));
            if (done) done(report);
            while (!stop_ && clock::now() < next) {
                const auto heard = bell_.rings();
                if (!stop_) bell_.wait(heard, next);
            }
        }
        own_thread_ = std::thread::id();
    });
}

void retention::stop() {
    if (in_own_thread()) {
        stop_ = true;
        return;
    }
    const std::lock_guard held(starting_);
    stop_ = true;
    bell_.ring();
    if (thread_.joinable()) thread_.join();
}

}  // namespace chronopack::storage
