// Points in the order in which they came, with their bytes and how long they have waited.
#pragma once

#include <adapters/storage/backend.hpp>

#include <deque>
#include <new>

namespace chronopack::storage {

/// Returns about how many bytes of memory a point takes.
[[nodiscard]] inline std::size_t bytes_of(const point& p) noexcept {
    std::size_t n = sizeof(point) + p.metric.size() + p.service.size();
    for (const label& l : p.tags.pairs()) n += sizeof(label) + l.name.size() + l.value.size();
    return n;
}

/// A queue of points. Not thread-safe.
class point_queue {
public:
    void push(point p, clock::time_point now) {
        const std::size_t n = bytes_of(p);
        bytes_ += n;
        waiting_.push_back({std::move(p), n, now});
    }
    [[nodiscard]] point pop() {
        point p = std::move(waiting_.front().what);
        bytes_ -= waiting_.front().bytes;
        waiting_.pop_front();
        return p;
    }
    /// Returns since when the first point waits. The queue must not be empty.
    [[nodiscard]] clock::time_point oldest() const noexcept { return waiting_.front().since; }

    [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }
    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// Returns up to n points; none where there is no memory for them.
    [[nodiscard]] std::vector<point> pop(std::size_t n) {
        std::vector<point> out;
        try {
            out.reserve(std::min(n, size()));
        } catch (const std::bad_alloc&) {
            return {};
        }
        while (out.size() < n && !empty()) out.push_back(pop());
        return out;
    }
    /// Puts points that pop() returned back to the front. They have waited since `since`.
    void restore(std::vector<point> points, clock::time_point since) {
        for (std::size_t i = points.size(); i-- > 0;) {
            const std::size_t n = bytes_of(points[i]);
            bytes_ += n;
            waiting_.push_front({std::move(points[i]), n, since});
        }
    }

private:
    struct waiting {
        point what;
        std::size_t bytes = 0;
        clock::time_point since;
    };
    std::deque<waiting> waiting_;
    std::size_t bytes_ = 0;
};

}  // namespace chronopack::storage
