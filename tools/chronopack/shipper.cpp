#include "shipper.hpp"

#include "input/failure.hpp"
#include "input/series_text.hpp"
#include "input/words.hpp"

#include <fmt/format.h>

namespace chronopack::tool {

using input::failure;
using input::fault;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t least_queue = 100'000;  // points
constexpr std::size_t shown = 10;
constexpr auto look_every = 200ms;

}  // namespace

storage::batch_options shipper::options() {
    storage::batch_options how;
    how.batch_points = batch_points_;
    how.most_points = std::max(least_queue, 3 * batch_points_);
    how.hold_for = 1s;
    how.retries.most = 5s;
    how.on_dropped = [this](const storage::point& p, const storage::dropped_point& why) {
        const std::lock_guard held(mutex_);
        if (drops_.size() == shown) return;
        drops_.push_back(
            input::printable(
                p.metric + (p.tags.pairs().empty() ? std::string() : input::series_text(p.tags)),
                120) +
            fmt::format(" at {} ns: ", p.timestamp) + input::printable(why.message, 200));
    };
    return how;
}

shipper::shipper(storage::storage_backend& to, std::size_t batch_points,
                 std::chrono::seconds patience, bool quiet)
    : to_(to),
      batch_points_(batch_points),
      patience_(patience),
      quiet_(quiet),
      writer_(to, options()),
      started_(std::chrono::steady_clock::now()),
      settled_at_(started_) {
    if (const auto well = to.health(storage::in(patience)); !well)
        throw failure(fault::environment, std::string(to.name()) + ": " + well.error().message);
}

void shipper::send(storage::point one) {
    gathered_.push_back(std::move(one));
    ++sent_;
    if (gathered_.size() == batch_points_) hand_over();
}

void shipper::hand_over() {
    while (!gathered_.empty()) {
        // Points that are not accepted stay in gathered_: submit() got a copy.
        const auto took = writer_.submit(gathered_, storage::in(look_every)).accepted;
        gathered_.erase(gathered_.begin(), gathered_.begin() + static_cast<std::ptrdiff_t>(took));
        watch();
    }
}

void shipper::finish() {
    hand_over();
    storage::leftover left;
    do {
        left = writer_.flush(storage::in(look_every));
        watch();
    } while (!left.settled);
    writer_.close(storage::in(1s));
    line_.clear();
}

void shipper::watch() {
    const auto counts = writer_.counters();
    const auto now = std::chrono::steady_clock::now();
    const std::uint64_t settled = counts.delivered + counts.dropped.total();
    if (settled != settled_ || counts.queued == 0) settled_at_ = now;
    settled_ = settled;
    if (now - settled_at_ > patience_) {
        line_.clear();
        throw failure(
            fault::environment,
            fmt::format("{}: took nothing for {} s; {} delivered, the rest not: {}", to_.name(),
                        patience_.count(), input::counted(counts.delivered, "sample"),
                        writer_.flush(storage::in(0s)).message));
    }
    if (quiet_ || !line_.shown()) return;
    const double seconds = std::chrono::duration<double>(now - started_).count();
    line_.show(fmt::format("{}: {} delivered, {} waiting, {:.0f}/s", to_.name(),
                           input::counted(counts.delivered, "sample"),
                           input::grouped(counts.queued),
                           static_cast<double>(counts.delivered) / std::max(seconds, 1e-3)));
}

std::vector<std::string> shipper::shown_drops() {
    const std::lock_guard held(mutex_);
    return drops_;
}

}  // namespace chronopack::tool
