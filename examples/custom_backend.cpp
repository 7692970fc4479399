// A store of your own takes one class; batches, retries, spools, replication and retention
// then work with it. This store keeps points in memory and refuses NaN.
#include <adapters/storage/batch_writer.hpp>

#include <cmath>
#include <cstdio>
#include <map>
#include <mutex>
#include <tuple>

namespace cp = chronopack;
using namespace cp::storage;
using namespace std::chrono_literals;

class memory_store final : public storage_backend {
public:
    std::string_view name() const noexcept override { return "memory"; }

    write_outcome write_batch(std::span<const point> points, deadline) override {
        const std::lock_guard held(mutex_);
        write_outcome done;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const point& p = points[i];
            if (std::isnan(p.value)) {  // named, so that the others are not sent again
                done.dropped.push_back({i, drop_reason::invalid, "not a number"});
                continue;
            }
            kept_[{p.metric, p.service, p.tags, p.timestamp}] = p.value;
            ++done.delivered;
        }
        return done;
    }

    reply<std::vector<point>> query_range(const range_query& what, deadline) override {
        const std::lock_guard held(mutex_);
        std::vector<point> found;
        for (const auto& [key, value] : kept_) {
            const auto& [metric, service, tags, time] = key;
            const bool asked = metric == what.metric && time >= what.start && time <= what.end &&
                               (what.service.empty() || service == what.service);
            if (asked && found.size() == what.most)
                return failure{.what = verdict::refused, .message = "more points than asked for"};
            if (asked) found.push_back({metric, service, tags, time, value});
        }
        return found;
    }

    reply<deletion> delete_before(std::string_view metric, std::int64_t cutoff, deadline) override {
        const std::lock_guard held(mutex_);
        return deletion{std::erase_if(kept_, [&](const auto& one) {
            return (metric.empty() || std::get<0>(one.first) == metric) &&
                   std::get<3>(one.first) < cutoff;
        })};
    }

    reply<std::monostate> health(deadline) override { return std::monostate{}; }

private:
    std::mutex mutex_;  // any thread may call
    std::map<std::tuple<std::string, std::string, cp::labels, std::int64_t>, double> kept_;
};

int main() {
    memory_store store;
    batch_writer writer(store, {.on_dropped = [](const point& p, const dropped_point& why) {
                            std::printf("%s is dropped: %s\n", p.metric.c_str(),
                                        why.message.c_str());
                        }});
    std::vector<point> points;
    for (std::int64_t i = 0; i < 10'000; ++i)
        points.push_back(
            {"load", "shop", {}, i, i % 5'000 == 7 ? NAN : static_cast<double>(i) / 4});
    if (writer.submit(std::move(points), in(1s)).accepted != 10'000) return 1;
    if (!writer.close(in(10s)).settled) return 1;

    const auto some = store.query_range({"load", "shop", 5, 9}, in(1s));
    if (!some) return 1;
    for (const point& p : *some) std::printf("%s %g\n", p.metric.c_str(), p.value);
    const auto deleted = store.delete_before("load", 5'000, in(1s));
    return some->size() == 4 && deleted && deleted->points == 4'999 &&
                   writer.counters().delivered == 9'998
               ? 0
               : 1;
}
