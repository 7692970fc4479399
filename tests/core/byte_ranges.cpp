// Bytes are taken from whatever holds bytes in one piece, and never from what is gone
// when they are looked at.
#include <chronopack/chronopack.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <string>

using namespace chronopack;

namespace {

template <class From, class To>
constexpr bool makes = std::is_convertible_v<From, To>;

// What is read.
static_assert(makes<std::vector<std::byte>&, cbytes> && makes<const std::vector<char>&, cbytes>);
static_assert(makes<std::vector<std::uint8_t>, cbytes> && makes<std::string, cbytes>);
static_assert(makes<std::string_view, cbytes> && makes<std::span<const char>, cbytes>);
static_assert(makes<std::span<unsigned char, 3>, cbytes> && makes<std::array<char, 4>, cbytes>);
static_assert(makes<unsigned char (&)[5], cbytes> && makes<char (&)[5], cbytes>);
static_assert(makes<const std::byte (&)[5], cbytes> && makes<bytes, cbytes>);

// What is written to.
static_assert(makes<std::vector<char>&, bytes> && makes<std::string&, bytes>);
static_assert(makes<std::span<std::uint8_t>, bytes> && makes<std::array<std::byte, 4>&, bytes>);
static_assert(!makes<const std::vector<std::byte>&, bytes> && !makes<std::string_view, bytes>);
static_assert(!makes<std::span<const std::byte>, bytes> && !makes<cbytes, bytes>);
static_assert(!makes<std::vector<std::byte>, bytes> && !makes<std::string, bytes>);

// What is looked at later.
static_assert(makes<std::vector<char>&, borrowed_bytes> && makes<bytes, borrowed_bytes>);
static_assert(makes<std::string_view, borrowed_bytes> && makes<cbytes, borrowed_bytes>);
static_assert(makes<std::span<const std::byte>, borrowed_bytes>);
static_assert(!makes<std::vector<std::byte>, borrowed_bytes> &&
              !makes<const std::vector<std::byte>, borrowed_bytes>);
static_assert(!makes<std::string, borrowed_bytes> && !makes<std::array<char, 4>, borrowed_bytes>);

// What is no bytes: wider numbers, and a literal, whose last byte nobody wrote.
static_assert(!makes<std::vector<int>&, cbytes> && !makes<std::vector<bool>&, cbytes>);
static_assert(!makes<const char (&)[5], cbytes> && !makes<const char*, cbytes>);

// As cheap as the span that it is.
static_assert(std::is_trivially_copyable_v<cbytes> && sizeof(cbytes) == sizeof(std::span<char>));
static_assert(std::ranges::borrowed_range<cbytes> && std::ranges::borrowed_range<bytes>);
constexpr std::array<std::byte, 3> three{};
static_assert(cbytes(three).subspan(1).size() == 2);

template <class Container>
Container frame_in() {
    const std::vector<std::int64_t> times{1000, 2000, 3000};
    const std::vector<double> values{1.5, 2.5, 3.5};
    Container out;
    out.resize(frame::max_bytes(times.size()));
    out.resize(frame::encode(times, values, {}, out).value());
    return out;
}

template <class Container>
void round_trip() {
    const auto wire = frame_in<Container>();
    std::vector<std::int64_t> times(3);
    std::array<double, 3> values{};
    REQUIRE(frame::decode(wire, times, values));
    CHECK(times == std::vector<std::int64_t>{1000, 2000, 3000});
    CHECK(values == std::array{1.5, 2.5, 3.5});
    CHECK(frame::inspect(wire)->samples == 3);
    CHECK(frame::verify(wire));
    CHECK(series_reader<>::open(wire)->size() == 3);
    CHECK(frame::reader<>::open(wire)->size() == 3);
    CHECK(frame::verify(frame_in<Container>()));  // a temporary lives as long as the call
}

}  // namespace

TEST_CASE("frames are written to and read from containers of any kind of byte", "[core]") {
    round_trip<std::vector<std::byte>>();
    round_trip<std::vector<std::uint8_t>>();
    round_trip<std::vector<char>>();
    round_trip<std::string>();
}

TEST_CASE("codecs take any kind of byte", "[core]") {
    std::array<unsigned char, 200> out{};
    const std::array<std::int64_t, 3> in{1, 2, 3};
    const auto size = delta::encode(in, out);
    REQUIRE(size);
    std::array<std::int64_t, 3> back{};
    CHECK(delta::decode(std::string(out.begin(), out.begin() + *size), back) == *size);
    CHECK(back == in);

    char chunk[64];
    prometheus_xor::appender appender(chunk);
    REQUIRE(appender.append({1000, 0.5}));
    prometheus_xor::iterator samples(std::string_view(chunk, appender.size_bytes()), 1);
    CHECK(samples.next()->value == 0.5);
}

TEST_CASE("a series is appended to containers of any kind of byte", "[core]") {
    std::string text = "before";
    series_writer writer(append_to(text));
    REQUIRE(writer.append(1000, 0.5));
    REQUIRE(writer.flush());
    REQUIRE(text.starts_with("before"));
    CHECK(series_reader<>::open(std::string_view(text).substr(6))->size() == 1);
}
