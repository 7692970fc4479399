// Operator new that fails once: link failing_new.cpp, and say at which allocation.
//
//   fail_allocation(17);             // the 18th from now on, of any thread, throws
//   ...
//   const bool failed = allocation_failed();
//   fail_no_allocation();
//
// Or at each in turn, of this thread:
//
//   at_each_allocation([&](const auto& again) {
//       again([&] { return writer.flush(); });   // called again where it has thrown bad_alloc
//       return writer.taken();                   // of what has been done, with memory or without
//   }, [](std::size_t taken) { REQUIRE(taken == 100); });
#pragma once

#include <cstdint>
#include <new>

namespace chronopack::test {

void fail_allocation(std::int64_t after) noexcept;
/// Fails one of this thread.
void fail_own_allocation(std::int64_t after) noexcept;
void fail_no_allocation() noexcept;

/// Says whether the allocation that was to fail has been asked for.
[[nodiscard]] bool allocation_failed() noexcept;

/// Calls `body` again and again, each time with another allocation that fails, until it needs no
/// more; and `check` with each result. Any other exception than bad_alloc ends the test.
template <class Body, class Check>
void at_each_allocation(Body body, Check check) {
    const auto again = [](const auto& work) {
        for (;;) {
            try {
                return work();
            } catch (const std::bad_alloc&) {}
        }
    };
    bool failed = true;
    for (std::int64_t after = 0; failed; after += 1 + after / 32) {
        fail_own_allocation(after);
        auto result = body(again);
        failed = allocation_failed();
        fail_no_allocation();
        check(result);
    }
}

}  // namespace chronopack::test
