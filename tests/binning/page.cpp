// Pages of binned integers: with any bins, several in a column, and with every field out of its
// range, one by one.

#include <chronopack/binning/page.hpp>

#include "support/binned.hpp"
#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/hex.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using binning::page_values;

namespace {

using words = std::vector<std::uint64_t>;

// The first byte of a page with a header of its own.
struct form {
    unsigned mode = 0;
    std::uint64_t reference = 0;
    std::uint64_t scale = 1;
    std::uint64_t base = 0;
    std::uint64_t delta = 0;

    // Writes the fields before the width or the number of bins.
    [[nodiscard]] wire header(unsigned log, bool first) const {
        wire w;
        w.u8(mode | (scale != 1 ? 4u : 0u) | log << 4).signed_varint(signed_of(reference));
        if (scale != 1) w.varint(scale);
        if (first && mode > 0) w.signed_varint(signed_of(base));
        if (first && mode > 1) w.signed_varint(signed_of(delta));
        return w;
    }

    // Appends the values of numbers.
    void append(const words& numbers, words& values) const {
        const std::size_t n = values.size();
        std::uint64_t v = n == 0 ? base : values[n - 1];
        std::uint64_t d = n == 0 ? delta : values[n - 1] - values[n - 2];
        for (const std::uint64_t u : numbers) {
            const std::uint64_t x = reference + scale * u;
            if (mode == 2) d += x;
            v = mode == 0 ? x : v + (mode == 1 ? x : d);
            values.push_back(v);
        }
    }

    static std::int64_t signed_of(std::uint64_t word) { return static_cast<std::int64_t>(word); }
};

form any_form(prng& random, unsigned mode) {
    const auto any = [&] {
        return random() >> random.below(64);
    };
    return {mode, any(), random.one_in(2) ? 1 : 2 + random.below(1000), any(), any()};
}

std::vector<binned_number> any_numbers(prng& random, const std::vector<bin>& bins, std::size_t n) {
    std::vector<binned_number> numbers(n);
    for (auto& number : numbers) {
        number.bin = random.below(bins.size());
        number.offset = random() & low_mask(bins[number.bin].width);
    }
    return numbers;
}

words of(const std::vector<bin>& bins, const std::vector<binned_number>& numbers) {
    words all;
    for (const auto& number : numbers) all.push_back(bins[number.bin].lower + number.offset);
    return all;
}

// A column of n values from its pages, which lie just before a guard page; the first
// byte of each is added to `kinds`.
result<words> decode(const std::vector<std::byte>& pages, std::size_t n,
                     std::vector<unsigned>* kinds = nullptr) {
    guarded_bytes memory(pages.size());
    const bytes wire = memory.at_end(pages.size());
    copy_bits(pages, wire);
    byte_reader in(wire);
    binning::page_decoder decoder;
    words values(n);
    for (std::size_t at = 0; at < n; at += page_values) {
        if (kinds != nullptr) kinds->push_back(std::to_integer<unsigned>(in.rest().front()));
        const auto page = std::span(values).subspan(at, std::min(n - at, page_values));
        if (const auto ok = decoder.read(in, page); !ok) return ok.error();
    }
    if (in.remaining() != 0) return errc::count_mismatch;
    return values;
}

std::optional<errc> refusal(const std::vector<std::byte>& pages, std::size_t n) {
    const auto values = decode(pages, n);
    return values ? std::optional<errc>() : values.error();
}

std::vector<std::byte> encode(const std::vector<std::int64_t>& in) {
    std::vector<std::byte> out(in.size() / page_values * binning::max_page_bytes(page_values) +
                               binning::max_page_bytes(in.size() % page_values));
    byte_writer writer(out);
    binning::page_encoder pages(in);
    for (std::size_t at = 0; at < in.size(); at += page_values)
        pages.write(at, std::min(in.size(), at + page_values), writer);
    if (writer.failed()) throw std::runtime_error("max_page_bytes");
    out.resize(writer.position());
    return out;
}

bool survives(const std::vector<std::int64_t>& in) {
    const auto back = decode(encode(in), in.size());
    return back && same_bits(*back, in);
}

// The first byte of each page that an encoder makes.
std::vector<unsigned> kinds_of(const std::vector<std::int64_t>& in) {
    std::vector<unsigned> kinds;
    (void)decode(encode(in), in.size(), &kinds);
    return kinds;
}

std::vector<std::int64_t> noise(std::size_t n) {
    prng random(4);
    std::vector<std::int64_t> in(n);
    for (auto& v : in) v = random.between(-40, 40) * random.between(0, 40);
    return in;
}

// Ten numbers of two bins, then spoilt: u8 kind, reference 5, u8 bins - 1, bits.
struct crafted {
    unsigned kind = 0x20;
    wire varints = wire().signed_varint(5);
    unsigned last = 1;
    std::vector<bin> bins{{3, 0, 1}, {1, 100, 3}};

