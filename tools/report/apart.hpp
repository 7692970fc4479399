// Memory to copy or decode to, half a page away from the source.
//
//   source   ....|xxxxxxxx|..............|        pages of 4,096 bytes
//   room     ....|........|......|xxxxxxxx|....   2,048 bytes further on in them
//
// Allocators tend to put two large arrays at almost the same offset within a page. There `rep
// movsb`, which memcpy may use, can be slow: 2 GB/s instead of 50 for 32 KiB on a Zen 3. That would
// measure the accident and not the machine. The memory begins with a cache line for a similar
// reason: where a large array does not, every store of a 512-bit vector touches two lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace chronopack::report {

template <class T>
class room_apart {
public:
    /// Has room for as many values as `source`, or for `count`.
    explicit room_apart(std::span<const T> source) : room_apart(source, source.size()) {}
    room_apart(std::span<const T> source, std::size_t count)
        : storage_(count + 2 * page / sizeof(T)) {
        const auto place = [](const T* at) {
            return reinterpret_cast<std::uintptr_t>(at) % page;
        };
        const std::size_t wanted = (place(source.data()) + page / 2) % page / line * line;
        T* at = storage_.data();
        while (place(at) / line * line != wanted || place(at) % line >= sizeof(T)) ++at;
        values_ = {at, count};
    }

    [[nodiscard]] std::span<T> get() noexcept { return values_; }

private:
    static constexpr std::size_t page = 4096;
    static constexpr std::size_t line = 64;
    std::vector<T> storage_;
    std::span<T> values_;
};

}  // namespace chronopack::report
