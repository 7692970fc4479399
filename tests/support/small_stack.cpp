#include "small_stack.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace chronopack::test {

namespace {

constexpr unsigned char paint = 0xa5;

void* call(void* what) {
    (*static_cast<const std::function<void()>*>(what))();
    return nullptr;
}

void check(bool good, const char* what) {
    if (!good) throw std::runtime_error(what);
}

}  // namespace

std::size_t stack_used(std::size_t stack, const std::function<void()>& f) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    stack = (std::max<std::size_t>(stack, PTHREAD_STACK_MIN) + page - 1) / page * page;
    void* const mapped = ::mmap(nullptr, page + stack, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    check(mapped != MAP_FAILED, "no memory for a stack");
    auto* const low = static_cast<unsigned char*>(mapped) + page;
    std::memset(low, paint, stack);
    check(::mprotect(mapped, page, PROT_NONE) == 0, "no guard below a stack");

    pthread_attr_t how;
    pthread_t thread{};
    check(pthread_attr_init(&how) == 0 && pthread_attr_setstack(&how, low, stack) == 0 &&
              pthread_create(&thread, &how, call, const_cast<std::function<void()>*>(&f)) == 0,
          "no thread with a stack of this size");
    pthread_attr_destroy(&how);
    pthread_join(thread, nullptr);

    const auto untouched =
        std::find_if(low, low + stack, [](unsigned char c) { return c != paint; });
    const std::size_t used = static_cast<std::size_t>(low + stack - untouched);
    ::munmap(mapped, page + stack);
    return used;
}

}  // namespace chronopack::test
