// A request's body in gzip (RFC 1952), for servers that take nothing better.
//
// Who includes this links zlib, which the library of the transport does not.
#pragma once

#include <limits>
#include <new>
#include <string>
#include <string_view>

#include <zlib.h>

namespace chronopack::http {

/// Returns the body packed at zlib's fastest level. Throws std::bad_alloc where there is no
/// memory for it, or where the body has 4 GiB or more, which zlib does not count in one go.
[[nodiscard]] inline std::string gzip(std::string_view body) {
    constexpr int fastest = 1;
    constexpr int gzip_window = 15 + 16;  // 32 KiB; 16 asks for gzip's header
    constexpr int memory_level = 8;       // zlib's default
    constexpr auto most = std::numeric_limits<uInt>::max();
    z_stream state{};
    if (body.size() > most || deflateInit2(&state, fastest, Z_DEFLATED, gzip_window, memory_level,
                                           Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    struct ended {
        z_stream& state;
        ~ended() { deflateEnd(&state); }
    } const at_exit{state};

    std::string out(deflateBound(&state, static_cast<uLong>(body.size())), '\0');
    if (out.size() > most) throw std::bad_alloc();
    // zlib reads through it and writes nothing there.
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    state.avail_in = static_cast<uInt>(body.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    if (deflate(&state, Z_FINISH) != Z_STREAM_END) throw std::bad_alloc();
    out.resize(state.total_out);
    return out;
}

}  // namespace chronopack::http
