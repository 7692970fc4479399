// One batch on its way to a store, until every point of it is settled.
//
//   delivered   settled                     retry   again, after a backoff
//   refused     in halves, down to the      hold    again, after a while: an operator
//               point that it is about              must act first
//
//   |----------------|            refused
//   |-------|                     delivered
//           |--------|            refused
//           |---|                 delivered
//               |----|            ...            one bad point of 5,000: 27 calls
//
// Parts are sent from the first to the last, each settled before the next, so that the
// timestamps of a series never arrive out of order. Points that the store names are
// dropped alone, without halving. Where a store refuses point after point and takes none,
// its health is asked: one that is not well is waited for, and no longer fed.
#pragma once

#include <adapters/storage/backend.hpp>
#include <adapters/storage/backoff.hpp>

#include <algorithm>
#include <functional>

namespace chronopack::storage {

/// What a shipment needs of whom it is sent for. Called from the thread that sends.
struct shipment_events {
    std::function<bool()> stopped;                              ///< whether to give up
    std::function<deadline()> call_deadline;                    ///< of a call that starts now
    std::function<void(deadline)> wait;                         ///< returns early when stopped
    std::function<void(std::size_t, std::size_t)> delivered;    ///< points; of them, rounded
    std::function<void(const point*, dropped_point)> dropped;   ///< null: unnamed, one of the rest
    std::function<void(verdict, const std::string&)> answered;  ///< each call
};

class shipment {
public:
    shipment(std::vector<point>& points, storage_backend& to, backoff& pause,
             std::chrono::milliseconds hold_for, const shipment_events& events)
        : points_(points), to_(to), pause_(pause), hold_for_(hold_for), events_(events) {
        if (!points.empty()) parts_.push_back({0, points.size()});
    }

    /// Sends until all is settled, or stopped: whether all is. Called again it goes on.
    bool send(const std::function<bool()>& expired) {
        while (!parts_.empty()) {
            if (events_.stopped()) return false;
            if (expired()) {
                drop_rest(drop_reason::too_old, "longer in the queue than it may be");
                break;
            }
            send_part();
        }
        return true;
    }

    /// Drops what is not settled.
    void drop_rest(drop_reason why, const std::string& message) {
        for (; !parts_.empty(); parts_.pop_back())
            for (std::size_t i = parts_.back().first; i < parts_.back().end; ++i)
                events_.dropped(&points_[i], {i, why, message});
    }

private:
    struct part {
        std::size_t first = 0;
        std::size_t end = 0;
    };
    static constexpr std::size_t refusals_before_health = 16;

    void send_part() {
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
            events_.wait(clock::now() +
                         std::max(hold_for_, answer.retry_after.value_or(hold_for_)));
        }
    }

    void halve(const write_outcome& answer) {
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

    // Takes the points that the answer names out of the part: how many.
    std::size_t drop_named(const write_outcome& answer) {
        part& p = parts_.back();
        std::size_t kept = p.first;
        auto named = answer.dropped.begin();
        std::size_t count = 0;
        for (std::size_t i = p.first; i < p.end; ++i) {
            // By index; what is out of order or out of range is no point's name.
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

    // Counts those of the part that the answer drops without saying which.
    void drop_unnamed(const write_outcome& answer) {
        part& p = parts_.back();
        for (const dropped_point& one : answer.dropped) {
            if (one.index != unnamed || p.first == p.end) continue;
            events_.dropped(nullptr, one);
            --p.end;
        }
    }

    std::vector<point>& points_;
    storage_backend& to_;
    backoff& pause_;
    std::chrono::milliseconds hold_for_;
    const shipment_events& events_;
    std::vector<part> parts_;  // the next is last
    bool any_taken_ = false;
    std::size_t refused_ = 0;  // one by one, since the last look at the store's health
};

}  // namespace chronopack::storage
