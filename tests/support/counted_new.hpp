// Counts calls of operator new in programs that link counted_new.cpp.
#pragma once

#include <cstddef>

namespace chronopack::test {

/// Return the calls of operator new so far, and the bytes that they asked for.
[[nodiscard]] std::size_t allocations() noexcept;
[[nodiscard]] std::size_t allocated_bytes() noexcept;

/// Return the bytes that are allocated, and the most that were since reset_peak().
[[nodiscard]] std::size_t live_bytes() noexcept;
[[nodiscard]] std::size_t peak_bytes() noexcept;
void reset_peak() noexcept;

}  // namespace chronopack::test
