#include "stages.hpp"

#include <adapters/storage/multi_backend.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

using namespace chronopack;

namespace stages {

namespace {

enum class state { takes, dead, hangs };

/// A store that counts points and drops them, or refuses them, or hangs.
class counting_store final : public storage::storage_backend {
public:
    counting_store(std::string name, state is) : name_(std::move(name)), is_(is) {}

    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override {
        if (is_ == state::hangs) std::this_thread::sleep_until(until);
        if (is_ != state::takes) return {.what = storage::verdict::retry, .message = "away"};
        taken_ += points.size();
        return {.delivered = points.size()};
    }
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query&, storage::deadline) override {
        return storage::failure{};
    }
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view, std::int64_t,
                                                                  storage::deadline) override {
        return storage::failure{};
    }
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline) override {
        return std::monostate();
    }

    [[nodiscard]] double taken() const { return static_cast<double>(taken_); }

private:
    std::string name_;
    state is_;
    std::atomic<std::size_t> taken_ = 0;
};

/// Times writing until two stores have all points, with a third in the given state.
stopwatch time_with(const workload& load, const scrapes& fleet, state third) {
    const auto directory = load.directory / "spool";
    std::filesystem::remove_all(directory);
    std::array<counting_store, 3> stores{counting_store("a", state::takes),
                                         counting_store("b", state::takes),
                                         counting_store("c", third)};
    auto spool = storage::spool::open(directory.string(), {.most_bytes = std::uint64_t{1} << 32});
    if (!spool) fail(spool.error().message);
    auto all = storage::multi_backend::make(
        {&stores[0], &stores[1], &stores[2]},
        {.to_disk = spool->get(), .each = {.call_time = std::chrono::milliseconds(200)}});
    if (!all) fail(all.error().message);
    stopwatch timer;
    timer.time([&] {
        fleet.in_batches(load.each, load.batch, [&](const std::vector<storage::point>& points) {
            if (!(*all)->write_batch(points, storage::in(std::chrono::minutes(1))).ok())
                fail("the spool refused a batch");
        });
        while (stores[0].taken() < load.points() || stores[1].taken() < load.points())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    (void)(*all)->close(storage::in(std::chrono::seconds(1)));
    return timer;
}

}  // namespace

void several_stores(const workload& load) {
    const scrapes fleet(load.series);
    constexpr std::array kinds{state::takes, state::dead, state::hangs};
    std::array<std::vector<stopwatch>, 3> found;
    // They take turns, so that other work of the machine affects all of them.
    for (int round = 0; round < 5; ++round)
        for (std::size_t k = 0; k < kinds.size(); ++k)
            found[k].push_back(time_with(load, fleet, kinds[k]));
    constexpr std::array names{"to three stores", "to two, the third is dead",
                               "to two, the third hangs"};
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        std::sort(found[k].begin(), found[k].end(),
                  [](const stopwatch& a, const stopwatch& b) { return a.wall() < b.wall(); });
        print_row(names[k], load.points(), found[k][2]);  // the median
    }
}

}  // namespace stages
