// The compressors of pages, and their checksum.
#pragma once

#include <adapters/parquet/metadata.hpp>

#include <chronopack/core/bytes.hpp>

#include <memory>
#include <string>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace chronopack::parquet {

/// Returns the CRC-32 of gzip (not the CRC-32C of frames), of a string that `before` is that of the
/// beginning of.
[[nodiscard]] std::uint32_t crc32(cbytes data, std::uint32_t before = 0) noexcept;

/// Compresses pages; keeps its tables from one to the next. Not thread-safe.
class packer {
public:
    explicit packer(codec how);

    /// Appends `in`, of less than 2^31 bytes, compressed; or as it is, without a codec.
    void append(std::string& out, std::string_view in);

private:
    struct free_context {
        void operator()(ZSTD_CCtx_s* context) const noexcept;
    };
    void append_gzip(std::string& out, std::string_view in);

    codec how_;
    std::unique_ptr<ZSTD_CCtx_s, free_context> context_;
};

/// Decompresses pages. Not thread-safe.
class unpacker {
public:
    /// Decompresses `in` to exactly all of `out`. Returns corrupt where it has another size or is
    /// damaged, or unsupported for a codec that is not read.
    [[nodiscard]] result<void> unpack(codec how, cbytes in, bytes out);

private:
    struct free_context {
        void operator()(ZSTD_DCtx_s* context) const noexcept;
    };

    std::unique_ptr<ZSTD_DCtx_s, free_context> context_;
};

}  // namespace chronopack::parquet
