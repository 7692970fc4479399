// Hostile frames, with checksums mended or not. They are refused, or decode to samples that
// survive another frame bit for bit. A cursor over a range of time gives exactly the samples
// that filtering all samples gives.
//
//   how u8: bit 0 mend the header's checksum, bit 1 the blocks' as well |
//   a time i64 | a frame

#include "claim.hpp"
#include "input.hpp"
#include "seal.hpp"

#include "support/frames.hpp"

#include <chronopack/frame/recompute.hpp>
#include <chronopack/series/reader.hpp>

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

template <class V>
bool same_blocks(cbytes a, cbytes b) {
    const auto left = frame::reader<V>::open(a);
    const auto right = frame::reader<V>::open(b);
    auto x = left->blocks();
    auto y = right->blocks();
    while (!x.done() && !y.done())
        if (x.next()->first_timestamp != y.next()->first_timestamp) return false;
    return x.done() && y.done();
}

template <class V>
void agree(cbytes wire, std::int64_t time) {
    const auto decoded = test::decode_frame<V>(wire);
    claim(decoded.has_value(), "what verifies decodes");
    const auto info = *frame::inspect(wire);
    claim(decoded->size() == info.samples, "as many samples as stated");
    claim(decoded->timestamps.front() == info.first_timestamp, "the first timestamp as stated");

    const auto again = test::encode_frame<V>(*decoded, {.block_samples = info.block_samples});
    claim(*test::decode_frame<V>(again) == *decoded, "samples survive another frame");
    const auto truth = *frame::inspect(again);
    const auto reader = frame::reader<V>::open(wire);
    std::vector<V> values(info.samples);
    claim(reader->read_values(values) && test::same_bits(values, decoded->values),
          "values alone are the same values");

    // Where the header lies about the order or times of the frame or its blocks, a cursor may
    // give only some samples of the range; otherwise it gives all of them.
    const bool honest = info.ordered == truth.ordered &&
                        info.min_timestamp == truth.min_timestamp &&
                        info.max_timestamp == truth.max_timestamp && same_blocks<V>(wire, again);
    const auto series = series_reader<V>::open(wire);
    claim(series.has_value(), "a frame is a series");
    std::size_t expected = 0;
    for (const std::int64_t t : decoded->timestamps) expected += t >= time;
    auto cursor = series->seek(time);
    std::size_t found = 0;
    for (const auto s : cursor) {
        claim(s.has_value(), "a cursor meets no error where decode met none");
        claim(s->timestamp >= time, "a cursor stays in its range");
        ++found;
    }
    claim(honest ? found == expected : found <= expected,
          "a cursor gives the samples of its range");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    const auto time = static_cast<std::int64_t>(input.u64());
    if (input.failed()) return 0;
    std::vector<std::byte> mended(input.rest().begin(), input.rest().end());
    if ((how & 1) != 0) fuzz::seal_frame(mended, (how & 2) != 0);
    const fuzz::exact_copy wire(mended);

    const auto info = frame::inspect(wire.view());
    const auto verified = frame::verify(wire.view());
    if (!verified) return 0;
    claim(info.has_value(), "what verifies has a header");
    claim(frame::recompute(wire.view()).has_value(), "what verifies has statistics");
    if (std::holds_alternative<statistics<double>>(info->values))
        agree<double>(wire.view(), time);
    else
        agree<std::int64_t>(wire.view(), time);
    return 0;
}
