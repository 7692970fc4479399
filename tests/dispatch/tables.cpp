// Which table chronopack-dispatch chooses, and that every table that this
// processor runs gives the very words of the scalar twins.

#include "../../src/tables.hpp"

#include <chronopack/kernel/decimal.hpp>
#include <chronopack/kernel/encode.hpp>
#include <chronopack/kernel/near.hpp>
#include <chronopack/kernel/summary.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/patches.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <string_view>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::string_view_literals;
namespace dispatch = chronopack_dispatch;

namespace {

using enum kernel::sums;
using twin_decoder = kernel::block_decoder<kernel::scalar>;
using twin_encoder = kernel::block_encoder<kernel::scalar>;

// As CPUID and XCR0 have it: Zen 3 under Linux, and with AVX-512 added.
constexpr dispatch::processor zen3{0xfffa3203, 0x219c07ab, 0x004003f3, 0x07};
constexpr dispatch::processor nehalem{0x80982201, 0, 1, 0};
constexpr dispatch::processor skylake_x{0xfffa3203, 0x219c07ab | 0xd0030000, 0x004003f3, 0xe7};

template <class Use>
void for_each_table_here(Use use) {
    for (const auto& c : dispatch::candidates)
        if (c.runs(dispatch::this_processor())) {
            INFO("table " << c.kernels->name);
            use(*c.kernels);
        }
}

std::vector<std::uint64_t> words(prng& random, std::size_t n, unsigned width) {
    std::vector<std::uint64_t> out(n);
    for (std::uint64_t& w : out) w = width == 0 ? 0 : random() >> (64 - width);
    return out;
}

// Full, and of all kinds that are not: with a head or without, fewer rows than a vector has words.
constexpr std::array<std::size_t, 5> counts{64, 79, 128, 1000, kernel::slots};

template <kernel::sums Sums>
void decoders_agree(const dispatch::dispatch_table& t, std::size_t count, unsigned width,
                    bool scaled, prng& random) {
    constexpr auto sums = static_cast<std::size_t>(Sums);
    guarded_bytes inputs(8 * count);
    guarded_bytes outputs(8 * count);
    std::vector<std::uint64_t> expected(count);
    const kernel::start s{random(), scaled ? random() | 2 : 1, random(), random()};
    const dispatch::start plain{s.reference, s.scale, s.base, s.delta};
    const auto out = outputs.at_end<std::uint64_t>(count);

    const bytes wire = inputs.at_end(field_bytes(count, width));
    for (std::byte& b : wire) b = static_cast<std::byte>(random());
    const kernel::patches some = random_patches(random, count);
    for (const bool patched : {false, true}) {
        if (patched && Sums == none) continue;
        const auto patches = patched ? some.rows() : kernel::patched_rows{};
        const dispatch::patched_rows plain_patches{patches.row_of, patches.rows};
        twin_decoder::packed<Sums>(wire.data(), count, width, s, patches, expected.data());
        t.packed[sums](wire.data(), count, width, plain, plain_patches, out.data());
        REQUIRE(same_bits(out, expected));
    }
    twin_decoder::ramp<Sums>(s, count, expected.data());
    t.ramp[sums](plain, count, out.data());
    REQUIRE(same_bits(out, expected));
}

template <kernel::sums Sums>
void encoders_agree(const dispatch::dispatch_table& t, unsigned width, prng& random) {
    constexpr auto sums = static_cast<std::size_t>(Sums);
    const auto v = words(random, kernel::slots, width);
    for (const std::size_t n : {std::size_t{3}, std::size_t{77}, kernel::slots}) {
        const auto extremes = twin_encoder::spread<Sums>(v.data(), n);
        const auto found = t.spread[sums](v.data(), n);
        REQUIRE(found.least == extremes.least);
        REQUIRE(found.most == extremes.most);

        std::vector<std::uint64_t> expected(n), out(n);
        twin_encoder::distances<Sums>(v.data(), n, extremes.least, expected.data());
        t.distances[sums](v.data(), n, extremes.least, out.data());
        REQUIRE(out == expected);
    }
    const std::uint64_t reference = random();
    for (const std::size_t count : counts) {
        std::vector<std::byte> expected(field_bytes(count, width)), out(expected.size());
        twin_encoder::pack<Sums>(v.data(), count, reference, width, expected.data());
        t.pack[sums](v.data(), count, reference, width, out.data());
        REQUIRE(out == expected);
    }
}

}  // namespace

