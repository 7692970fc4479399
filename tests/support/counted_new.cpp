#include "counted_new.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::size_t> calls = 0;
std::atomic<std::size_t> total = 0;
std::atomic<std::size_t> live = 0;
std::atomic<std::size_t> peak = 0;

void* counted_or_null(std::size_t size, std::size_t alignment) noexcept {
    size = std::max<std::size_t>(size, 1);
    void* const at =
        alignment <= alignof(std::max_align_t)
            ? std::malloc(size)
            : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (at == nullptr) return nullptr;
    ++calls;
    total += size;
    live += ::malloc_usable_size(at);
    peak = std::max(peak.load(), live.load());
    return at;
}

void* counted(std::size_t size, std::size_t alignment) {
    void* const at = counted_or_null(size, alignment);
    if (at == nullptr) throw std::bad_alloc();
    return at;
}

void uncounted(void* at) noexcept {
    if (at == nullptr) return;
    live -= ::malloc_usable_size(at);
    std::free(at);
}

}  // namespace

void* operator new(std::size_t size) {
    return counted(size, 1);
}
void* operator new[](std::size_t size) {
    return counted(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted_or_null(size, 1);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted_or_null(size, 1);
}
void operator delete(void* at) noexcept {
    uncounted(at);
}
void operator delete[](void* at) noexcept {
    uncounted(at);
}
void operator delete(void* at, std::size_t) noexcept {
    uncounted(at);
}
void operator delete[](void* at, std::size_t) noexcept {
    uncounted(at);
}
void operator delete(void* at, std::align_val_t) noexcept {
    uncounted(at);
}
void operator delete[](void* at, std::align_val_t) noexcept {
    uncounted(at);
}
void operator delete(void* at, std::size_t, std::align_val_t) noexcept {
    uncounted(at);
}
void operator delete[](void* at, std::size_t, std::align_val_t) noexcept {
    uncounted(at);
}

namespace chronopack::test {

std::size_t allocations() noexcept {
    return calls;
}
std::size_t allocated_bytes() noexcept {
    return total;
}
std::size_t live_bytes() noexcept {
    return live;
}
std::size_t peak_bytes() noexcept {
    return peak;
}
void reset_peak() noexcept {
    peak = live.load();
}

}  // namespace chronopack::test
