// Damaged and hostile bytes are refused, or decode to values that survive encoding like any
// series. Sanitizers, and guard pages in any build, show undefined behaviour.

#include "support/codec.hpp"
#include "support/property.hpp"
#include "support/guard.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Decodes `wire` between guard pages, also one value at a time if the codec can. Values that are
// accepted must survive encode and decode.
template <class C>
class trial {
    using T = typename C::value_type;

public:
    trial(std::size_t most_bytes, std::size_t most_values)
        : wires_(most_bytes), values_(most_values * sizeof(T)) {}

    [[nodiscard]] bool holds(std::span<const std::byte> wire, std::size_t n) {
        const bytes in = wires_.at_end(wire.size());
        const auto out = values_.at_end<T>(n);
        copy_bits(wire, in);
        const auto read = C::decode(in, out);
        if constexpr (streaming_codec<C>)
            if (!agrees(in, out, read)) return false;
        if (!read) return known(read.error());
        if (*read > wire.size()) return false;
        const std::vector<T> accepted(out.begin(), out.end());
        std::vector<T> back(n);
        const auto again = C::decode(encode_to_vector<C>(accepted), back);
        return again && same_bits(back, accepted);
    }

private:
    static bool known(errc error) {
        // Unsupported where a nested codec has an unknown id.
        const bool nests = requires {
            C::page_size;
        };
        return error == errc::truncated || error == errc::corrupt ||
               error == errc::count_mismatch || (nests && error == errc::unsupported);
    }

    static bool agrees(cbytes in, std::span<const T> bulk, result<std::size_t> read) {
        // An iterator does not check the count of a chunk.
        if (in.size() < C::max_bytes(0)) return !read;
        if (!read && read.error() == errc::count_mismatch) return true;
        typename C::iterator iterator(in, bulk.size());
        for (const T& value : bulk) {
            const auto next = iterator.next();
            if (!next) return !read && read.error() == next.error();
            if (read && !same_bits(std::span(&*next, 1), std::span(&value, 1))) return false;
        }
        return read && iterator.next().error() == errc::not_found;
    }

    guarded_bytes wires_;
    guarded_bytes values_;
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("every bit flip of an encoding is refused or decodes to something",
                        "[codec][damage]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    constexpr std::array<std::size_t, 3> few{1, 2, 40};
    trial<C> trial(C::max_bytes(40), 40);
    for_each_series<T>(few, [&](std::string_view shape, const std::vector<T>& in) {
        auto wire = encode_to_vector<C>(in);
        for (std::size_t bit = 0; bit < 8 * wire.size(); ++bit) {
            const auto flip = std::byte{1} << (bit % 8);
            wire[bit / 8] ^= flip;
            if (!trial.holds(wire, in.size()))
                FAIL(C::name << ": " << shape << " x " << in.size() << ", bit " << bit);
            wire[bit / 8] ^= flip;
        }
    });
}

TEMPLATE_LIST_TEST_CASE("bit flips in a full block are refused or decode to something",
                        "[codec][damage]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    constexpr std::array<std::size_t, 2> full{1024, 1030};
    trial<C> trial(C::max_bytes(1030), 1030);
    for_each_series<T>(full, [&](std::string_view shape, const std::vector<T>& in) {
        auto wire = encode_to_vector<C>(in);
        prng random(in.size());
        for (std::size_t i = 0; i < 400; ++i) {
            // Every bit of the header, then any.
            const std::size_t bit = i < 200 ? i % (8 * wire.size()) : random.below(8 * wire.size());
            const auto flip = std::byte{1} << (bit % 8);
            wire[bit / 8] ^= flip;
            if (!trial.holds(wire, in.size()))
                FAIL(C::name << ": " << shape << " x " << in.size() << ", bit " << bit);
            wire[bit / 8] ^= flip;
        }
    });
}

TEMPLATE_LIST_TEST_CASE("random bytes are refused or decode to something", "[codec][damage]",
                        tested_codecs) {
    using C = TestType;
    constexpr std::size_t most = 300;
    trial<C> trial(most, most);
    prng random(7);
    std::size_t accepted = 0;
    for (std::size_t round = 0; round < 20'000; ++round) {
        std::vector<std::byte> wire(random.below(most));
        const std::uint64_t sparse = random.below(4);  // zero bytes pass more checks
        for (std::byte& b : wire)
            b = sparse != 0 && random.one_in(sparse) ? std::byte{0}
                                                     : static_cast<std::byte>(random());
        const std::size_t n = random.below(random.one_in(4) ? most : 4);
        if (!trial.holds(wire, n)) FAIL(C::name << ": round " << round);
        std::vector<typename C::value_type> back(n);
        accepted += C::decode(wire, back).has_value();
    }
    CHECK(accepted > 0);  // otherwise only the first check was tested
}

TEMPLATE_LIST_TEST_CASE("damaged encodings", "[codec][damage]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    property("spliced, cut, grown or with bytes changed, are refused or decode to something", [] {
        const auto in = draw_series<T>();
        const auto wire = encode_to_vector<C>(in);
        const auto other = encode_to_vector<C>(draw_series<T>());
        prng random(draw_bits());

        auto damaged = wire;
        const std::size_t from = random.below(damaged.size() + 1);
        if (random.one_in(2)) damaged.resize(from);
        if (random.one_in(2))
            damaged.insert(
                damaged.end(),
                other.begin() + static_cast<std::ptrdiff_t>(random.below(other.size() + 1)),
                other.end());
        for (std::uint64_t changes = random.below(8); changes > 0 && !damaged.empty(); --changes)
            damaged[random.below(damaged.size())] = static_cast<std::byte>(random());

        const std::size_t n = random.one_in(4) ? random.below(3000) : in.size();
        trial<C> trial(damaged.size(), n);
        HOLDS(trial.holds(damaged, n));
    });
}
