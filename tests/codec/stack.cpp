// The stack that is used is bounded by the constants in codec/concept.hpp.

#include "support/codec.hpp"
#include "support/frames.hpp"
#include "support/scratch.hpp"
#include "support/series.hpp"
#include "support/small_stack.hpp"

#include <chronopack/chronopack.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::array levels{preset::fastest, preset::balanced, preset::smallest};

// The bytes that a thread itself takes of its stack, with the few variables of the test.
constexpr std::size_t own = std::size_t{16} << 10;

// Without optimisation no two variables share a place on the stack, and sanitizers put red zones
// around each. The bounds are not for such builds, which get larger ones here.
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
constexpr std::size_t factor = 8;
#else
constexpr std::size_t factor = 1;
#endif

void within(std::size_t bound, const std::function<void()>& f) {
    // The stack is limited and also measured, because a large step could miss the guard page.
    REQUIRE(stack_used(own + factor * bound, f) <= own + factor * bound);
}

template <class C>
result<std::size_t> encode_at(std::span<const typename C::value_type> in, preset level,
                              bytes wire) {
    if constexpr (requires { C::encode(in, wire, level); })
        return C::encode(in, wire, level);
    else
        return C::encode(in, wire);
}

}  // namespace

TEST_CASE("small_stack measures the stack that is used", "[stack]") {
    const auto touch = [](std::size_t n) {
        return stack_used(std::size_t{1} << 20, [n] {
            auto* const room = static_cast<volatile char*>(__builtin_alloca(n));
            room[0] = 1;
        });
    };
    const std::size_t less = touch(1000);
    const std::size_t more = touch(501'000);
    REQUIRE(more >= less + 499'000);
    REQUIRE(more <= less + 502'000);
}

TEMPLATE_LIST_TEST_CASE("codecs keep to their bounds of stack, at each preset", "[stack]",
                        all_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    for_each_series<T>(
        std::array<std::size_t, 2>{1000, 9000}, [](std::string_view shape, const auto& in) {
            INFO(shape);
            for (const preset level : levels) {
                std::vector<std::byte> wire(C::max_bytes(in.size()));
                std::vector<T> back(in.size());
                result<std::size_t> written = errc::corrupt;
                result<std::size_t> read = errc::corrupt;
                within(encode_stack_bytes, [&] { written = encode_at<C>(in, level, wire); });
                within(decode_stack_bytes, [&] { read = C::decode(wire, back); });
                REQUIRE((written && read));
            }
        });
}

TEMPLATE_TEST_CASE("frames, and writers and readers of series, keep to the bounds of stack",
                   "[stack]", double, std::int64_t) {
    using V = TestType;
    for_each_series<V>(
        std::array<std::size_t, 1>{9000}, [](std::string_view shape, const std::vector<V>& values) {
            INFO(shape);
            const auto timestamps = make_series<std::int64_t>("jitter", values.size());
            for (const preset level : levels) {
                const frame::options how{.level = level};
                std::vector<std::byte> wire(frame::max_bytes<V>(values.size()));
                std::vector<std::byte> file;
                columns<V> back{timestamps, values};
                std::size_t size = 0;
                std::size_t samples = 0;
                bool good = true;
                within(encode_stack_bytes, [&] {
                    const auto written = frame::encode<V>(timestamps, values, how, wire);
                    good = good && written;
                    size = written ? *written : 0;
                });
                within(encode_stack_bytes, [&] {
                    series_writer<V> writer(append_to(file), {.frame = how});
                    good = good && writer.append(timestamps, values) && writer.flush();
                });
                within(decode_stack_bytes, [&] {
                    const cbytes whole = cbytes(wire).first(size);
                    good = good && frame::verify(whole) &&
                           frame::decode<V>(whole, back.timestamps, back.values);
                });
                within(decode_stack_bytes, [&] {
                    const auto reader = series_reader<V>::open(file);
                    good = good && reader;
                    if (!good) return;
                    auto cursor = reader->samples();
                    while (const auto run = cursor.next_run()) samples += run->values.size();
                });
                REQUIRE(good);
                REQUIRE(samples == values.size());
            }
        });
}

TEST_CASE("writers and readers of archives keep to the bounds of stack", "[stack]") {
    const scratch_directory dir;
    const auto in = make_columns<double>("jitter", "decimals", 9000);
    for (const preset level : levels) {
        bool good = true;
        std::size_t samples = 0;
        within(encode_stack_bytes, [&] {
            auto writer = archive_writer::create(dir / "x.cpk", {.frame = {.level = level}});
            const auto series = writer->add<double>({{"host", "a"}});
            good = good && series && writer->append(*series, in.timestamps, in.values) &&
                   writer->finish();
        });
        within(decode_stack_bytes, [&] {
            const auto archive = archive_reader::open(dir / "x.cpk");
            const auto reader = archive->read<double>(0);
            auto cursor = reader->samples();
            while (const auto run = cursor.next_run()) samples += run->values.size();
            good = good && cursor.status();
        });
        REQUIRE(good);
        REQUIRE(samples == in.size());
    }
}
