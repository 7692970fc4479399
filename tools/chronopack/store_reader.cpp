#include "store_reader.hpp"

#include "open_store.hpp"
#include "recording_store.hpp"
#include "store_query.hpp"
#include "input/failure.hpp"

#include <algorithm>
#include <deque>

namespace chronopack::tool {

using input::failure;
using input::fault;
using storage::verdict;

namespace {

using found_points = std::optional<std::vector<storage::point>>;

/// Gives the points of one metric to a receiver.
class metric_feed {
public:
    explicit metric_feed(store_reader::receiver& to) : to_(to) {}

    void take(const std::vector<storage::point>& points) {
        const storage::point* before = nullptr;
        std::optional<std::size_t> series;
        for (const storage::point& p : points) {
            if (before == nullptr || !prometheus::same_series(*before, p)) series = number_of(p);
            before = &p;
            if (series) to_.append(*series, p.timestamp, p.value);
        }
    }

private:
    std::optional<std::size_t> number_of(const storage::point& p) {
        if (const auto at = numbers_.find(&p); at != numbers_.end()) return at->second;
        store_reader::pairs all;
        if (!p.metric.empty()) all.emplace_back("__name__", p.metric);
        if (!p.service.empty()) all.emplace_back("job", p.service);
        for (const label& one : p.tags) all.emplace_back(one.name, one.value);
        const auto number = to_.add(all);
        numbers_.emplace(&names_.emplace_back(p), number);
        return number;
    }

    store_reader::receiver& to_;
    std::deque<storage::point> names_;  // the keys of numbers_ point into it
    recording_store::by_series<std::optional<std::size_t>> numbers_;
};

/// Returns the number of nanoseconds from `first` to `last`, which may exceed int64.
std::uint64_t span(std::int64_t first, std::int64_t last) noexcept {
    return static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
}

std::int64_t moved(std::int64_t time, std::uint64_t by) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(time) + by);
}

/// Returns the ends of the ranges in which a long time is read: most points are young.
std::vector<std::int64_t> ends_within(std::int64_t first, std::int64_t last) {
    using namespace std::chrono;
    const std::int64_t now =
        duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
    std::vector<std::int64_t> ends;
    for (const hours ago : {hours(24 * 3653), hours(24 * 365), hours(24 * 30), hours(24), hours(0)})
        if (const std::int64_t end = now - nanoseconds(ago).count(); end > first && end < last)
            ends.push_back(end);
    ends.push_back(last);
    return ends;
}

/// Returns how long the next range is, after one of `width` had `count` points.
std::uint64_t next_width(std::uint64_t width, std::size_t count, std::size_t most) noexcept {
    constexpr double growth = 4, filled = 0.7;
    const double factor =
        count == 0
            ? growth
            : std::min(growth, filled * static_cast<double>(most) / static_cast<double>(count));
    const double next = static_cast<double>(width) * factor + 1;
    return next < 0x1p64 ? static_cast<std::uint64_t>(next) : UINT64_MAX;
}

}  // namespace

struct store_reader::state {
    opened_store from;
    limits within;
    bool answered = false;  // a store that never answered is not asked again

    [[nodiscard]] found_points ask(const part& what, std::int64_t first, std::int64_t last) {
        storage::range_query asked{what.metric, what.service, first, last};
        const bool may_narrow = span(first, last) >= static_cast<std::uint64_t>(from.tick);
        if (may_narrow) asked.most = within.points;
        auto found = ask_points(*from.store, asked, may_narrow, within.patience, answered);
        answered = true;
        return found;
    }
};

store_reader::store_reader(const store_request& from) : store_reader(from, limits()) {}
store_reader::store_reader(const store_request& from, const limits& within)
    : state_(std::make_unique<state>(state{open_store(from, purpose::reading), within})) {}
store_reader::~store_reader() = default;

std::string store_reader::store() const {
    return std::string(state_->from.store->name());
}

std::int64_t store_reader::step() const {
    return state_->from.tick;
}

std::vector<std::string> store_reader::metrics() {
    auto names = state_->from.store->list_metrics(storage::in(state_->within.patience));
    if (names) {
        state_->answered = true;
        return std::move(*names);
    }
    const verdict why = names.error().what;
    const bool never = why == verdict::refused || why == verdict::unsupported;
    throw failure(never ? fault::usage : fault::environment,
                  store() + ": its metrics cannot be listed: " + names.error().message +
                      (never ? "; a selector with a name, such as cpu, says what to read" : ""));
}

bool store_reader::read(const part& what, receiver& to) {
    if (what.first > what.last) return true;
    metric_feed feed(to);
    if (const auto all = state_->ask(what, what.first, what.last)) {
        feed.take(*all);
        return to.go_on();
    }
    std::uint64_t width = UINT64_MAX;
    std::int64_t at = what.first;
    for (const std::int64_t end : ends_within(what.first, what.last)) {
        for (bool done = false; !done;) {
            const std::uint64_t here = std::min(width, span(at, end));
            const auto found = state_->ask(what, at, moved(at, here));
            if (!found) {
                width = here / 2;
                continue;
            }
            feed.take(*found);
            if (!to.go_on()) return false;
            width = next_width(here, found->size(), state_->within.points);
            done = moved(at, here) == end;
            at = moved(at, here + 1);
        }
    }
    return true;
}

}  // namespace chronopack::tool
