// Hostile bytes, every codec. They are refused, or decode to values that
// survive encode and decode bit for bit; and a streaming codec's iterator says
// just what the bulk decoder does.
//
//   codec u8 | count u16, of which 12 bits | bytes to decode

#include "claim.hpp"
#include "input.hpp"

#include "support/codec.hpp"

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

template <class C>
void iterator_agrees(cbytes in, std::span<const typename C::value_type> bulk,
                     result<std::size_t> read) {
    // The count of a chunk is not the iterator's to check.
    if (in.size() < C::max_bytes(0)) return claim(!read, "half a header is refused");
    if (!read && read.error() == errc::count_mismatch) return;
    typename C::iterator iterator(in, bulk.size());
    for (const auto& value : bulk) {
        const auto next = iterator.next();
        if (!next) return claim(!read && read.error() == next.error(), "iterator fails as bulk");
        claim(!read || test::same_bits(std::span(&*next, 1), std::span(&value, 1)),
              "iterator gives bulk's values");
    }
    claim(read.has_value(), "iterator fails where bulk does");
    claim(iterator.next().error() == errc::not_found, "iterator ends where bulk does");
}

template <class C>
void decode(cbytes in, std::size_t n) {
    using T = typename C::value_type;
    std::vector<T> values(n);
    const auto read = C::decode(in, values);
    if constexpr (streaming_codec<C>) iterator_agrees<C>(in, values, read);
    if (!read) {
        claim(read.error() == errc::truncated || read.error() == errc::corrupt ||
                  read.error() == errc::count_mismatch,
              "bytes are truncated, corrupt or of another count");
        return;
    }
    claim(*read <= in.size(), "no more is read than there is");

    // The rest was not needed, and none of what was read can be spared.
    const fuzz::exact_copy used(in.first(*read));
    std::vector<T> back(n);
    const auto reread = C::decode(used.view(), back);
    claim(reread && *reread == *read, "the bytes read are enough");
    claim(test::same_bits(back, values), "the bytes read decide the values");
    if (*read != 0) {
        const auto cut = C::decode(in.first(*read - 1), back);
        claim(!cut && cut.error() == errc::truncated, "one byte fewer is truncated");
    }

    const auto wire = test::encode_to_vector<C>(values);
    const auto again = C::decode(wire, back);
    claim(again && *again == wire.size(), "what decodes can be encoded");
    claim(test::same_bits(back, values), "what decodes survives encode and decode");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const std::size_t codec = input.u8();
    const std::size_t n = input.u16() & 0xfff;
    if (input.failed()) return 0;
    const fuzz::exact_copy wire(input.rest());
    fuzz::with_one_of(all_codecs{}, codec, [&]<class C>(C) { decode<C>(wire.view(), n); });
    return 0;
}
