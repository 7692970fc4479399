// A restart index gives the same values from the middle of a stream as decoding from the start.
// It gives no values where the index or the stream is damaged, or belongs to another.

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/hex.hpp"
#include "support/paths.hpp"
#include "support/property.hpp"
#include "support/wire.hpp"

#include <chronopack/codec/restart_index.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using indexed_codecs = std::tuple<gorilla_timestamps, gorilla_values>;

template <class C>
std::vector<std::byte> index_of(cbytes stream, std::size_t n, std::size_t every) {
    std::vector<std::byte> out(restart_index<C>::size_bytes(n, every));
    const auto written = restart_index<C>::build(stream, n, every, out);
    if (!written) throw std::runtime_error(std::string(message(written.error())));
    if (*written != out.size()) throw std::runtime_error("size_bytes");
    return out;
}

template <class C>
result<std::vector<typename C::value_type>> values_in(cbytes index, cbytes stream, std::size_t from,
                                                      std::size_t n) {
    const auto opened = restart_index<C>::open(index);
    if (!opened) return opened.error();
    std::vector<typename C::value_type> out(n);
    const auto ok = opened->decode(stream, from, out);
    if (!ok) return ok.error();
    return out;
}

template <class C>
errc refusal(const std::vector<std::byte>& index) {
    const auto opened = restart_index<C>::open(index);
    return opened ? errc::not_found : opened.error();
}

template <class T>
std::span<const T> slice(const std::vector<T>& all, std::size_t from, std::size_t n) {
    return std::span(all).subspan(from, n);
}

void reseal(std::vector<std::byte>& index) {
    const std::size_t covered = index.size() - 4;
    store_le(index.data() + covered, kernel::crc32c(cbytes(index).first(covered)));
}

// Return an index with an 8-byte word, or a byte, replaced, and with a sound checksum.
std::vector<std::byte> with_word(std::vector<std::byte> index, std::size_t at, std::uint64_t word) {
    store_le(index.data() + at, word);
    reseal(index);
    return index;
}
std::vector<std::byte> with_byte(std::vector<std::byte> index, std::size_t at, unsigned byte) {
    index[at] = static_cast<std::byte>(byte);
    reseal(index);
    return index;
}

// Returns a distance of points, which may be larger than the number of values.
std::size_t draw_every(std::size_t n) {
    constexpr std::array<std::size_t, 6> some{1, 2, 3, 63, 64, 65};
    const std::size_t which = draw_below(8);
    return which < some.size() ? some[which] : 1 + draw_below(n + 100);
}

template <class C>
std::string golden_line(std::string_view shape, std::size_t n, std::size_t every) {
    const auto stream = encode_to_vector<C>(make_series<typename C::value_type>(shape, n));
    std::ostringstream line;
    line << C::name << ' ' << n << ' ' << every << ' ' << to_hex(stream) << ' '
         << to_hex(index_of<C>(stream, n, every)) << '\n';
    return line.str();
}

// Checks that the index of a line is that of its stream, and leads to its values.
template <class C>
void check_golden(std::istream& line) {
    std::size_t n = 0;
    std::size_t every = 0;
    std::string stream_hex;
    std::string index_hex;
    line >> n >> every >> stream_hex >> index_hex;
    REQUIRE(line);
    const auto stream = from_hex(stream_hex);
    const auto index = from_hex(index_hex);
    CHECK(index_of<C>(stream, n, every) == index);
    std::vector<typename C::value_type> all(n);
    REQUIRE(C::decode(stream, all));
    for (std::size_t from = 0; from < n; ++from)
        REQUIRE(same_bits(*values_in<C>(index, stream, from, 1), slice(all, from, 1)));
}

constexpr std::size_t header_bytes = 32;
constexpr std::size_t point_bytes = 28;

}  // namespace

