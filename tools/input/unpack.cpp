#include "unpack.hpp"

#include <array>
#include <new>

#if defined(CHRONOPACK_HAVE_ZLIB)
#include <zlib.h>
#endif
#if defined(CHRONOPACK_HAVE_ZSTD)
#include <zstd.h>
#endif
#if defined(CHRONOPACK_HAVE_LZMA)
#include <lzma.h>
#endif

namespace chronopack::input {

namespace {

[[noreturn, maybe_unused]] void damaged(const std::string& file, const char* format,
                                        const std::string& why) {
    throw broken_source({file}, std::string("its ") + format + " data are damaged: " + why);
}

[[noreturn, maybe_unused]] void cut_short(const std::string& file, const char* format) {
    throw broken_source({file}, std::string("its ") + format + " data end too early");
}

[[noreturn]] void not_unpacked(const std::string& file, const std::string& format,
                               const std::string& tool) {
    throw failure(fault::usage, {file},
                  "this is " + format + ", which is not read; unpack it first: " + tool);
}

/// The packed bytes, a piece of them at a time.
class packed_bytes {
public:
    explicit packed_bytes(source& from) : from_(from), bytes_(new char[piece]) {}

    /// Returns the bytes that have not been used, and reads more when there are none. None at the
    /// end.
    [[nodiscard]] std::string_view unused() {
        if (first_ == last_ && !ended_) {
            first_ = 0;
            last_ = from_.read({bytes_.get(), piece});
            ended_ = last_ == 0;
        }
        return {bytes_.get() + first_, last_ - first_};
    }
    void use(std::size_t n) noexcept { first_ += n; }

private:
    static constexpr std::size_t piece = std::size_t{1} << 16;

    source& from_;
    std::unique_ptr<char[]> bytes_;
    std::size_t first_ = 0, last_ = 0;
    bool ended_ = false;
};

#if defined(CHRONOPACK_HAVE_ZLIB)
class gzip_source final : public source {
public:
    gzip_source(source& from, std::string file) : in_(from), file_(std::move(file)) {
        constexpr int only_gzip = 15 + 16;  // a window of 32 KiB
        if (inflateInit2(&state_, only_gzip) != Z_OK) throw std::bad_alloc();
    }
    ~gzip_source() override { inflateEnd(&state_); }

    std::size_t read(std::span<char> room) override {
        for (;;) {
            const std::string_view packed = in_.unused();
            if (packed.empty()) {
                if (within_) cut_short(file_, "gzip");
                return 0;
            }
            if (!within_ && !next_member(packed)) continue;
            const std::size_t given = inflate_into(room, packed);
            if (given != 0) return given;
        }
    }

private:
    // Returns whether a member starts here. Zeros after the last one are used up: tapes and disks
    // fill blocks with them.
    bool next_member(std::string_view packed) {
        if (members_ != 0 && packed.front() == '\0') {
            padded_ = true;
            in_.use(std::min(packed.find_first_not_of('\0'), packed.size()));
            return false;
        }
        if (padded_ || (members_ != 0 && packed.front() != '\x1f'))
            damaged(file_, "gzip", "other bytes follow");
        inflateReset(&state_);
        within_ = true;
        return true;
    }

    std::size_t inflate_into(std::span<char> room, std::string_view packed) {
        const auto most = static_cast<uInt>(std::min(room.size(), std::size_t{1} << 30));
        // zlib reads through it and writes nothing there.
        state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        state_.avail_in = static_cast<uInt>(packed.size());
        state_.next_out = reinterpret_cast<Bytef*>(room.data());
        state_.avail_out = most;
        const int did = inflate(&state_, Z_NO_FLUSH);
        in_.use(packed.size() - state_.avail_in);
        const std::size_t given = most - state_.avail_out;
        if (did == Z_STREAM_END) {
            within_ = false;
            ++members_;
        } else if (did == Z_MEM_ERROR) {
            throw std::bad_alloc();
        } else if (did != Z_OK && did != Z_BUF_ERROR && given == 0) {
            // After a piece, the next call comes back here with the same error.
            damaged(file_, "gzip", state_.msg == nullptr ? "a dictionary is missing" : state_.msg);
        }
        return given;
    }

    packed_bytes in_;
    std::string file_;
    z_stream state_{};
    bool within_ = false;  // a member
    bool padded_ = false;
    std::size_t members_ = 0;
};
#endif

#if defined(CHRONOPACK_HAVE_ZSTD)
class zstd_source final : public source {
public:
    zstd_source(source& from, std::string file)
        : in_(from), file_(std::move(file)), state_(ZSTD_createDCtx()) {
        constexpr int window_log = 27;  // 128 MiB, which is zstd's own limit without --long
        if (!state_ || ZSTD_isError(ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax,
                                                           window_log)) != 0)
            throw std::bad_alloc();
    }

