// Packed text comes out whole or is an error, in whichever pieces it is read.

#include "input/unpack.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

#if defined(CHRONOPACK_HAVE_ZLIB)
#include <zlib.h>
#endif
#if defined(CHRONOPACK_HAVE_ZSTD)
#include <zstd.h>
#endif
#if defined(CHRONOPACK_HAVE_LZMA)
#include <lzma.h>
#endif

using namespace chronopack::input;

namespace {

struct packer {
    std::string name;
    packing how;
    std::function<std::string(const std::string&)> pack;
    std::string padding;  // what may follow
};

std::vector<packer> packers() {
    std::vector<packer> all;
#if defined(CHRONOPACK_HAVE_ZLIB)
    all.push_back({"gzip", packing::gzip,
                   [](const std::string& text) {
                       z_stream state{};
                       deflateInit2(&state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
                       std::string out(deflateBound(&state, static_cast<uLong>(text.size())), ' ');
                       state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
                       state.avail_in = static_cast<uInt>(text.size());
                       state.next_out = reinterpret_cast<Bytef*>(out.data());
                       state.avail_out = static_cast<uInt>(out.size());
                       REQUIRE(deflate(&state, Z_FINISH) == Z_STREAM_END);
                       out.resize(state.total_out);
                       deflateEnd(&state);
                       return out;
                   },
                   std::string(513, '\0')});
#endif
#if defined(CHRONOPACK_HAVE_ZSTD)
    all.push_back({"zstd", packing::zstd,
                   [](const std::string& text) {
                       const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> state(
                           ZSTD_createCCtx(), &ZSTD_freeCCtx);
                       ZSTD_CCtx_setParameter(state.get(), ZSTD_c_checksumFlag, 1);
                       std::string out(ZSTD_compressBound(text.size()), ' ');
                       out.resize(ZSTD_compress2(state.get(), out.data(), out.size(), text.data(),
                                                 text.size()));
                       return out;
                   },
                   std::string("\x50\x2a\x4d\x18\x03\0\0\0abc", 11)});  // a frame to skip
#endif
#if defined(CHRONOPACK_HAVE_LZMA)
    all.push_back({"xz", packing::xz,
                   [](const std::string& text) {
                       std::string out(lzma_stream_buffer_bound(text.size()), ' ');
                       std::size_t size = 0;
                       REQUIRE(lzma_easy_buffer_encode(
                                   1, LZMA_CHECK_CRC32, nullptr,
                                   reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                   reinterpret_cast<std::uint8_t*>(out.data()), &size,
                                   out.size()) == LZMA_OK);
                       out.resize(size);
                       return out;
                   },
                   std::string(8, '\0')});
#endif
    return all;
}

class pieces final : public source {
public:
    pieces(std::string_view text, std::size_t piece) : all_(text), piece_(piece) {}
    std::size_t read(std::span<char> room) override {
        const std::size_t n = std::min({room.size(), all_.size() - used, piece_});
        std::copy_n(all_.data() + used, n, room.data());
        used += n;
        return n;
    }
    std::size_t used = 0;

private:
    std::string_view all_;
    std::size_t piece_;
};

struct outcome {
    std::string text, refused;
};

outcome unpack(packing how, std::string_view packed, std::size_t piece, std::size_t room) {
    pieces from(packed, piece);
    const auto read = unpacked(how, from, "f.csv.gz");
    std::vector<char> bytes(room);
    outcome seen;
    try {
        while (const std::size_t n = read->read(bytes)) seen.text.append(bytes.data(), n);
    } catch (const broken_source& wrong) {
        CHECK(wrong.where().file == "f.csv.gz");
        seen.refused = wrong.message();
        // The error stays.
        CHECK_THROWS_AS(read->read(bytes), failure);
    }
    return seen;
}

std::string table(std::size_t rows) {
    std::string text = "time,load\n";
    for (std::size_t i = 0; i < rows; ++i)
        text += std::to_string(1'700'000'000 + i) + "," + std::to_string(i * i % 977) + "\n";
    return text;
}

}  // namespace

TEST_CASE("packed text comes out, one member or several", "[unpack]") {
    for (const packer& by : packers()) {
        INFO(by.name);
        for (const std::string& text : {std::string(), std::string("x"), table(20'000)}) {
            const std::string one = by.pack(text), three = one + by.pack("") + one;
            CHECK(packing_of(std::string_view(one).substr(0, 8)) == by.how);
            for (const auto& [piece, room] :
                 {std::pair<std::size_t, std::size_t>{SIZE_MAX, 1 << 20}, {7, 1000}, {1000, 7}}) {
                CHECK((unpack(by.how, one, piece, room).text == text));
                const outcome all = unpack(by.how, three + by.padding, piece, room);
                CHECK(all.refused.empty());
                CHECK((all.text == text + text));
            }
        }
    }
}

TEST_CASE("what is cut anywhere is an error, after what came before it", "[unpack]") {
    const std::string text = table(30);
    for (const packer& by : packers()) {
        const std::string one = by.pack(text), two = one + one;
        for (std::size_t size = 1; size < two.size(); ++size) {
            if (size == one.size()) continue;
            // xz may have zeros at its end, and one of them is a cut.
            INFO(by.name << " cut to " << size);
            const outcome seen = unpack(by.how, std::string_view(two).substr(0, size), 64, 4096);
            CHECK(seen.refused == "its " + by.name + " data end too early");
            CHECK((text + text).starts_with(seen.text));
        }
    }
}

TEST_CASE("a changed bit never gives another text", "[unpack]") {
    const std::string text = table(30);
    for (const packer& by : packers()) {
        const std::string whole = by.pack(text);
        for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
            std::string bad = whole;
            bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
            if (packing_of(bad) != by.how) continue;
            const outcome seen = unpack(by.how, bad, 64, 4096);
            INFO(by.name << ", bit " << bit);
            // Some bits of headers, such as the time of a file, change nothing.
            if (seen.refused.empty()) CHECK((seen.text == text));
        }
    }
}

TEST_CASE("other bytes after the end are an error", "[unpack]") {
    for (const packer& by : packers()) {
        INFO(by.name);
        for (const char* const after : {"time,load\n1,2\n", "\x1f\x8b\x08 no more of it", "xyz"}) {
            const outcome seen = unpack(by.how, by.pack("a") + after, SIZE_MAX, 4096);
            CHECK(seen.text == "a");
            CHECK_FALSE(seen.refused.empty());
        }
    }
}

TEST_CASE("a bomb comes out in pieces, as they are asked for", "[unpack]") {
    const std::string zeros(std::size_t{32} << 20, '\n');
    for (const packer& by : packers()) {
        INFO(by.name);
        const std::string packed = by.pack(zeros);
        REQUIRE(packed.size() < zeros.size() / 500);
        pieces from(packed, 256);
        const auto read = unpacked(by.how, from, "f");
        std::vector<char> room(1000);
        CHECK(read->read(room) > 0);
        CHECK(from.used <= 1024);
    }
}

TEST_CASE("packers that are not read are named", "[unpack]") {
    memory_source none("");
    for (const auto& [start, said] : {std::pair<std::string, std::string>{"BZh91AY&", "bzip2 -dc"},
                                      {"\x04\x22\x4d\x18....", "lz4 -dc"},
                                      {"PK\x03\x04....", ".xlsx"}}) {
        const auto how = packing_of(start);
        REQUIRE(how.has_value());
        CHECK_THROWS_WITH(unpacked(*how, none, "f"), Catch::Contains(said));
    }
    for (const char* const text : {"", "BZh9,time", "PK,time", "time,load", "\x1f\x8b", "P*M"})
        CHECK_FALSE(packing_of(text).has_value());
}