TEST_CASE("an instruction set runs where processor and system have it", "[dispatch]") {
    REQUIRE(dispatch::runs_avx2(zen3));
    REQUIRE_FALSE(dispatch::runs_avx512(zen3));
    REQUIRE(dispatch::runs_avx2(skylake_x));
    REQUIRE(dispatch::runs_avx512(skylake_x));
    REQUIRE_FALSE(dispatch::runs_avx2(nehalem));
    REQUIRE_FALSE(dispatch::runs_avx2({}));
}

TEST_CASE("registers that the system does not save are not used", "[dispatch]") {
    for (const std::uint64_t saved : {0x00u, 0x01u, 0x03u, 0x05u}) {
        auto p = skylake_x;
        p.saved = saved;
        REQUIRE_FALSE(dispatch::runs_avx2(p));
        REQUIRE_FALSE(dispatch::runs_avx512(p));
    }
    for (const std::uint64_t saved : {0x07u, 0x27u, 0x67u, 0xa7u, 0xc7u}) {
        auto p = skylake_x;
        p.saved = saved;
        REQUIRE(dispatch::runs_avx2(p));
        REQUIRE_FALSE(dispatch::runs_avx512(p));
    }
}

TEST_CASE("every instruction that a table may use is asked for", "[dispatch]") {
    const auto lacking = [](auto member, unsigned bit) {
        auto p = skylake_x;
        p.*member &= ~(std::uint32_t{1} << bit);
        return p;
    };
    for (const unsigned bit : {0, 9, 12, 13, 19, 20, 22, 23, 27, 28, 29})
        REQUIRE_FALSE(dispatch::runs_avx2(lacking(&dispatch::processor::basic, bit)));
    for (const unsigned bit : {3, 5, 8})
        REQUIRE_FALSE(dispatch::runs_avx2(lacking(&dispatch::processor::structured, bit)));
    for (const unsigned bit : {0, 5})
        REQUIRE_FALSE(dispatch::runs_avx2(lacking(&dispatch::processor::extended, bit)));
    for (const unsigned bit : {16, 17, 28, 30, 31}) {
        const auto p = lacking(&dispatch::processor::structured, bit);
        REQUIRE(dispatch::runs_avx2(p));
        REQUIRE_FALSE(dispatch::runs_avx512(p));
    }
}

TEST_CASE("the best table that runs is chosen, or the one asked for", "[dispatch]") {
    using dispatch::complaint;
    const auto here = dispatch::this_processor();
    const std::string_view best = dispatch::choose(nullptr, here).kernels->name;
    REQUIRE(dispatch::choose("", here).kernels->name == best);
    REQUIRE(dispatch::choose("", here).about == complaint::none);
    REQUIRE(dispatch::choose("scalar", here).kernels->name == "scalar"sv);
    REQUIRE(dispatch::choose("scalar", here).about == complaint::none);
    for (const char* wanted : {"avx", "AVX2", "scalar ", "sse", "avx5122", " "}) {
        REQUIRE(dispatch::choose(wanted, here).kernels->name == best);
        REQUIRE(dispatch::choose(wanted, here).about == complaint::unknown);
    }
#if defined(__x86_64__)
    REQUIRE(dispatch::choose(nullptr, skylake_x).kernels->name == "avx512"sv);
    REQUIRE(dispatch::choose(nullptr, zen3).kernels->name == "avx2"sv);
    REQUIRE(dispatch::choose(nullptr, nehalem).kernels->name == "sse2"sv);
    REQUIRE(dispatch::choose("avx2", skylake_x).kernels->name == "avx2"sv);
    for (const char* wanted : {"avx2", "avx512"}) {
        REQUIRE(dispatch::choose(wanted, nehalem).kernels->name == "sse2"sv);
        REQUIRE(dispatch::choose(wanted, nehalem).about == complaint::does_not_run);
    }
#endif
}