TEMPLATE_LIST_TEST_CASE("a restart index", "[codec][restart]", indexed_codecs) {
    using C = TestType;
    using T = typename C::value_type;

    property("gives any range as decoding from the start does", [] {
        const auto in = draw_series<T>();
        const auto stream = encode_to_vector<C>(in);
        const auto index = index_of<C>(stream, in.size(), draw_every(in.size()));
        const std::size_t from = draw_below(in.size() + 1);
        const std::size_t n = draw_below(in.size() - from + 1);
        const auto range = values_in<C>(index, stream, from, n);
        HOLDS(range.has_value());
        HOLDS(same_bits(*range, slice(in, from, n)));
    });

    property("follows a stream that grows, and an earlier index still holds for it", [] {
        const auto in = draw_series<T>();
        const std::size_t every = draw_every(in.size());
        std::vector<std::byte> stream(C::max_bytes(in.size()));
        std::vector<std::byte> out(restart_index<C>::size_bytes(in.size(), every));
        typename C::appender appender(stream);
        typename restart_index<C>::builder builder(out, every);
        std::vector<std::byte> before;
        std::size_t count_before = 0;
        while (builder.count() < in.size()) {
            before.assign(out.begin(),
                          out.begin() + static_cast<std::ptrdiff_t>(builder.size_bytes()));
            count_before = builder.count();
            for (std::size_t more = 1 + draw_below(in.size() - count_before); more > 0; --more)
                HOLDS(appender.append(in[appender.count()]).has_value());
            const cbytes so_far = cbytes(stream).first(appender.size_bytes());
            HOLDS(builder.extend(so_far, appender.count()).has_value());
            HOLDS(same_bits(cbytes(out).first(builder.size_bytes()),
                            index_of<C>(so_far, appender.count(), every)));
        }
        HOLDS(builder.count() == in.size());
        if (in.empty()) return;
        const auto range = values_in<C>(before, stream, 0, count_before);
        HOLDS(range.has_value());
        HOLDS(same_bits(*range, slice(in, 0, count_before)));
    });

    property("refuses a stream with a bit flipped where it reads", [] {
        const auto in = draw_series<T>();
        given(!in.empty());
        const std::size_t every = draw_every(in.size());
        auto stream = encode_to_vector<C>(in);
        const auto index = index_of<C>(stream, in.size(), every);
        // Up to the last value; the bits after it are padding.
        const std::size_t end = load_le<std::uint64_t>(index.data() + 24);
        const std::size_t bit = draw_below(end);
        stream[bit / 8] ^= std::byte{0x80} >> (bit % 8);
        const auto all = values_in<C>(index, stream, 0, in.size());
        HOLDS(!all);
        HOLDS(all.error() == errc::checksum_mismatch);
    });

    property("that is damaged under a sound checksum does no harm", [] {
        const auto in = draw_series<T>();
        const auto stream = encode_to_vector<C>(in);
        auto index = index_of<C>(stream, in.size(), draw_every(in.size()));
        prng random(draw_bits());
        for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
            const std::size_t word = random.below((index.size() - 4) / 4);
            const std::uint64_t bits = random() >> random.below(64);
            if (word > 1) store_le(index.data() + 4 * word, static_cast<std::uint32_t>(bits));
        }
        reseal(index);
        const auto opened = restart_index<C>::open(index);
        if (!opened) {
            HOLDS(opened.error() == errc::corrupt);
            return;
        }
        guarded_bytes memory(stream.size());
        const bytes at_end = memory.at_end(stream.size());
        copy_bits(stream, at_end);
        for (std::size_t trial = 0; trial < 4; ++trial) {
            const std::size_t from = random.below(in.size() + 1);
            std::vector<T> out(random.below(in.size() - from + 1));
            const auto ok = opened->decode(at_end, from, out);
            if (!ok)
                HOLDS(ok.error() == errc::out_of_range || ok.error() == errc::truncated ||
                      ok.error() == errc::checksum_mismatch || ok.error() == errc::corrupt);
        }
    });
}

