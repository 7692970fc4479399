// The table of functions that the compiled library chose for this processor.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/kernel/dispatch_table.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel::detail {

[[nodiscard]] inline const chronopack_dispatch::dispatch_table& chosen() noexcept {
    return chronopack_dispatch::chosen<sizeof(chronopack_dispatch::dispatch_table)>();
}

}  // namespace kernel::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