    [[nodiscard]] std::vector<std::byte> bytes() const {
        lsb_bits bits;
        put_numbers(put_bins(bits, bins), bins, 2, std::vector<binned_number>(10, {1, 0}));
        return wire().u8(kind).put(varints.bytes).u8(last).put(bits.bytes).bytes;
    }
};

}  // namespace

TEST_CASE("numbers of any bins, in any mode and at any scale, come back", "[binning][page]") {
    prng random(1);
    // One for each way that a group of numbers is read, and between them.
    for (const unsigned widest : {0u, 2u, 3u, 10u, 16u, 20u, 40u, 46u, 50u, 57u, 58u, 64u})
        for (const unsigned log : {1u, 2u, 5u, 8u, 11u})
            for (const std::size_t n : {1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 100, 2048}) {
                const std::size_t count =
                    2 + random.below(std::min(std::size_t{255}, (std::size_t{1} << log) - 1));
                const auto bins = any_bins(random, count, log, widest);
                const auto numbers = any_numbers(random, bins, n);
                const form f = any_form(random, static_cast<unsigned>(random.below(3)));
                lsb_bits bits;
                put_numbers(put_bins(bits, bins), bins, log, numbers);
                const auto page = f.header(log, true).u8(count - 1).put(bits.bytes).bytes;
                words expected;
                f.append(of(bins, numbers), expected);
                INFO(widest << " bits, log " << log << ", n " << n);
                const auto back = decode(page, n);
                REQUIRE(back);
                REQUIRE(*back == expected);

                const std::size_t cut = random.below(page.size());
                REQUIRE(refusal({page.begin(), page.begin() + static_cast<long>(cut)}, n) ==
                        errc::truncated);
            }
}

TEST_CASE("a page of one bin has offsets alone", "[binning][page]") {
    prng random(2);
    for (unsigned width = 0; width <= 64; ++width)
        for (const std::size_t n : {1, 2, 9, 100, 2048}) {
            words numbers(n);
            lsb_bits bits;
            for (auto& u : numbers) bits.field(u = random() & low_mask(width), width);
            const form f = any_form(random, width % 3);
            words expected;
            f.append(numbers, expected);
            const auto page = f.header(0, true).u8(width).put(bits.bytes).bytes;
            const auto back = decode(page, n);
            REQUIRE(back);
            REQUIRE(*back == expected);
            for (std::size_t cut = 0; cut < page.size(); cut += 1 + page.size() / 50)
                REQUIRE(refusal({page.begin(), page.begin() + static_cast<long>(cut)}, n) ==
                        errc::truncated);
        }
}

