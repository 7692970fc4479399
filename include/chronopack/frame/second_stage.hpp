// General compressors for a frame's whole body, for frames that are seldom read. A build has
// those of the libraries that CHRONOPACK_HAVE_ZSTD and CHRONOPACK_HAVE_SNAPPY say it has.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#if CHRONOPACK_HAVE_ZSTD
#include <zstd.h>
#endif
#if CHRONOPACK_HAVE_SNAPPY
#include <snappy.h>
#endif

namespace chronopack {

enum class stage : std::uint8_t { none = 0, zstd = 1, snappy = 2 };

}  // namespace chronopack

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

/// Returns whether this build can write and read frames with the second stage `s`.
[[nodiscard]] constexpr bool stage_available(stage s) noexcept {
#if CHRONOPACK_HAVE_ZSTD
    if (s == stage::zstd) return true;
#endif
#if CHRONOPACK_HAVE_SNAPPY
    if (s == stage::snappy) return true;
#endif
    return s == stage::none;
}

/// Returns an upper bound of compress()'s output for `n` bytes, n < 2^31.
[[nodiscard]] inline std::size_t max_compressed_bytes(stage s, std::size_t n) noexcept {
#if CHRONOPACK_HAVE_ZSTD
    if (s == stage::zstd) return ZSTD_compressBound(n);
#endif
#if CHRONOPACK_HAVE_SNAPPY
    if (s == stage::snappy) return snappy::MaxCompressedLength(n);
#endif
    (void)s;
    return n;
}

/// Compresses `in` into `out`, which has max_compressed_bytes. Returns the bytes written; or
/// unsupported.
[[nodiscard]] inline result<std::size_t> compress(stage s, cbytes in, bytes out) {
#if CHRONOPACK_HAVE_ZSTD
    if (s == stage::zstd) {
        constexpr int level = 3;  // zstd's own default
        const std::size_t n = ZSTD_compress(out.data(), out.size(), in.data(), in.size(), level);
        if (ZSTD_isError(n)) return errc::no_space;
        return n;
    }
#endif
#if CHRONOPACK_HAVE_SNAPPY
    if (s == stage::snappy) {
        std::size_t n = 0;
        snappy::RawCompress(reinterpret_cast<const char*>(in.data()), in.size(),
                            reinterpret_cast<char*>(out.data()), &n);
        return n;
    }
#endif
    (void)s, (void)in, (void)out;
    return errc::unsupported;
}

/// Decompresses `in` into exactly all of `out`. Returns corrupt where it has another size or
/// is damaged, or unsupported.
[[nodiscard]] inline result<void> decompress(stage s, cbytes in, bytes out) {
#if CHRONOPACK_HAVE_ZSTD
    if (s == stage::zstd) {
        const std::size_t n = ZSTD_decompress(out.data(), out.size(), in.data(), in.size());
        if (ZSTD_isError(n) || n != out.size()) return errc::corrupt;
        return {};
    }
#endif
#if CHRONOPACK_HAVE_SNAPPY
    if (s == stage::snappy) {
        const auto* from = reinterpret_cast<const char*>(in.data());
        std::size_t n = 0;
        if (!snappy::GetUncompressedLength(from, in.size(), &n) || n != out.size())
            return errc::corrupt;
        if (!snappy::RawUncompress(from, in.size(), reinterpret_cast<char*>(out.data())))
            return errc::corrupt;
        return {};
    }
#endif
    (void)s, (void)in, (void)out;
    return errc::unsupported;
}

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
