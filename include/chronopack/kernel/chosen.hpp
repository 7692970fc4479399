// The table of kernels and columns that the compiled library chose for the processor.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/kernel/table.hpp>

namespace chronopack::inline CHRONOPACK_ABI::kernel::detail {

[[nodiscard]] inline const chronopack_dispatch::table& chosen() noexcept {
    return chronopack_dispatch::chosen<sizeof(chronopack_dispatch::table)>();
}

}  // namespace chronopack::kernel::detail