TEMPLATE_LIST_TEST_CASE("every range around every point of every shape", "[codec][restart]",
                        indexed_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    constexpr std::array<std::size_t, 6> counts{0, 1, 2, 3, 100, 1100};
    for_each_series<T>(counts, [](std::string_view shape, const std::vector<T>& in) {
        const auto stream = encode_to_vector<C>(in);
        guarded_bytes memory(stream.size() + in.size() * sizeof(T));
        const bytes wire = memory.at_end(stream.size());
        copy_bits(stream, wire);
        for (const std::size_t every : {1u, 2u, 50u, 256u, 2000u}) {
            INFO(C::name << ": " << shape << " x " << in.size() << ", every " << every);
            const auto index = index_of<C>(wire, in.size(), every);
            const auto opened = restart_index<C>::open(index);
            REQUIRE(opened);
            REQUIRE(opened->count() == in.size());
            REQUIRE(opened->every() == every);
            const std::size_t stride = std::max<std::size_t>(every, 40);
            for (std::size_t point = 0; point <= in.size(); point += stride) {
                for (const std::size_t before : {0u, 1u, 2u}) {
                    const std::size_t from = point - std::min(before, point);
                    for (const std::size_t n : {std::size_t{1}, std::size_t{70}, in.size()}) {
                        std::vector<T> out(std::min(n, in.size() - from));
                        REQUIRE(opened->decode(wire, from, out));
                        REQUIRE(same_bits(out, slice(in, from, out.size())));
                    }
                }
            }
        }
    });
}

TEMPLATE_LIST_TEST_CASE("a read needs no more of the stream than the bits between points",
                        "[codec][restart]", indexed_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    const auto in = make_series<T>("random_bits", 1000);
    auto stream = encode_to_vector<C>(in);
    const auto index = index_of<C>(stream, in.size(), 100);
    const auto point = [&](std::size_t k) {
        return load_le<std::uint64_t>(index.data() + header_bytes + k * point_bytes);
    };
    // Everything is erased but the bytes with bits of values 300 to 499.
    for (std::size_t i = 0; i < stream.size(); ++i)
        if (i < point(3) / 8 || i > point(5) / 8) stream[i] = std::byte{0xff};
    CHECK(same_bits(*values_in<C>(index, stream, 300, 200), slice(in, 300, 200)));
    CHECK(same_bits(*values_in<C>(index, stream, 499, 1), slice(in, 499, 1)));
    CHECK(values_in<C>(index, stream, 299, 2).error() == errc::checksum_mismatch);
    CHECK(values_in<C>(index, stream, 499, 2).error() == errc::checksum_mismatch);
    CHECK(values_in<C>(index, stream, 700, 1).error() == errc::checksum_mismatch);
}

