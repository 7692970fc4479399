// Operator new, counted: link counted_new.cpp and ask what was allocated.
#pragma once

#include <cstddef>

namespace chronopack::test {

/// Calls of operator new so far, and the bytes they asked for.
[[nodiscard]] std::size_t allocations() noexcept;
[[nodiscard]] std::size_t allocated_bytes() noexcept;

/// Bytes allocated and not freed, and the most there ever were since reset_peak().
[[nodiscard]] std::size_t live_bytes() noexcept;
[[nodiscard]] std::size_t peak_bytes() noexcept;
void reset_peak() noexcept;

}  // namespace chronopack::test
