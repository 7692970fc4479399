#include "failing_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

constexpr std::int64_t never = INT64_MAX;

std::atomic<std::int64_t> left = never;
thread_local std::int64_t own_left = never;

}  // namespace

void* operator new(std::size_t size) {
    if (left != never && left-- == 0) throw std::bad_alloc();
    if (own_left != never && own_left-- == 0) throw std::bad_alloc();
    if (void* const at = std::malloc(size == 0 ? 1 : size)) return at;
    throw std::bad_alloc();
}
void operator delete(void* at) noexcept {
    std::free(at);
}
void operator delete(void* at, std::size_t) noexcept {
    std::free(at);
}

namespace chronopack::test {

void fail_allocation(std::int64_t after) noexcept {
    left = after;
}
void fail_own_allocation(std::int64_t after) noexcept {
    own_left = after;
}
void fail_no_allocation() noexcept {
    left = never;
    own_left = never;
}
bool allocation_failed() noexcept {
    return left < 0 || own_left < 0;
}

}  // namespace chronopack::test
