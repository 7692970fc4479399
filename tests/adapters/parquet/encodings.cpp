// The encodings by themselves: known bytes, all lengths and widths, and every proper prefix.
#include "support/double_shapes.hpp"
#include "support/random.hpp"

#include <adapters/parquet/alp_page.hpp>
#include <adapters/parquet/byte_arrays.hpp>
#include <adapters/parquet/column_bounds.hpp>
#include <adapters/parquet/hybrid.hpp>
#include <adapters/parquet/stream_split.hpp>
#include <adapters/parquet/tags_json.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::parquet;
using test::prng;

namespace {

std::string bytes_of(std::initializer_list<int> all) {
    std::string out;
    for (const int b : all) out += static_cast<char>(b);
    return out;
}

std::vector<std::uint64_t> bits_of(const std::vector<double>& values) {
    std::vector<std::uint64_t> bits;
    for (const double v : values) bits.push_back(std::bit_cast<std::uint64_t>(v));
    return bits;
}

// A copy on the heap of exactly these bytes, so that sanitizers see what is read past them.
std::vector<std::byte> exact(std::string_view text, std::size_t n) {
    const cbytes all(text);
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)};
}

void round_trip_alp(const std::vector<double>& values) {
    std::string page;
    write_alp(page, values);
    std::vector<double> back(values.size());
    REQUIRE(read_alp(exact(page, page.size()), back));
    CHECK(bits_of(back) == bits_of(values));
    for (std::size_t n = 0; n < page.size(); n += 1 + page.size() / 200)
        CHECK_FALSE(read_alp(exact(page, n), back));
}

}  // namespace

TEST_CASE("the example of ALP's specification is read and written as it stands", "[parquet]") {
    const double nan = std::bit_cast<double>(0x7ff8000000000000);
    const std::vector<double> values = {1500.0, nan, 2500.0, 333.5};
    // 11665, 11665, 21665, 0 in 15 bits each, lowest bits first.
    const std::string vector = bytes_of({4,    3,    1,    0,                                //
                                         0x07, 0x0d, 0,    0,    0,    0,    0,    0,   15,  //
                                         0x91, 0xad, 0xc8, 0x56, 0x28, 0x15, 0,    0,        //
                                         1,    0,                                            //
                                         0,    0,    0,    0,    0,    0,    0xf8, 0x7f});
    REQUIRE(vector.size() == 31);
    const std::string page = bytes_of({0, 0, 10, 4, 0, 0, 0, 4, 0, 0, 0}) + vector;
    std::vector<double> back(4);
    REQUIRE(read_alp(exact(page, page.size()), back));
    CHECK(bits_of(back) == bits_of(values));
    // What is written may have another exponent; it is as short.
    std::string ours;
    write_alp(ours, values);
    CHECK(ours.size() == page.size());
    REQUIRE(read_alp(exact(ours, ours.size()), back));
    CHECK(bits_of(back) == bits_of(values));
}

TEST_CASE("ALP keeps all bits, of any values and of any number of them", "[parquet]") {
    prng random(1);
    for (const std::size_t n : {0, 1, 2, 1023, 1024, 1025, 3000}) {
        std::vector<double> decimals, bits, special, whole;
        for (std::size_t i = 0; i < n; ++i) {
            decimals.push_back(static_cast<double>(random.between(-99'999, 99'999)) / 100);
            bits.push_back(std::bit_cast<double>(random()));
            special.push_back(
                std::bit_cast<double>(test::double_shape::special_bits[random.below(20)]));
            whole.push_back(static_cast<double>(random.between(0, 50)) * 1e15);
        }
        for (const auto& values : {decimals, bits, special, whole}) round_trip_alp(values);
    }
    std::vector<double> decimals(1024);
    for (double& v : decimals) v = static_cast<double>(random.below(1024)) / 100;
    std::string page;
    write_alp(page, decimals);
    CHECK(page.size() <= 11 + 13 + 1280);
}

