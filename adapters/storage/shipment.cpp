#include <adapters/storage/shipment.hpp>

#include <algorithm>

namespace chronopack::storage {

namespace {

constexpr std::size_t refusals_before_health = 16;

}  // namespace

shipment::shipment(std::vector<point>& points, storage_backend& to, backoff& pause,
                   std::chrono::milliseconds hold_for, shipment_events& events)
    : points_(points), to_(to), pause_(pause), hold_for_(hold_for), events_(events) {
    if (!points.empty()) parts_.push_back({0, points.size()});
}

bool shipment::send(clock::time_point expires) {
    while (!parts_.empty()) {
        if (events_.stopped()) return false;
        if (expires < clock::now()) {
            drop_rest(drop_reason::too_old, "longer in the queue than it may be");
            break;
        }
        send_part();
    }
    return true;
}

void shipment::drop_rest(drop_reason why, const std::string& message) {
    for (; !parts_.empty(); parts_.pop_back())
        for (std::size_t i = parts_.back().first; i < parts_.back().end; ++i)
            events_.dropped(&points_[i], {i, why, message});
}

void shipment::send_part() {
    const part now = parts_.back();
    const std::span<const point> points(points_.data() + now.first, now.end - now.first);
    const write_outcome answer = to_.write_batch(points, events_.call_deadline());
    events_.answered(answer.what, answer.message);
    if (answer.what != verdict::retry) pause_.reset();
    const std::size_t named = drop_named(answer);
    part& rest = parts_.back();
    if (answer.what == verdict::delivered) {
        drop_unnamed(answer);
        if (rest.end > rest.first) {
            any_taken_ = true;
            const std::size_t points_taken = rest.end - rest.first;
            events_.delivered(points_taken, std::min(answer.rounded, points_taken));
        }
        parts_.pop_back();
    } else if (rest.first == rest.end) {
        parts_.pop_back();
    } else if (answer.what == verdict::retry) {
        events_.wait(clock::now() + pause_.next(answer.retry_after));
    } else if (answer.what == verdict::refused) {
        if (named == 0) halve(answer);
    } else {
        events_.wait(clock::now() + std::max(hold_for_, answer.retry_after.value_or(hold_for_)));
    }
}

void shipment::halve(const write_outcome& answer) {
    const part whole = parts_.back();
    if (whole.end - whole.first > 1) {
        const std::size_t middle = whole.first + (whole.end - whole.first) / 2;
        parts_.back() = {middle, whole.end};
        parts_.push_back({whole.first, middle});
        return;
    }
    if (!any_taken_ && refused_ >= refusals_before_health) {
        refused_ = 0;
        if (const auto well = to_.health(events_.call_deadline()); !well) {
            events_.answered(verdict::hold, well.error().message);
            events_.wait(clock::now() + hold_for_);
            return;
        }
    }
    ++refused_;
    events_.dropped(&points_[whole.first], {whole.first, drop_reason::refused, answer.message});
    parts_.pop_back();
}

std::size_t shipment::drop_named(const write_outcome& answer) {
    part& p = parts_.back();
    std::size_t kept = p.first;
    auto named = answer.dropped.begin();
    std::size_t count = 0;
    for (std::size_t i = p.first; i < p.end; ++i) {
        // An index out of order or out of range names no point.
        while (named != answer.dropped.end() && named->index < i - p.first) ++named;
        if (named != answer.dropped.end() && named->index == i - p.first) {
            events_.dropped(&points_[i], {i, named->why, named->message});
            ++count;
            continue;
        }
        if (kept != i) points_[kept] = std::move(points_[i]);
        ++kept;
    }
    p.end = kept;
    return count;
}

void shipment::drop_unnamed(const write_outcome& answer) {
    part& p = parts_.back();
    for (const dropped_point& one : answer.dropped) {
        if (one.index != unnamed || p.first == p.end) continue;
        events_.dropped(nullptr, one);
        --p.end;
    }
}

}  // namespace chronopack::storage
