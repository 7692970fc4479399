// Operator new that fails once: link failing_new.cpp, and say at which allocation.
//
//   fail_allocation(17);             // the 18th from now on, of any thread, throws
//   ...
//   const bool failed = allocation_failed();
//   fail_no_allocation();
#pragma once

#include <cstdint>

namespace chronopack::test {

void fail_allocation(std::int64_t after) noexcept;
void fail_no_allocation() noexcept;

/// Says whether the allocation that was to fail has been asked for.
[[nodiscard]] bool allocation_failed() noexcept;

}  // namespace chronopack::test