    std::size_t read(std::span<char> room) override {
        for (;;) {
            const std::string_view packed = in_.unused();
            // Without packed bytes zstd still gives what it holds.
            ZSTD_inBuffer in{packed.data(), packed.size(), 0};
            ZSTD_outBuffer out{room.data(), room.size(), 0};
            if (packed.empty() && !within_) return 0;
            const std::size_t did = ZSTD_decompressStream(state_.get(), &out, &in);
            if (ZSTD_isError(did) != 0) damaged(file_, "zstd", ZSTD_getErrorName(did));
            in_.use(in.pos);
            within_ = did != 0;
            if (out.pos != 0) return out.pos;
            if (packed.empty() && within_) cut_short(file_, "zstd");
        }
    }

private:
    struct freed {
        void operator()(ZSTD_DCtx* state) const noexcept { ZSTD_freeDCtx(state); }
    };

    packed_bytes in_;
    std::string file_;
    std::unique_ptr<ZSTD_DCtx, freed> state_;
    bool within_ = false;  // a frame
};
#endif

#if defined(CHRONOPACK_HAVE_LZMA)
class xz_source final : public source {
public:
    xz_source(source& from, std::string file) : in_(from), file_(std::move(file)) {
        constexpr std::uint64_t memory = std::uint64_t{128} << 20;  // xz -9 needs 65 MiB
        if (lzma_stream_decoder(&state_, memory, LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK) !=
            LZMA_OK)
            throw std::bad_alloc();
    }
    ~xz_source() override { lzma_end(&state_); }

    std::size_t read(std::span<char> room) override {
        while (did_ == LZMA_OK) {
            const std::string_view packed = in_.unused();
            state_.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
            state_.avail_in = packed.size();
            state_.next_out = reinterpret_cast<std::uint8_t*>(room.data());
            state_.avail_out = room.size();
            did_ = lzma_code(&state_, packed.empty() ? LZMA_FINISH : LZMA_RUN);
            in_.use(packed.size() - state_.avail_in);
            const std::size_t given = room.size() - state_.avail_out;
            if (given != 0) return given;
        }
        return end();
    }

private:
    std::size_t end() const {
        switch (did_) {
            case LZMA_STREAM_END:
                return 0;
            case LZMA_MEM_ERROR:
                throw std::bad_alloc();
            case LZMA_BUF_ERROR:
                cut_short(file_, "xz");
            case LZMA_MEMLIMIT_ERROR:
                damaged(file_, "xz", "more than 128 MiB are needed for them");
            case LZMA_UNSUPPORTED_CHECK:
            case LZMA_OPTIONS_ERROR:
                damaged(file_, "xz", "a filter or a check is not known");
            case LZMA_FORMAT_ERROR:
                damaged(file_, "xz", "other bytes follow");
            default:
                damaged(file_, "xz", "a check fails, or a code is impossible");
        }
    }

    packed_bytes in_;
    std::string file_;
    lzma_stream state_ = LZMA_STREAM_INIT;
    lzma_ret did_ = LZMA_OK;
};
#endif

}  // namespace

std::optional<packing> packing_of(std::string_view start) noexcept {
    if (start.starts_with("\x1f\x8b\x08")) return packing::gzip;
    if (start.starts_with("\x28\xb5\x2f\xfd")) return packing::zstd;
    if (start.size() >= 4 && (start[0] & 0xf0) == 0x50 &&
        start.substr(1).starts_with("\x2a\x4d\x18"))
        return packing::zstd;
    if (start.starts_with(std::string_view("\xfd"
                                           "7zXZ\0",
                                           6)))
        return packing::xz;
    if (start.starts_with("BZh") &&
        start.substr(std::min<std::size_t>(4, start.size())).starts_with("1AY&"))
        return packing::bzip2;
    if (start.starts_with("\x04\x22\x4d\x18")) return packing::lz4;
    if (start.starts_with("PK\x03\x04")) return packing::zip;
    return std::nullopt;
}

std::unique_ptr<source> unpacked(packing how, [[maybe_unused]] source& from,
                                 const std::string& file) {
    switch (how) {
        case packing::gzip:
#if defined(CHRONOPACK_HAVE_ZLIB)
            return std::make_unique<gzip_source>(from, file);
#else
            not_unpacked(file, "gzip in a build without zlib", "gzip -dc FILE");
#endif
        case packing::zstd:
#if defined(CHRONOPACK_HAVE_ZSTD)
            return std::make_unique<zstd_source>(from, file);
#else
            not_unpacked(file, "zstd in a build without libzstd", "zstd -dc FILE");
#endif
        case packing::xz:
#if defined(CHRONOPACK_HAVE_LZMA)
            return std::make_unique<xz_source>(from, file);
#else
            not_unpacked(file, "xz in a build without liblzma", "xz -dc FILE");
#endif
        case packing::bzip2:
            not_unpacked(file, "bzip2", "bzip2 -dc FILE");
        case packing::lz4:
            not_unpacked(file, "lz4", "lz4 -dc FILE");
        case packing::zip:
            break;
    }
    not_unpacked(file, "a zip archive, or a spreadsheet (.xlsx)",
                 "unzip -p FILE, or save it as CSV");
}

}  // namespace chronopack::input