TEMPLATE_LIST_TEST_CASE("every bit flip, prefix and extra byte of an index is refused",
                        "[codec][restart][damage]", indexed_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    const auto in = make_series<T>("random_bits", 40);
    const auto stream = encode_to_vector<C>(in);
    auto index = index_of<C>(stream, in.size(), 15);
    REQUIRE(restart_index<C>::open(index));
    for (std::size_t bit = 0; bit < 8 * index.size(); ++bit) {
        index[bit / 8] ^= std::byte{1} << (bit % 8);
        CHECK(refusal<C>(index) == (bit < 32 ? errc::corrupt : errc::checksum_mismatch));
        index[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    guarded_bytes memory(index.size());
    for (std::size_t cut = 0; cut < index.size(); ++cut) {
        const bytes prefix = memory.at_end(cut);
        copy_bits(cbytes(index).first(cut), prefix);
        const auto opened = restart_index<C>::open(prefix);
        REQUIRE_FALSE(opened);
        CHECK(opened.error() == (cut < 36 ? errc::truncated : errc::checksum_mismatch));
    }
    index.push_back(std::byte{0});
    CHECK(refusal<C>(index) == errc::checksum_mismatch);
    reseal(index);
    CHECK(refusal<C>(index) == errc::corrupt);
}

TEST_CASE("an index that no builder writes is refused, sealed or not",
          "[codec][restart][hostile]") {
    using C = gorilla_values;
    const auto in = make_series<double>("random_bits", 40);
    const auto stream = encode_to_vector<C>(in);
    const auto good = index_of<C>(stream, in.size(), 15);  // points 0, 15 and 30
    const std::size_t point = header_bytes + point_bytes;
    const std::uint64_t second = load_le<std::uint64_t>(good.data() + point);
    const std::uint64_t third = load_le<std::uint64_t>(good.data() + point + point_bytes);

    CHECK(refusal<C>(with_byte(good, 4, 2)) == errc::unsupported);
    CHECK(refusal<C>(with_byte(good, 5, 4)) == errc::wrong_type);
    CHECK(refusal<gorilla_timestamps>(good) == errc::wrong_type);
    CHECK(refusal<C>(with_byte(good, 6, 1)) == errc::corrupt);
    CHECK(refusal<C>(with_byte(good, 7, 1)) == errc::corrupt);
    for (const std::uint64_t count :
         {std::uint64_t{0}, std::uint64_t{30}, std::uint64_t{46}, ~std::uint64_t{0}})
        CHECK(refusal<C>(with_word(good, 8, count)) == errc::corrupt);
    for (const std::uint64_t every : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{13},
                                      std::uint64_t{20}, ~std::uint64_t{0}})
        CHECK(refusal<C>(with_word(good, 16, every)) == errc::corrupt);
    for (const std::uint64_t end : {std::uint64_t{0}, third})
        CHECK(refusal<C>(with_word(good, 24, end)) == errc::corrupt);
    CHECK(refusal<C>(with_word(good, header_bytes, 1)) == errc::corrupt);
    CHECK(refusal<C>(with_word(good, header_bytes + 12, 1)) == errc::corrupt);
    CHECK(refusal<C>(with_word(good, header_bytes + 20, 1)) == errc::corrupt);
    for (const std::uint64_t bit : {std::uint64_t{0}, third, ~std::uint64_t{0}})
        CHECK(refusal<C>(with_word(good, point, bit)) == errc::corrupt);
    CHECK(refusal<C>(with_word(good, point + point_bytes, second)) == errc::corrupt);
    // Windows past 64 bits, with too many leading zeros, and with nothing but leading zeros.
    for (const std::uint64_t window : {0x0140u, 0x1f22u, 0x2001u, 0x0041u, 0x0100u, 0x10001u})
        CHECK(refusal<C>(with_word(good, point + 20, window)) == errc::corrupt);
    for (const std::uint64_t window : {0x0000u, 0x0040u, 0x1f21u, 0x1f01u}) {
        const auto index = with_word(good, point + 20, window);
        CHECK(restart_index<C>::open(index).has_value());
    }

    auto none = index_of<C>({}, 0, 15);
    CHECK(refusal<C>(with_word(none, 24, 1)) == errc::corrupt);
}

TEST_CASE("an index with more values than its bits can hold is corrupt",
          "[codec][restart][hostile]") {
    using C = gorilla_values;
    const auto stream = encode_to_vector<C>(make_series<double>("random_bits", 100));
    const auto good = index_of<C>(stream, 40, 64);
    // The stream goes on after the end of the index: it has a value 40, but the index has not.
    CHECK(values_in<C>(with_word(good, 8, 41), stream, 0, 40).has_value());
    CHECK(values_in<C>(with_word(good, 8, 41), stream, 0, 41).error() == errc::corrupt);
    // It is refused at the end of its bits, not after the time of so many values.
    constexpr std::uint64_t many = std::uint64_t{1} << 50;
    const auto endless = with_word(with_word(good, 8, many), 16, many);
    CHECK(values_in<C>(endless, stream, many - 1, 1).error() == errc::corrupt);
}

TEST_CASE("a window is restored with its point", "[codec][restart]") {
    // The last two values reuse the window of the second.
    const auto value = [](std::uint64_t bits) {
        return std::bit_cast<double>(bits);
    };
    const std::vector<double> in{value(0), value(0xff00), value(0xf000), value(0xf100)};
    const auto stream = encode_to_vector<gorilla_values>(in);
    const auto index = index_of<gorilla_values>(stream, 4, 3);
    CHECK(load_le<std::uint64_t>(index.data() + header_bytes + point_bytes + 12) == 0xf000);
    CHECK(load_le<std::uint64_t>(index.data() + header_bytes + point_bytes + 20) == 31 * 256 + 25);
    CHECK(same_bits(*values_in<gorilla_values>(index, stream, 3, 1), slice(in, 3, 1)));
}

TEST_CASE("reading past an index's values is out of range", "[codec][restart]") {
    const auto in = make_series<double>("decimals", 100);
    const auto stream = encode_to_vector<gorilla_values>(in);
    const auto index = index_of<gorilla_values>(stream, 90, 8);
    CHECK(values_in<gorilla_values>(index, stream, 89, 1).has_value());
    CHECK(values_in<gorilla_values>(index, stream, 90, 0).has_value());
    CHECK(values_in<gorilla_values>(index, stream, 91, 0).error() == errc::out_of_range);
    CHECK(values_in<gorilla_values>(index, stream, 90, 1).error() == errc::out_of_range);
    CHECK(values_in<gorilla_values>(index, stream, 0, 91).error() == errc::out_of_range);
    CHECK(values_in<gorilla_values>(index, stream, ~std::size_t{0}, 2).error() ==
          errc::out_of_range);

    const auto none = index_of<gorilla_values>({}, 0, 8);
    CHECK(values_in<gorilla_values>(none, {}, 0, 0).has_value());
    CHECK(values_in<gorilla_values>(none, {}, 0, 1).error() == errc::out_of_range);
}

TEMPLATE_LIST_TEST_CASE("the index of another stream is refused", "[codec][restart]",
                        indexed_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    const auto in = make_series<T>("random_bits", 100, 1);
    const auto stream = encode_to_vector<C>(in);
    const auto index = index_of<C>(stream, in.size(), 10);
    auto other = encode_to_vector<C>(make_series<T>("random_bits", 100, 2));
    other.resize(stream.size());
    CHECK(values_in<C>(index, other, 55, 1).error() == errc::checksum_mismatch);
    guarded_bytes memory(stream.size());
    for (std::size_t cut = 0; cut < stream.size(); ++cut) {
        const bytes prefix = memory.at_end(cut);
        copy_bits(cbytes(stream).first(cut), prefix);
        REQUIRE(values_in<C>(index, prefix, 5, 1).error() == errc::truncated);
    }
}

TEMPLATE_LIST_TEST_CASE("a builder that fails leaves its index as it was", "[codec][restart]",
                        indexed_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    const auto in = make_series<T>("random_bits", 100);
    const auto stream = encode_to_vector<C>(in);
    for (const std::size_t held : {0u, 1u, 20u, 25u}) {
        std::vector<std::byte> out(restart_index<C>::size_bytes(99, 10));
        typename restart_index<C>::builder builder(out, 10);
        REQUIRE(builder.extend(stream, held));
        const auto expected = index_of<C>(stream, held, 10);
        const auto unchanged = [&] {
            return builder.count() == held && builder.size_bytes() == expected.size() &&
                   same_bits(cbytes(out).first(expected.size()), expected);
        };
        const cbytes cut = cbytes(stream).first(stream.size() / 2);
        CHECK(builder.extend(cut, 90).error() == errc::truncated);
        CHECK(unchanged());
        if (held > 0) CHECK(builder.extend(stream, held - 1).error() == errc::out_of_range);
        CHECK(builder.extend(stream, 101).error() == errc::no_space);
        CHECK(builder.extend(stream, ~std::size_t{0}).error() == errc::no_space);
        CHECK(unchanged());
        REQUIRE(builder.extend(stream, 90));
        CHECK(same_bits(cbytes(out).first(builder.size_bytes()), index_of<C>(stream, 90, 10)));
    }
}

TEST_CASE("building refuses the same streams as decoding", "[codec][restart]") {
    std::vector<std::byte> out(1000);
    const auto reuse_of_no_window =
        msb_bits(std::string(64, '0') + "0" + "10" + std::string(200, '1'));
    CHECK(restart_index<gorilla_values>::build(reuse_of_no_window, 3, 2, out).error() ==
          errc::corrupt);
    CHECK(restart_index<gorilla_values>::build({}, 1, 2, out).error() == errc::truncated);
    CHECK(restart_index<gorilla_values>::build({}, 0, 0, out).error() == errc::out_of_range);
    CHECK(*restart_index<gorilla_values>::build({}, 0, 1, out) == 36);
    // So many points that their size is 12 bytes modulo 2^64.
    constexpr std::size_t n = ~std::size_t{0} / point_bytes + 1;
    static_assert(n * point_bytes == 12);
    const std::vector<std::byte> zeros(100);
    CHECK(restart_index<gorilla_values>::build(zeros, n, 1, std::span(out).first(100)).error() ==
          errc::no_space);
}

TEMPLATE_LIST_TEST_CASE("an index is written into its size, and nothing into less",
                        "[codec][restart][bounds]", indexed_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    const auto in = make_series<T>("random_bits", 100);
    const auto stream = encode_to_vector<C>(in);
    const auto expected = index_of<C>(stream, in.size(), 30);
    CHECK(expected.size() == header_bytes + 4 * point_bytes + 4);
    guarded_bytes memory(expected.size());
    for (std::size_t capacity = 0; capacity <= expected.size(); ++capacity) {
        const bytes out = memory.at_end(capacity);
        const auto written = restart_index<C>::build(stream, in.size(), 30, out);
        REQUIRE(written.has_value() == (capacity == expected.size()));
        if (written)
            CHECK(same_bits(out, expected));
        else
            REQUIRE(written.error() == errc::no_space);
    }
}

TEST_CASE("the bytes of an index never change", "[codec][restart][golden]") {
    // Values 1.0, 1.0, 2.0: up to the second point, bit 65, no window was needed.
    const auto stream = encode_to_vector<gorilla_values>({1.0, 1.0, 2.0});
    CHECK(to_hex(index_of<gorilla_values>(stream, 3, 2)) ==
          "43504b49"
          "01"
          "05"
          "0000"
          "0300000000000000"
          "0200000000000000"
          "5900000000000000"
          "0000000000000000"
          "34d19dfc"
          "0000000000000000"
          "0000000000000000"
          "4100000000000000"
          "50145165"
          "000000000000f03f"
          "0000000000000000"
          "7ce690fb");
}

TEST_CASE("golden indexes are built alike and lead to their values", "[codec][restart][golden]") {
    const std::string path = golden_path() + "/v1/restart_index.txt";
    if (std::getenv("CHRONOPACK_WRITE_GOLDEN") != nullptr && !std::ifstream(path)) {
        std::ofstream file(path);
        for (const auto& s : shapes<std::int64_t>())
            file << golden_line<gorilla_timestamps>(s.name, 40, 1 + s.name.size());
        for (const auto& s : shapes<double>())
            file << golden_line<gorilla_values>(s.name, 40, 1 + s.name.size());
    }
    std::ifstream file(path);
    std::size_t lines = 0;
    for (std::string text; std::getline(file, text); ++lines) {
        std::istringstream line(text);
        std::string name;
        line >> name;
        INFO(name << ", line " << lines + 1);
        if (name == gorilla_timestamps::name)
            check_golden<gorilla_timestamps>(line);
        else
            check_golden<gorilla_values>(line);
    }
    CHECK(lines > 0);
}
