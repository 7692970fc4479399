// Runs something in a thread whose stack has a chosen size, and measures how much of it
// was used.
#pragma once

#include <cstddef>
#include <functional>

namespace chronopack::test {

/// Runs `f` in a thread of `stack` bytes of stack, and returns how many of them were
/// written to, the C library's own included. The page below the stack kills the program
/// that touches it.
[[nodiscard]] std::size_t stack_used(std::size_t stack, const std::function<void()>& f);

}  // namespace chronopack::test
