#include <adapters/storage/shipment.hpp>

#include <algorithm>
#include <new>

namespace chronopack::storage {

namespace {

constexpr std::size_t refusals_before_health = 16;

}  // namespace

shipment::shipment(std::vector<point>& points, storage_backend& to, backoff& pause,
                   std::chrono::milliseconds hold_for, shipment_events& events)
    : points_(points), to_(to), pause_(pause), hold_for_(hold_for), events_(events) {
    if (!points.empty()) parts_[left_++] = {0, points.size()};
}

bool shipment::send(clock::time_point expires) {
    while (left_ > 0) {
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
    for (; left_ > 0; --left_)
        for (std::size_t i = next().first; i < next().end; ++i)
            events_.dropped(&points_[i], {i, why, message});
}

// A store may throw std::bad_alloc, and no caller is there who could catch it.
write_outcome shipment::write(std::span<const point> points) {
    try {
        return to_.write_batch(points, events_.call_deadline());
    } catch (const std::bad_alloc&) {
        write_outcome later;
        later.what = verdict::retry;
        later.message = "no memory";
        return later;
    }
}

reply<std::monostate> shipment::health() {
    try {
        return to_.health(events_.call_deadline());
    } catch (const std::bad_alloc&) {
        return failure{verdict::retry, {}, "no memory"};
    }
}

void shipment::send_part() {
    const part now = next();
    const std::span<const point> points(points_.data() + now.first, now.end - now.first);
    const write_outcome answer = write(points);
    events_.answered(answer.what, answer.message);
    if (answer.what != verdict::retry) pause_.reset();
    const std::size_t named = drop_named(answer);
    part& rest = next();
    if (answer.what == verdict::delivered) {
        drop_unnamed(answer);
        if (rest.end > rest.first) {
            any_taken_ = true;
            const std::size_t points_taken = rest.end - rest.first;
            events_.delivered(points_taken, std::min(answer.rounded, points_taken));
        }
        --left_;
    } else if (rest.first == rest.end) {
        --left_;
    } else if (answer.what == verdict::retry) {
        events_.wait(clock::now() + pause_.next(answer.retry_after));
    } else if (answer.what == verdict::refused) {
        if (named == 0) halve(answer);
    } else {
        events_.wait(clock::now() + std::max(hold_for_, answer.retry_after.value_or(hold_for_)));
    }
}

void shipment::halve(const write_outcome& answer) {
    const part whole = next();
    if (whole.end - whole.first > 1) {
        const std::size_t middle = whole.first + (whole.end - whole.first) / 2;
        next() = {middle, whole.end};
        parts_[left_++] = {whole.first, middle};
        return;
    }
    if (!any_taken_ && refused_ >= refusals_before_health) {
        refused_ = 0;
        if (const auto well = health(); !well) {
            events_.answered(verdict::hold, well.error().message);
            events_.wait(clock::now() + hold_for_);
            return;
        }
    }
    ++refused_;
    events_.dropped(&points_[whole.first], {whole.first, drop_reason::refused, answer.message});
    --left_;
}

std::size_t shipment::drop_named(const write_outcome& answer) {
    part& p = next();
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
    part& p = next();
    for (const dropped_point& one : answer.dropped) {
        if (one.index != unnamed || p.first == p.end) continue;
        events_.dropped(nullptr, one);
        --p.end;
    }
}

}  // namespace chronopack::storage
