#include <adapters/parquet/compression.hpp>

#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <new>

namespace chronopack::parquet {

namespace {

constexpr int zstd_level = 3;         // zstd's own default
constexpr int gzip_level = 6;         // zlib's own default
constexpr int gzip_window = 15 + 16;  // 32 KiB; 16: gzip's header, and no other

// zlib reads through it and writes nothing there.
Bytef* input_of(const void* data) noexcept {
    return reinterpret_cast<Bytef*>(const_cast<void*>(data));
}

// One page may be several gzip members after each other.
result<void> gunzip(cbytes in, bytes out) {
    z_stream state{};
    if (inflateInit2(&state, gzip_window) != Z_OK) throw std::bad_alloc();
    struct ended {
        z_stream& state;
        ~ended() { inflateEnd(&state); }
    } const at_exit{state};
    std::byte none{};  // zlib wants a place even for nothing
    state.next_in = input_of(in.data());
    state.avail_in = static_cast<uInt>(in.size());
    state.next_out = reinterpret_cast<Bytef*>(out.empty() ? &none : out.data());
    state.avail_out = static_cast<uInt>(out.size());
    for (;;) {
        if (inflate(&state, Z_FINISH) != Z_STREAM_END) return errc::corrupt;
        if (state.avail_in == 0) break;
        if (inflateReset(&state) != Z_OK) return errc::corrupt;
    }
    if (state.avail_out != 0) return errc::corrupt;
    return {};
}

}  // namespace

std::uint32_t crc32(cbytes data, std::uint32_t before) noexcept {
    return static_cast<std::uint32_t>(
        ::crc32_z(before, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

void packer::free_context::operator()(ZSTD_CCtx_s* context) const noexcept {
    ZSTD_freeCCtx(context);
}

void unpacker::free_context::operator()(ZSTD_DCtx_s* context) const noexcept {
    ZSTD_freeDCtx(context);
}

packer::packer(codec how) : how_(how) {
    if (how != codec::zstd) return;
    context_.reset(ZSTD_createCCtx());
    if (!context_) throw std::bad_alloc();
}

void packer::append(std::string& out, std::string_view in) {
    const std::size_t at = out.size();
    switch (how_) {
        case codec::zstd: {
            out.resize(at + ZSTD_compressBound(in.size()));
            const std::size_t n = ZSTD_compressCCtx(
                context_.get(), out.data() + at, out.size() - at, in.data(), in.size(), zstd_level);
            if (ZSTD_isError(n)) throw std::bad_alloc();  // the only error with so much room
            out.resize(at + n);
            return;
        }
        case codec::snappy: {
            out.resize(at + snappy::MaxCompressedLength(in.size()));
            std::size_t n = 0;
            snappy::RawCompress(in.data(), in.size(), out.data() + at, &n);
            out.resize(at + n);
            return;
        }
        case codec::gzip:
            return append_gzip(out, in);
        default:
            out += in;
    }
}

void packer::append_gzip(std::string& out, std::string_view in) {
    constexpr int memory_level = 8;  // zlib's own default
    z_stream state{};
    if (deflateInit2(&state, gzip_level, Z_DEFLATED, gzip_window, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    struct ended {
        z_stream& state;
        ~ended() { deflateEnd(&state); }
    } const at_exit{state};
    const std::size_t at = out.size();
    out.resize(at + deflateBound(&state, static_cast<uLong>(in.size())));
    state.next_in = input_of(in.data());
    state.avail_in = static_cast<uInt>(in.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data() + at);
    state.avail_out = static_cast<uInt>(out.size() - at);
    if (deflate(&state, Z_FINISH) != Z_STREAM_END) throw std::bad_alloc();
    out.resize(at + state.total_out);
}

result<void> unpacker::unpack(codec how, cbytes in, bytes out) {
    // A page of no values may have no bytes at all, whatever its codec.
    if (in.empty() && out.empty()) return {};
    switch (how) {
        case codec::none:
            if (in.size() != out.size()) return errc::corrupt;
            if (!out.empty()) std::memcpy(out.data(), in.data(), in.size());
            return {};
        case codec::zstd: {
            if (!context_) context_.reset(ZSTD_createDCtx());
            if (!context_) throw std::bad_alloc();
            const std::size_t n =
                ZSTD_decompressDCtx(context_.get(), out.data(), out.size(), in.data(), in.size());
            if (ZSTD_isError(n) || n != out.size()) return errc::corrupt;
            return {};
        }
        case codec::snappy: {
            const auto* from = reinterpret_cast<const char*>(in.data());
            std::size_t n = 0;
            if (!snappy::GetUncompressedLength(from, in.size(), &n) || n != out.size() ||
                !snappy::RawUncompress(from, in.size(), reinterpret_cast<char*>(out.data())))
                return errc::corrupt;
            return {};
        }
        case codec::gzip:
            return gunzip(in, out);
        default:
            return errc::unsupported;
    }
}

}  // namespace chronopack::parquet
