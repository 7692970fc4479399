// Merges frames that overlap in time, each in order within itself, into one run in order.
#pragma once

#include <chronopack/series/cursor.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace chronopack::tool {

/// Calls each(timestamp, value) for all samples. Of equal timestamps, those of the frame given
/// first come first. Returns the error of a frame that cannot be read. A frame is open only while
/// its time is passed, and takes 24 KiB.
template <class V, class Each>
[[nodiscard]] result<void> merge_frames(const std::vector<cbytes>& frames, Each each) {
    struct to_open {
        std::int64_t from;
        std::size_t order;
    };
    std::vector<to_open> waiting;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto info = frame::inspect(frames[i]);
        if (!info) return info.error();
        waiting.push_back({info->min_timestamp, i});
    }
    std::stable_sort(waiting.begin(), waiting.end(),
                     [](const to_open& a, const to_open& b) { return a.from < b.from; });

    struct opened {
        opened(std::size_t n, cbytes bytes)
            : order(n), wire(bytes), cursor({&wire, 1}, {}), next(cursor.next()) {}
        std::size_t order;
        cbytes wire;
        sample_cursor<V> cursor;  // has views of wire
        std::optional<basic_sample<V>> next;
    };
    const auto later = [](const std::unique_ptr<opened>& a, const std::unique_ptr<opened>& b) {
        return std::pair(a->next->timestamp, a->order) > std::pair(b->next->timestamp, b->order);
    };
    std::vector<std::unique_ptr<opened>> heap;
    auto at = waiting.begin();
    while (at != waiting.end() || !heap.empty()) {
        while (at != waiting.end() && (heap.empty() || at->from <= heap.front()->next->timestamp)) {
            auto one = std::make_unique<opened>(at->order, frames[at->order]);
            ++at;
            if (!one->next) return one->cursor.status();
            heap.push_back(std::move(one));
            std::push_heap(heap.begin(), heap.end(), later);
        }
        std::pop_heap(heap.begin(), heap.end(), later);
        opened& first = *heap.back();
        each(first.next->timestamp, first.next->value);
        first.next = first.cursor.next();
        if (first.next) {
            std::push_heap(heap.begin(), heap.end(), later);
            continue;
        }
        if (const auto ok = first.cursor.status(); !ok) return ok;
        heap.pop_back();
    }
    return {};
}

}  // namespace chronopack::tool