TEST_CASE("one table is chosen for the life of the process", "[dispatch]") {
    const auto& first = dispatch::chosen<sizeof(dispatch::dispatch_table)>();
    REQUIRE(&dispatch::chosen<sizeof(dispatch::dispatch_table)>() == &first);
}

TEST_CASE("tables decode to the very words of the scalar twin", "[dispatch][simd]") {
    prng random(1);
    for_each_table_here([&](const dispatch::dispatch_table& t) {
        for (const std::size_t count : counts)
            for (unsigned width = 0; width <= 64; ++width)
                for (const bool scaled : {false, true}) {
                    decoders_agree<none>(t, count, width, scaled, random);
                    decoders_agree<once>(t, count, width, scaled, random);
                    decoders_agree<twice>(t, count, width, scaled, random);
                }
    });
}

TEST_CASE("tables encode to the very words of the scalar twin", "[dispatch][simd]") {
    prng random(2);
    for_each_table_here([&](const dispatch::dispatch_table& t) {
        for (unsigned width = 1; width <= 64; ++width) {
            encoders_agree<none>(t, width, random);
            encoders_agree<once>(t, width, random);
            encoders_agree<twice>(t, width, random);

            auto expected = words(random, kernel::sorted_words, width);
            auto out = expected;
            twin_encoder::sort(expected.data());
            t.sort(out.data());
            REQUIRE(out == expected);

            const auto y = words(random, 64, width);
            const std::uint64_t reference = random() >> (64 - width);
            for (unsigned window = 0; window < 64; window += 7)
                REQUIRE(t.outside_bits(y.data(), reference, window) ==
                        twin_encoder::outside_bits(y.data(), reference, window));
        }
    });
}

TEST_CASE("tables divide as the scalar twin does", "[dispatch][simd]") {
    prng random(3);
    for_each_table_here([&](const dispatch::dispatch_table& t) {
        for (const std::uint64_t divisor : {2u, 3u, 10u, 96u, 1'000'000u}) {
            for (const std::size_t n : {std::size_t{1}, std::size_t{13}, kernel::slots}) {
                auto y = words(random, n, 30);
                const std::uint64_t most = divisor << 30;
                for (std::uint64_t& v : y) v *= divisor;
                REQUIRE(t.divisible(y.data(), n, most, divisor));
                auto wrong = y;
                wrong[random.below(n)] += 1;
                REQUIRE_FALSE(t.divisible(wrong.data(), n, most, divisor));
                auto expected = y;
                twin_encoder::divide(expected.data(), n, divisor);
                t.divide(y.data(), n, divisor);
                REQUIRE(y == expected);
            }
        }
    });
}

TEST_CASE("tables summarise as the scalar twin does", "[dispatch][simd]") {
    using twin = kernel::block_summary<1>;
    prng random(4);
    for_each_table_here([&](const dispatch::dispatch_table& t) {
        for (const std::size_t n : {std::size_t{9}, std::size_t{16}, std::size_t{1001}}) {
            std::vector<double> doubles(n);
            std::vector<std::int64_t> integers(n);
            for (std::size_t i = 0; i < n; ++i) {
                doubles[i] = static_cast<double>(random.between(-1000, 1000)) / 7;
                integers[i] = static_cast<std::int64_t>(random() >> random.below(64));
            }
            kernel::double_summary expected;
            auto got = __builtin_bit_cast(dispatch::double_summary, expected);
            twin::add(doubles.data(), n, expected);
            t.add_doubles(doubles.data(), n, got);
            REQUIRE(std::memcmp(&expected, &got, sizeof got) == 0);

            kernel::integer_summary total;
            auto found = __builtin_bit_cast(dispatch::integer_summary, total);
            twin::add(integers.data(), n, total);
            t.add_integers(integers.data(), n, found);
            REQUIRE(std::memcmp(&total, &found, sizeof found) == 0);

            const std::uint64_t absent = 1;
            doubles[random.below(n)] = -0.0;
            REQUIRE(t.holds(doubles.data(), n, std::uint64_t{1} << 63));
            REQUIRE_FALSE(t.holds(doubles.data(), n, absent));
        }
    });
}

