#include "support/random.hpp"

#include <adapters/http/gzip.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;

namespace {

/// What a server reads of a body of at most `most` bytes.
std::string unpacked(const std::string& body, std::size_t most) {
    constexpr int gzip_only = 15 + 16;
    z_stream state{};
    REQUIRE(inflateInit2(&state, gzip_only) == Z_OK);
    std::string packed = body, out(most + 1, '\0');
    state.next_in = reinterpret_cast<Bytef*>(packed.data());
    state.avail_in = static_cast<uInt>(packed.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    const int end = inflate(&state, Z_FINISH);
    out.resize(state.total_out);
    const bool all_read = state.avail_in == 0;
    inflateEnd(&state);
    REQUIRE(end == Z_STREAM_END);
    REQUIRE(all_read);
    return out;
}

}  // namespace

TEST_CASE("a body in gzip is read back as it was", "[http]") {
    test::prng random(7);
    for (const std::size_t size : {0u, 1u, 100u, 65'536u, 1'000'003u}) {
        std::string noise;
        for (std::size_t i = 0; i < size; ++i) noise += static_cast<char>(random.below(256));
        for (const std::string& body : {noise, std::string(size, 'x')}) {
            const std::string packed = http::gzip(body);
            CHECK(unpacked(packed, size) == body);
            CHECK(packed.size() <= size + size / 1000 + 100);
        }
        if (size >= 65'536) CHECK(http::gzip(std::string(size, 'x')).size() < size / 100);
    }
}
