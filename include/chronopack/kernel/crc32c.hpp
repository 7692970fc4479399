// CRC-32C (Castagnoli): the checksum of frames, archives and restart indexes.
#pragma once

#include <chronopack/core/bytes.hpp>

#if defined(CHRONOPACK_DISPATCH)
#include <chronopack/kernel/chosen.hpp>
#else
#include <chronopack/kernel/crc32c_instructions.hpp>
#endif

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

/// Returns the CRC-32C of `data`. Given the CRC `before` of a string, returns that of the string
/// followed by `data`.
[[nodiscard]] inline std::uint32_t crc32c(cbytes data, std::uint32_t before = 0) noexcept {
#if defined(CHRONOPACK_DISPATCH)
    return detail::chosen().crc32c(data.data(), data.size(), before);
#else
    return detail::crc32c_here(data, before);
#endif
}

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