TEST_CASE("every table converts decimals as the twins do", "[dispatch]") {
    using twin = kernel::decimal_converter<kernel::scalar>;
    for_each_table_here([](const dispatch::dispatch_table& t) {
        prng random(9);
        for (unsigned exponent = 0; exponent <= kernel::max_decimal_exponent; ++exponent)
            for (const bool narrow : {false, true}) {
                const auto d = kernel::decimal_of(exponent, narrow);
                const dispatch::decimal plain{d.power, d.high, d.low, d.narrow};
                std::vector<std::uint64_t> in(777);
                for (std::uint64_t& word : in)
                    word = kernel::decimal_bias +
                           static_cast<std::uint64_t>(static_cast<std::int64_t>(random()) >>
                                                      (13 + random.below(51)));
                std::vector<double> values(in.size()), expected(in.size());
                REQUIRE(t.to_doubles(in.data(), in.size(), plain, values.data()));
                REQUIRE(twin::to_doubles(in.data(), in.size(), d, expected.data()));
                REQUIRE(same_bits(values, expected));
                for (std::size_t i = 0; i < values.size(); i += 5)
                    values[i] = std::bit_cast<double>(random());
                std::vector<std::uint64_t> integers(in.size()), misfits(13), as(in.size()),
                    missed(13);
                t.to_integers(values.data(), in.size(), plain, integers.data(), misfits.data());
                twin::to_integers(values.data(), in.size(), d, as.data(), missed.data());
                REQUIRE(integers == as);
                REQUIRE(misfits == missed);
            }
    });
}

TEST_CASE("every table prints and moves doubles as the twins do", "[dispatch]") {
    using twin = kernel::near_converter<kernel::scalar>;
    for_each_table_here([](const dispatch::dispatch_table& t) {
        prng random(10);
        for (unsigned digits = 0; digits <= 8; ++digits) {
            const auto d = kernel::decimal_of(digits, false);
            const dispatch::decimal plain{d.power, d.high, d.low, d.narrow};
            std::vector<double> values(777);
            for (double& v : values)
                v = static_cast<double>(static_cast<float>(random.between(-99'999, 99'999)) / 100);
            auto expected = values;
            REQUIRE(t.print(values.data(), values.size(), plain));
            REQUIRE(twin::print(expected.data(), expected.size(), d));
            REQUIRE(same_bits(values, expected));
            REQUIRE(t.print_digits(values.data(), values.size(), digits + 3));
            REQUIRE(twin::print_digits(expected.data(), expected.size(), digits + 3));
            REQUIRE(same_bits(values, expected));
            const std::vector<std::uint64_t> divisors(values.size(), kernel::decimal_bias + 7);
            REQUIRE(t.divide_by_counts(divisors.data(), divisors.size(), 10, values.data()));
            REQUIRE(twin::divide(divisors.data(), divisors.size(), 10, expected.data()));
            REQUIRE(same_bits(values, expected));
            for (const std::int64_t most : {3, 9'000'000}) {
                std::vector<std::uint64_t> places(values.size());
                for (std::uint64_t& one : places)
                    one = static_cast<std::uint64_t>(random.between(0, most));
                const bool legal = twin::move(places.data(), places.size(), expected.data());
                REQUIRE(t.move(places.data(), places.size(), values.data()) == legal);
                REQUIRE(same_bits(values, expected));
            }
        }
    });
}