TEST_CASE("sums go on from page to page, whatever the modes; bins as before are those before",
          "[binning][page]") {
    prng random(3);
    for (int round = 0; round < 60; ++round) {
        wire pages;
        words expected;
        form f;
        unsigned log = 0, width = 0;
        std::vector<bin> bins;
        const std::size_t n = 2 * page_values + 1 + random.below(2 * page_values);
        for (std::size_t at = 0; at < n; at += page_values) {
            const std::size_t size = std::min(page_values, n - at);
            const bool before = at != 0 && random.one_in(2);
            lsb_bits bits;
            if (before) {
                pages.u8(binning::as_before);
            } else {
                f = any_form(random, static_cast<unsigned>(random.below(3)));
                log = static_cast<unsigned>(random.below(4));
                width = static_cast<unsigned>(random.below(65));
                pages.put(f.header(log, at == 0).bytes);
                bins.clear();
                if (log != 0) {
                    bins = any_bins(random, 2, log, 20);
                    put_bins(bits, bins);
                }
                pages.u8(log == 0 ? width : 1);
            }
            if (log == 0) {
                words numbers(size);
                for (auto& u : numbers) bits.field(u = random() & low_mask(width), width);
                f.append(numbers, expected);
            } else {
                const auto numbers = any_numbers(random, bins, size);
                put_numbers(bits, bins, log, numbers);
                f.append(of(bins, numbers), expected);
            }
            pages.put(bits.bytes);
        }
        const auto back = decode(pages.bytes, n);
        REQUIRE(back);
        REQUIRE(*back == expected);
    }
}

TEST_CASE("the example of the format decodes", "[binning][page]") {
    const auto page = from_hex("200a01b32b0400");
    CHECK(*decode(page, 10) == words{5, 5, 5, 5, 6, 5, 5, 5, 5, 5});
}

TEST_CASE("the page that the others spoil is legal", "[binning][page][hostile]") {
    CHECK(*decode(crafted{}.bytes(), 10) == words(10, 105));
}

TEST_CASE("modes above 2, logs above 11 and as before with other bits are corrupt",
          "[binning][page][hostile]") {
    for (unsigned kind = 0; kind < 256; ++kind) {
        // A width of 0, or two bins, after the varints of the mode.
        const unsigned mode = kind & 3;
        crafted page;
        page.kind = kind;
        page.last = kind >> 4 == 0 ? 0 : 1;
        if ((kind & 4) != 0) page.varints.varint(2);
        const bool is_legal = mode < 3 && (kind & 8) == 0 && kind >> 4 <= 11;
        auto later = page.bytes();
        later.resize(later.size() + 100);
        const auto both = wire().u8(0).u8(0).u8(0).put(later).bytes;
        CHECK((refusal(both, page_values + 10) == errc::corrupt) == !(is_legal || kind == 8));

        for (unsigned m = 0; m < mode; ++m) page.varints.varint(2);
        auto first = page.bytes();
        first.resize(first.size() + 100);
        CHECK((refusal(first, 10) == errc::corrupt) == !is_legal);
    }
}

TEST_CASE("the first page has none before it", "[binning][page][hostile]") {
    CHECK(refusal(wire().u8(binning::as_before).fill(100, 0).bytes, 10) == errc::corrupt);
}

TEST_CASE("scales of 0 and 1 are corrupt", "[binning][page][hostile]") {
    for (const std::uint64_t scale : {0, 1, 2, 3}) {
        crafted page;
        page.kind |= 4;
        page.varints = wire().signed_varint(5).varint(scale);
        CHECK(refusal(page.bytes(), 10) ==
              (scale < 2 ? std::optional(errc::corrupt) : std::nullopt));
    }
}

TEST_CASE("a width above 64, and one bin that has a table, are corrupt",
          "[binning][page][hostile]") {
    for (unsigned width = 0; width < 256; ++width) {
        const auto page = wire().u8(0).u8(0).u8(width).fill(1000, 0).bytes;
        CHECK((refusal(page, 10) == errc::corrupt) == (width > 64));
    }
    crafted page;
    page.last = 0;
    CHECK(refusal(page.bytes(), 10) == errc::corrupt);
}

TEST_CASE("varints of a header that are too long are corrupt, cut short truncated",
          "[binning][page][hostile]") {
    for (std::size_t at = 0; at < 4; ++at) {
        for (const bool cut : {false, true}) {
            wire page;
            page.u8(0x06);
            for (std::size_t i = 0; i < at; ++i) page.u8(2);
            page.fill(cut ? 3 : 11, 0xff);
            CHECK(refusal(page.bytes, 10) == (cut ? errc::truncated : errc::corrupt));
        }
    }
}

