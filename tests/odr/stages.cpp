// One file of a program: stages.sh compiles it with and without the second stages, and
// links all with stages_main.cpp.
#include <chronopack/frame/second_stage.hpp>

#include <cstdio>
#include <vector>

namespace {

constexpr bool has_zstd =
#if CHRONOPACK_HAVE_ZSTD
    true;
#else
    false;
#endif
constexpr bool has_snappy =
#if CHRONOPACK_HAVE_SNAPPY
    true;
#else
    false;
#endif

// Returns whether the stage is available in this file exactly as its macros say.
bool as_promised(chronopack::stage stage, bool there) {
    const std::vector<std::byte> in(10'000, std::byte{7});
    std::vector<std::byte> wire(
        std::max(in.size(), chronopack::frame::max_compressed_bytes(stage, in.size())));
    const auto size = chronopack::frame::compress(stage, in, wire);
    if (!there) return !size && size.error() == chronopack::errc::unsupported;
    if (!size || *size >= in.size()) return false;
    std::vector<std::byte> back(in.size());
    const auto read = chronopack::frame::decompress(stage, {wire.data(), *size}, back);
    return read && back == in;
}

}  // namespace

// Whether all is so.
bool CHRONOPACK_PATH();
bool CHRONOPACK_PATH() {
    using chronopack::stage;
    const bool zstd = as_promised(stage::zstd, has_zstd);
    const bool snappy = as_promised(stage::snappy, has_snappy);
    if (!zstd || !snappy)
        std::printf("with zstd %d, snappy %d: zstd is %s, snappy %s\n", has_zstd, has_snappy,
                    zstd ? "right" : "wrong", snappy ? "right" : "wrong");
    return zstd && snappy;
}
