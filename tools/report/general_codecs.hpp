// General compressors as coders of a column's bytes. Each needs its library in the build:
// CHRONOPACK_HAVE_ZSTD, CHRONOPACK_HAVE_SNAPPY, BENCH_HAVE_LZ4.
//
// Coders are objects here, because one may keep a context between calls, as a fast program would.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/frame/second_stage.hpp>

#include <memory>
#include <string_view>

#if CHRONOPACK_HAVE_ZSTD
#include <zstd.h>
#endif
#if BENCH_HAVE_LZ4
#include <lz4.h>
#endif

namespace chronopack::report {

#if CHRONOPACK_HAVE_ZSTD
template <int Level>
class zstd_level_coder {
    static_assert(Level == 1 || Level == 3);

public:
    static constexpr std::string_view name = Level == 1 ? "zstd-1" : "zstd-3";

    static std::size_t max_bytes(std::size_t n) noexcept { return ZSTD_compressBound(8 * n); }

    template <class T>
    result<std::size_t> encode(std::span<const T> in, bytes out) noexcept {
        const std::size_t n = ZSTD_compressCCtx(compressor_.get(), out.data(), out.size(),
                                                in.data(), in.size_bytes(), Level);
        if (ZSTD_isError(n)) return errc::no_space;
        return n;
    }

    template <class T>
    result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        const std::size_t n = ZSTD_decompressDCtx(decompressor_.get(), out.data(), out.size_bytes(),
                                                  in.data(), in.size());
        if (ZSTD_isError(n) || n != out.size_bytes()) return errc::corrupt;
        return in.size();
    }

private:
    struct release {
        void operator()(ZSTD_CCtx* c) const noexcept { ZSTD_freeCCtx(c); }
        void operator()(ZSTD_DCtx* c) const noexcept { ZSTD_freeDCtx(c); }
    };
    std::unique_ptr<ZSTD_CCtx, release> compressor_{ZSTD_createCCtx()};
    std::unique_ptr<ZSTD_DCtx, release> decompressor_{ZSTD_createDCtx()};
};

using zstd_coder = zstd_level_coder<3>;
#endif

#if CHRONOPACK_HAVE_SNAPPY
class snappy_coder {
public:
    static constexpr std::string_view name = "snappy";

    static std::size_t max_bytes(std::size_t n) noexcept {
        return frame::max_compressed_bytes(stage::snappy, 8 * n);
    }

    template <class T>
    result<std::size_t> encode(std::span<const T> in, bytes out) {
        return frame::compress(stage::snappy, std::as_bytes(in), out);
    }

    template <class T>
    result<std::size_t> decode(cbytes in, std::span<T> out) {
        const auto done = frame::decompress(stage::snappy, in, std::as_writable_bytes(out));
        if (!done) return done.error();
        return in.size();
    }
};
#endif

#if BENCH_HAVE_LZ4
class lz4_coder {
public:
    static constexpr std::string_view name = "lz4";

    /// n must be below 2^27.
    static std::size_t max_bytes(std::size_t n) noexcept {
        return static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(8 * n)));
    }

    template <class T>
    result<std::size_t> encode(std::span<const T> in, bytes out) noexcept {
        const int n = LZ4_compress_default(
            reinterpret_cast<const char*>(in.data()), reinterpret_cast<char*>(out.data()),
            static_cast<int>(in.size_bytes()), static_cast<int>(out.size()));
        if (n <= 0) return errc::no_space;
        return static_cast<std::size_t>(n);
    }

    template <class T>
    result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        const int n = LZ4_decompress_safe(
            reinterpret_cast<const char*>(in.data()), reinterpret_cast<char*>(out.data()),
            static_cast<int>(in.size()), static_cast<int>(out.size_bytes()));
        if (n < 0 || static_cast<std::size_t>(n) != out.size_bytes()) return errc::corrupt;
        return in.size();
    }
};
#endif

}  // namespace chronopack::report
