// Any values with every codec. Encode and decode give them back bit for bit, within max_bytes,
// and an appender writes the same bytes as the bulk encoder.
//
//   codec u8 | how u8 | bytes that make the values, see `words`

#include "claim.hpp"
#include "input.hpp"

#include "support/codec.hpp"

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

constexpr std::size_t most = 4096;

// Makes 64-bit words of bytes. Eight bytes for a word reach every value; one byte for a
// difference reaches full blocks of likely values with short inputs.
std::vector<std::uint64_t> words(unsigned how, byte_reader in) {
    std::vector<std::uint64_t> out;
    const auto small = [&] {
        return static_cast<std::uint64_t>(static_cast<std::int8_t>(in.u8()));
    };
    const std::uint64_t first = how >= 2 ? in.u64() : 0;
    const std::uint64_t scale = how >= 4 ? in.u64() : 1;
    std::uint64_t value = first;
    std::uint64_t delta = 0;
    while (in.remaining() > 0 && out.size() < most) {
        switch (how % 6) {
            case 0:  // any
                value = in.u64();
                break;
            case 1: {  // few bits, anywhere in the word
                const std::uint64_t shift = in.u8() & 63;
                value ^= small() << shift;
                break;
            }
            case 2:  // differences
                value += small();
                break;
            case 3:  // second differences
                value += delta += small();
                break;
            case 4:  // multiples
                value = first + scale * small();
                break;
            default:  // runs, of steps of one scale
                value += scale;
                for (std::uint64_t run = in.u8(); run > 0 && out.size() < most; --run)
                    out.push_back(value += scale);
                value += small();
        }
        if (!in.failed()) out.push_back(value);
    }
    out.resize(std::min(out.size(), most));
    return out;
}

template <class T>
std::vector<T> values_of(const std::vector<std::uint64_t>& words) {
    std::vector<T> out;
    if constexpr (sizeof(T) == 8) {
        for (const std::uint64_t w : words) out.push_back(std::bit_cast<T>(w));
    } else {
        for (std::size_t i = 0; i + 1 < words.size(); i += 2)
            out.push_back(
                {static_cast<std::int64_t>(words[i]), std::bit_cast<double>(words[i + 1])});
    }
    return out;
}

template <class C>
void round_trip(const std::vector<std::uint64_t>& from) {
    using T = typename C::value_type;
    const auto values = values_of<T>(from);
    const auto wire = test::encode_to_vector<C>(values);
    std::vector<T> back(values.size());
    const auto read = C::decode(wire, back);
    claim(read && *read == wire.size(), "an encoding decodes, all of it");
    claim(test::same_bits(back, values), "values survive bit for bit");

    std::vector<std::byte> exact(wire.size());
    const auto written = C::encode(values, exact);
    claim(written && exact == wire, "an encoding fits into its size, and is the same twice");
    if (!wire.empty()) {
        std::vector<std::byte> small(wire.size() - 1);
        const auto refused = C::encode(values, small);
        claim(!refused && refused.error() == errc::no_space, "one byte fewer is no_space");
    }

    if constexpr (streaming_codec<C>) {
        std::vector<std::byte> appended(C::max_bytes(values.size()));
        typename C::appender appender(appended);
        for (const T& value : values) claim(appender.append(value).has_value(), "append has room");
        appended.resize(appender.size_bytes());
        claim(appended == wire, "appended and encoded at once are the same bytes");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const std::size_t codec = input.u8();
    const unsigned how = input.u8();
    if (input.failed()) return 0;
    const auto from = words(how % 6, byte_reader(input.rest()));
    fuzz::with_one_of(test::tested_codecs{}, codec, [&]<class C>(C) { round_trip<C>(from); });
    return 0;
}