TEST_CASE("pages of ALP that break its rules are refused", "[parquet]") {
    const std::string vector = bytes_of({1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0});
    const std::string page = bytes_of({0, 0, 10, 2, 0, 0, 0, 4, 0, 0, 0}) + vector;
    std::vector<double> back(2);
    REQUIRE(read_alp(page, back));
    CHECK(back == std::vector<double>{0.5, 0.5});
    const auto changed = [&](std::size_t at, int to) {
        std::string wrong = page;
        wrong[at] = static_cast<char>(to);
        return read_alp(exact(wrong, wrong.size()), back);
    };
    CHECK(changed(0, 1) == errc::unsupported);
    CHECK(changed(1, 1) == errc::unsupported);
    CHECK(changed(2, 2) == errc::corrupt);
    CHECK(changed(2, 16) == errc::corrupt);
    CHECK(changed(3, 3) == errc::count_mismatch);
    CHECK(changed(7, 5) == errc::corrupt);    // the offset
    CHECK(changed(11, 19) == errc::corrupt);  // the exponent
    CHECK(changed(12, 2) == errc::corrupt);   // a factor above it
    CHECK(changed(13, 1) == errc::truncated);
    CHECK(changed(13, 3) == errc::corrupt);
    CHECK(changed(23, 65) == errc::corrupt);
    CHECK(read_alp(page + "x", back) == errc::corrupt);
    const std::string exception = bytes_of({0, 0, 10, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0,
                                            0, 0, 0,  0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(read_alp(exception, back) == errc::corrupt);  // a position past the vector
}

TEST_CASE("ALP of floats is read by its own constants", "[parquet]") {
    const std::string page =
        bytes_of({0, 0, 3, 2, 0,    0,    0,    4,    0, 0,    0,  //
                  1, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 2, 0x08, 1, 0, 0, 0, 0xc0, 0x7f});
    std::vector<double> back(2);
    REQUIRE(read_alp_floats(page, back));
    CHECK(back[0] == static_cast<double>(-1.0F * 0.1F));
    CHECK(is_nan(back[1]));
}

TEST_CASE("DELTA_BINARY_PACKED has the bytes that its specification draws", "[parquet]") {
    std::string out;
    delta_packed::write(out, std::vector<std::int64_t>{7, 5, 3, 1, 2, 3, 4, 5});
    const std::string expected =
        bytes_of({0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0});
    CHECK(out == expected);
}

TEST_CASE("DELTA_BINARY_PACKED: all lengths, all widths, every prefix is refused", "[parquet]") {
    prng random(2);
    for (std::size_t n = 0; n < 300; n += n < 40 ? 1 : 29)
        for (unsigned width = 0; width <= 64; width += n == 130 ? 1 : 16) {
            std::vector<std::int64_t> values(n), back(n);
            for (auto& v : values) v = static_cast<std::int64_t>(random() & low_mask(width));
            std::string out;
            delta_packed::write(out, values);
            const auto whole = exact(out, out.size());
            byte_reader in(whole);
            REQUIRE(delta_packed::read(in, back));
            CHECK(back == values);
            CHECK(in.remaining() == 0);
        }
    std::vector<std::int64_t> values(200), back(200);
    for (auto& v : values) v = static_cast<std::int64_t>(random.below(1000));
    std::string out;
    delta_packed::write(out, values);
    // The fields that fill the last miniblock may be missing: 7 of its 32 values, of 11 bits, count.
    const std::size_t needed = out.size() - 25 * 11 / 8;
    for (std::size_t size = 0; size < needed; ++size) {
        const auto part = exact(out, size);
        byte_reader in(part);
        CHECK_FALSE(delta_packed::read(in, back));
    }
}

TEST_CASE("DELTA_BINARY_PACKED of any legal shape is read, and no other", "[parquet]") {
    const auto read = [](std::string text, std::size_t n) -> result<std::vector<std::int64_t>> {
        std::vector<std::int64_t> back(n);
        const auto copy = exact(text, text.size());
        byte_reader in(copy);
        const auto done = delta_packed::read(in, back);
        if (!done) return done.error();
        return back;
    };
    // A block of 256 values in one miniblock; the width of one that is not needed is 200.
    CHECK(*read(bytes_of({0x80, 2, 1, 3, 2, 4, 0}), 3) == std::vector<std::int64_t>{1, 3, 5});
    CHECK(*read(bytes_of({0x80, 1, 4, 3, 2, 4, 0, 200, 200, 200}), 3) ==
          std::vector<std::int64_t>{1, 3, 5});
    CHECK(read(bytes_of({0x80, 1, 4, 3, 2, 4, 65, 0, 0, 0}), 3) == errc::corrupt);
    CHECK(read(bytes_of({0x80, 1, 4, 4, 2, 4, 0, 0, 0, 0}), 3) == errc::count_mismatch);
    CHECK(read(bytes_of({0, 4, 3, 2}), 3) == errc::corrupt);        // a block of nothing
    CHECK(read(bytes_of({0x80, 1, 0, 3, 2}), 3) == errc::corrupt);  // no miniblocks
    CHECK(read(bytes_of({0x80, 1, 3, 3, 2}), 3) == errc::corrupt);  // of no equal size
    CHECK(read(bytes_of({0x80, 1, 8, 3, 2}), 3) == errc::corrupt);  // of 16 values
    CHECK(read(bytes_of({0x40, 1, 3, 2}), 3) == errc::corrupt);     // not of 128
}

TEST_CASE("runs and packed fields: all widths, runs at all places", "[parquet]") {
    prng random(3);
    for (unsigned width = 0; width <= 32; ++width)
        for (int shape = 0; shape < 12; ++shape) {
            std::vector<std::uint32_t> values;
            while (values.size() < 100 + random.below(100)) {
                const auto v = static_cast<std::uint32_t>(random() & low_mask(width));
                values.insert(values.end(), random.one_in(2) ? 1 + random.below(30) : 1, v);
            }
            std::string out;
            write_hybrid(out, values, width);
            const auto whole = exact(out, out.size());
            std::vector<std::uint32_t> back(values.size());
            REQUIRE(hybrid_reader(whole, width).read(back));
            CHECK(back == values);
            // In parts of any length.
            hybrid_reader parts(whole, width);
            for (std::size_t at = 0; at < back.size();) {
                const std::size_t n = std::min<std::size_t>(1 + random.below(17), back.size() - at);
                REQUIRE(parts.read(std::span(back).subspan(at, n)));
                at += n;
            }
            CHECK(back == values);
        }
}

TEST_CASE("damaged runs are refused", "[parquet]") {
    std::vector<std::uint32_t> back(9);
    const auto read = [&](std::string text, unsigned width) {
        const auto copy = exact(text, text.size());
        return hybrid_reader(copy, width).read(back);
    };
    CHECK(read(bytes_of({18, 1}), 1));
    CHECK(read(bytes_of({}), 1) == errc::truncated);
    CHECK(read(bytes_of({18}), 1) == errc::truncated);
    CHECK(read(bytes_of({16, 1}), 1) == errc::truncated);  // 8 values of 9
    CHECK(read(bytes_of({0, 1}), 1) == errc::corrupt);     // a run of none
    CHECK(read(bytes_of({18, 2}), 1) == errc::corrupt);    // a value of two bits
    CHECK(read(bytes_of({5, 0}), 1) == errc::truncated);   // one group of two
    CHECK(read(bytes_of({5, 0, 0}), 1));
}

TEST_CASE("BYTE_STREAM_SPLIT puts bytes of a place together", "[parquet]") {
    std::string out;
    write_stream_split(out, std::vector<double>{std::bit_cast<double>(0x0706050403020100),
                                                std::bit_cast<double>(0x1716151413121110)});
    CHECK(out ==
          bytes_of({0, 0x10, 1, 0x11, 2, 0x12, 3, 0x13, 4, 0x14, 5, 0x15, 6, 0x16, 7, 0x17}));
    CHECK(stream_split_word<8>(cbytes(out).data(), 2, 1) == 0x1716151413121110);
}

TEST_CASE("texts by their lengths and by what they share", "[parquet]") {
    std::string lengths;
    delta_packed::write(lengths, std::vector<std::int64_t>{5, 5, 6, 6});
    lengths += "HelloWorldFoobarABCDEF";
    {
        const auto copy = exact(lengths, lengths.size());
        byte_reader in(copy);
        CHECK(*read_delta_length_texts(in, 4) ==
              std::vector<std::string_view>{"Hello", "World", "Foobar", "ABCDEF"});
    }
    std::string shared;
    delta_packed::write(shared, std::vector<std::int64_t>{0, 2, 0, 3});
    delta_packed::write(shared, std::vector<std::int64_t>{4, 2, 6, 5});
    shared += "axislebabbleyhood";
    CHECK(*read_delta_texts(shared, 4, 100) ==
          std::vector<std::string>{"axis", "axle", "babble", "babyhood"});
    CHECK(read_delta_texts(shared, 4, 21) == errc::no_space);
    CHECK(read_delta_texts(shared, 3, 100) == errc::count_mismatch);
    for (std::size_t n = 0; n < shared.size(); ++n)
        CHECK_FALSE(read_delta_texts(exact(shared, n), 4, 100));
    for (std::size_t n = 0; n < lengths.size(); ++n) {
        const auto copy = exact(lengths, n);
        byte_reader in(copy);
        CHECK_FALSE(read_delta_length_texts(in, 4));
    }
    std::string wrong;
    delta_packed::write(wrong, std::vector<std::int64_t>{1});
    delta_packed::write(wrong, std::vector<std::int64_t>{0});
    CHECK(read_delta_texts(wrong, 1, 100) == errc::corrupt);  // it shares with none
    std::string negative;
    delta_packed::write(negative, std::vector<std::int64_t>{-1});
    byte_reader in(negative);
    CHECK(read_delta_length_texts(in, 1) == errc::corrupt);
}

TEST_CASE("texts in PLAIN end where their bytes end", "[parquet]") {
    std::string out;
    for (const char* text : {"a", "", "bcd"}) write_plain_text(out, text);
    CHECK(*read_plain_texts(out, 3) == std::vector<std::string_view>{"a", "", "bcd"});
    CHECK(read_plain_texts(out, 2) == errc::corrupt);
    CHECK(read_plain_texts(out, 4) == errc::truncated);
    CHECK(read_plain_texts(out, SIZE_MAX) == errc::truncated);
}

TEST_CASE("statistics of doubles have zeros of both signs, and no bounds beside NaNs",
          "[parquet]") {
    const auto stored = [](std::vector<double> values) {
        column_bounds bounds;
        bounds.see(values);
        return bounds;
    };
    const auto real = [](const std::optional<std::string>& plain) {
        return load_le<std::uint64_t>(cbytes(*plain).data());
    };
    const double nan = __builtin_nan("");
    const auto zeros = stored({0.0, -0.0});
    CHECK(real(zeros.stored(physical_type::float64).min) == 0x8000000000000000);
    CHECK(real(zeros.stored(physical_type::float64).max) == 0);
    const auto minus = stored({-0.0});
    CHECK(real(minus.stored(physical_type::float64).max) == 0);
    const auto plus = stored({0.0});
    CHECK(real(plus.stored(physical_type::float64).min) == 0x8000000000000000);
    const auto nans = stored({nan, nan});
    CHECK(nans.nans == 2);
    CHECK_FALSE(nans.stored(physical_type::float64).min);
    const auto mixed = stored({nan, 1, 2});
    CHECK(mixed.nans == 1);
    CHECK(mixed.values == 2);
    CHECK_FALSE(mixed.stored(physical_type::float64).min);
    CHECK_FALSE(mixed.stored(physical_type::float64).max);
    const auto some = stored({2, -__builtin_inf(), 1});
    CHECK(real(some.stored(physical_type::float64).min) ==
          std::bit_cast<std::uint64_t>(-__builtin_inf()));
    CHECK(real(some.stored(physical_type::float64).max) == std::bit_cast<std::uint64_t>(2.0));
}

TEST_CASE("long texts in statistics are cut between characters, the greatest rounded up",
          "[parquet]") {
    const auto stored = [](const std::string& text) {
        column_bounds bounds;
        bounds.see(text, text, 1);
        return bounds.stored(physical_type::byte_array);
    };
    const std::string x(63, 'x');
    CHECK(stored(x + "y").min_exact);
    CHECK(*stored(x + "yz").min == x + "y");
    CHECK_FALSE(stored(x + "yz").min_exact);
    CHECK(*stored(x + "yz").max == x + "z");
    CHECK(*stored(x + "\xc3\xa9 and more").min == x);
    CHECK(*stored(x + "\xc3\xa9 and more").max == std::string(62, 'x') + "y");
    CHECK(*stored(std::string(62, 'x') + "\xc3\xa9z").max == std::string(62, 'x') + "\xc3\xaa");
    // A character that has none of its length above it.
    CHECK(*stored(x + "\x7f" + "z").max == std::string(62, 'x') + "y");
    CHECK(*stored(std::string(61, 'x') + "\xed\x9f\xbf" + "z").max ==
          std::string(61, 'x') + "\xee\x80\x80");
    std::string highest;
    for (int i = 0; i < 20; ++i) highest += "\xf4\x8f\xbf\xbf";
    CHECK_FALSE(stored(highest).max);
    CHECK(stored(highest).min);
}

TEST_CASE("tags are JSON objects of strings, and come back", "[parquet]") {
    const labels tags = *labels::from({{"a\"\\\n\x01", "\xc3\xa9"}, {"", ""}});
    CHECK(tags_to_json(tags) == "{\"\":\"\",\"a\\\"\\\\\\u000a\\u0001\":\"\xc3\xa9\"}");
    CHECK(*tags_from_json(tags_to_json(tags)) == tags);
    CHECK(tags_from_json(" { \"a\" : \"\\u00e9\\ud83d\\ude00\\/\\t\" } ")->pairs()[0].value ==
          "\xc3\xa9\xf0\x9f\x98\x80/\t");
    CHECK(tags_from_json("{}")->empty());
    CHECK(tags_from_json("null")->empty());
    for (const char* wrong : {"", "{", "{}x", "[]", "{\"a\"}", "{\"a\":1}", "{\"a\":\"b\",}",
                              "{\"a\":\"b\" \"c\":\"d\"}", "{\"a\":\"b\",\"a\":\"c\"}",
                              "{\"a\":\"\\x\"}", "{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ude00\"}",
                              "{\"a\":\"\n\"}", "{\"a\":\"\\u12\"}", "nul"})
        CHECK(tags_from_json(wrong) == errc::corrupt);
}
