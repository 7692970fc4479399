#include <adapters/clickhouse/series_hash.hpp>

#include <bit>

namespace chronopack::clickhouse {

namespace {

struct sip_state {
    // "somepseudorandomlygeneratedbytes", to which a key of zeros adds nothing.
    std::uint64_t a = 0x736f'6d65'7073'6575;
    std::uint64_t b = 0x646f'7261'6e64'6f6d;
    std::uint64_t c = 0x6c79'6765'6e65'7261;
    std::uint64_t d = 0x7465'6462'7974'6573;

    void round() noexcept {
        a += b;
        b = std::rotl(b, 13) ^ a;
        a = std::rotl(a, 32);
        c += d;
        d = std::rotl(d, 16) ^ c;
        a += d;
        d = std::rotl(d, 21) ^ a;
        c += b;
        b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    }
    void take(std::uint64_t word) noexcept {
        d ^= word;
        round();
        round();
        a ^= word;
    }
};

}  // namespace

std::uint64_t siphash(cbytes of) noexcept {
    sip_state state;
    std::size_t at = 0;
    for (; at + 8 <= of.size(); at += 8) state.take(load_le<std::uint64_t>(of.data() + at));
    std::uint64_t last = static_cast<std::uint64_t>(of.size()) << 56;
    for (std::size_t i = 0; at + i < of.size(); ++i)
        last |= static_cast<std::uint64_t>(of[at + i]) << (8 * i);
    state.take(last);
    state.c ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    return state.a ^ state.b ^ state.c ^ state.d;
}

std::uint64_t series_hash(const storage::point& p, std::vector<std::byte>& scratch) {
    const auto bytes_of = [](const std::string& text) {
        return varint_bytes(text.size()) + text.size();
    };
    scratch.resize(bytes_of(p.metric) + bytes_of(p.service) + p.tags.wire_bytes());
    byte_writer out(scratch);
    for (const std::string* text : {&p.metric, &p.service}) {
        write_varint(out, text->size());
        out.put(std::as_bytes(std::span(*text)));
    }
    p.tags.write(out);
    return siphash(scratch);
}

std::uint64_t series_hash(const storage::point& p) {
    std::vector<std::byte> scratch;
    return series_hash(p, scratch);
}

}  // namespace chronopack::clickhouse
