// Sends one batch to a store until every point of it is settled.
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
// Parts are sent from the first to the last, each settled before the next, so the timestamps of a
// series never arrive out of order. Points that the store names are dropped alone, without halving.
// Where a store refuses point after point and accepts none, its health is checked. If it is not
// well, the shipment waits instead of sending.
#pragma once

#include <adapters/storage/backend.hpp>
#include <adapters/storage/backoff.hpp>

#include <array>
#include <limits>

namespace chronopack::storage {

/// The sender of a shipment: says when to stop and how long to wait, and is called with the
/// results. All calls come from the thread that sends.
class shipment_events {
public:
    virtual ~shipment_events() = default;

    /// Returns whether to give up.
    [[nodiscard]] virtual bool stopped() const = 0;
    /// Returns the deadline of a call of the store that starts now.
    [[nodiscard]] virtual deadline call_deadline() const = 0;
    /// Waits until `until`, and returns earlier when stopped.
    virtual void wait(deadline until) = 0;

    /// Called after each call of the store.
    virtual void answered(verdict what, const std::string& message) = 0;
    /// `points` points were delivered, and the store rounded `rounded` of them.
    virtual void delivered(std::size_t points, std::size_t rounded) = 0;
    /// A point was dropped. `p` is null where the store dropped one without saying which.
    virtual void dropped(const point* p, const dropped_point& why) = 0;
};

class shipment {
public:
    /// All arguments must outlive the shipment. It moves points within `points`.
    shipment(std::vector<point>& points, storage_backend& to, backoff& pause,
             std::chrono::milliseconds hold_for, shipment_events& events);

    /// Sends until everything is settled or the sender is stopped, and returns whether everything
    /// is. Called again, it goes on. Points that are not settled at `expires` are dropped.
    [[nodiscard]] bool send(clock::time_point expires);

    /// Drops all points that are not settled.
    void drop_rest(drop_reason why, const std::string& message);

private:
    struct part {
        std::size_t first = 0;
        std::size_t end = 0;
    };

    // Ask the store. Where it throws std::bad_alloc, they answer retry.
    [[nodiscard]] write_outcome write(std::span<const point> points);
    [[nodiscard]] reply<std::monostate> health();
    [[nodiscard]] part& next() noexcept { return parts_[left_ - 1]; }
    void send_part();
    void halve(const write_outcome& answer);
    // Drops the points that the answer names, takes them out of the part, and returns their number.
    std::size_t drop_named(const write_outcome& answer);
    // Counts the points of the part that the answer drops without a name.
    void drop_unnamed(const write_outcome& answer);

    std::vector<point>& points_;
    storage_backend& to_;
    backoff& pause_;
    std::chrono::milliseconds hold_for_;
    shipment_events& events_;
    // The next part to send is last. Each halving adds one, so there are never more; and without
    // memory nothing that was sent is sent again.
    std::array<part, std::numeric_limits<std::size_t>::digits + 1> parts_;
    std::size_t left_ = 0;  // parts
    bool any_taken_ = false;
    std::size_t refused_ = 0;  // one by one, since the last check of the store's health
};

}  // namespace chronopack::storage