TEST_CASE("bins out of range are corrupt, those cut short truncated", "[binning][page][hostile]") {
    const auto page = wire().u8(0x20).signed_varint(5).u8(1);
    auto wrong = lsb_bits().gamma(1 + zigzag(65)).bytes;
    CHECK(refusal(wire(page).put(wrong).fill(40, 0xff).bytes, 10) == errc::corrupt);
    wrong.resize(1);
    CHECK(refusal(wire(page).put(wrong).bytes, 10) == errc::truncated);
    CHECK(refusal(page.bytes, 10) == errc::truncated);
}

TEST_CASE("columns of every shape survive, whatever of a page they end with", "[binning][page]") {
    constexpr std::array<std::size_t, 22> counts{1,    2,    3,    7,    8,    9,     16,   17,
                                                 60,   255,  256,  257,  1024, 2047,  2048, 2049,
                                                 2050, 2051, 4096, 4097, 6144, 10'000};
    for_each_series<std::int64_t>(counts, [](std::string_view shape, const auto& in) {
        INFO(shape << " x " << in.size());
        REQUIRE(survives(in));
    });
}

TEST_CASE("columns of extremes survive in every order", "[binning][page]") {
    const auto& pool = int64_shape::extreme_values;
    for (const std::int64_t a : pool)
        for (const std::int64_t b : pool)
            for (const std::int64_t c : pool) {
                REQUIRE(survives({a, b, c}));
                std::vector<std::int64_t> in(2100, a);
                in[1] = b;
                in[2047] = c;
                in[2049] = b;
                REQUIRE(survives(in));
            }
}

TEST_CASE("a page like the one before has neither header nor bins", "[binning][page]") {
    const auto in = noise(3 * page_values + 500);
    CHECK(survives(in));
    const auto kinds = kinds_of(in);
    CHECK(kinds[0] >> 4 != 0);
    for (std::size_t p = 1; p < kinds.size(); ++p) CHECK(kinds[p] == binning::as_before);
}

TEST_CASE("a page unlike the one before has its own bins", "[binning][page]") {
    auto in = noise(3 * page_values);
    for (std::size_t i = page_values; i < in.size(); ++i)
        in[i] = in[i] * 5 + static_cast<std::int64_t>(i % 5) + 100'000;
    CHECK(survives(in));
    const auto kinds = kinds_of(in);
    CHECK(kinds[1] != binning::as_before);
    CHECK(kinds[2] == binning::as_before);
}

TEST_CASE("numbers outside of the earlier bins are written without new bins", "[binning][page]") {
    auto in = noise(2 * page_values);
    in[page_values + 500] = 4000;
    in[page_values + 501] = -3000;
    CHECK(survives(in));
    CHECK(kinds_of(in)[1] == binning::as_before);
    in[page_values + 500] = INT64_MAX;  // too far off
    CHECK(survives(in));
    CHECK(kinds_of(in)[1] != binning::as_before);
}

TEST_CASE("a scale that the next page does not have is left off there", "[binning][page]") {
    prng random(6);
    std::vector<std::int64_t> in(3 * page_values);
    for (auto& v : in) v = 1000 * random.between(0, 300);
    const std::size_t scaled = encode(in).size();
    CHECK(survives(in));
    in[page_values + 5] += 1;
    CHECK(survives(in));
    // Only that page pays, ten bits for each of its values.
    CHECK(encode(in).size() <= scaled + page_values * 10 / 8 + 400);
}

TEST_CASE("no page is larger than its words and three bytes", "[binning][page]") {
    constexpr std::array<std::size_t, 6> counts{1, 2, 10, 300, 2048, 5000};
    for_each_series<std::int64_t>(counts, [](std::string_view shape, const auto& in) {
        INFO(shape << " x " << in.size());
        const std::size_t pages = (in.size() + page_values - 1) / page_values;
        REQUIRE(encode(in).size() <= 8 * in.size() + 3 * pages);  // encode() throws above
        if (shape == "random_bits" && in.size() > 1000)
            REQUIRE(encode(in).size() == 8 * in.size() + 2 + pages);  // all as the first
    });
}
