// Hostile bytes for every codec. They are refused, or decode to values that survive encode and
// decode bit for bit. The iterator of a streaming codec and the columns of Prometheus chunks
// give the same as the bulk decoder. The start times of an XOR2 chunk survive as well, and a
// restart index leads to the same values.
//
//   codec u8 | count u16, of which 12 bits | bytes to decode

#include "claim.hpp"
#include "input.hpp"

#include "support/codec.hpp"

#include <chronopack/codec/restart_index.hpp>

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

template <class C>
void iterator_agrees(cbytes in, std::span<const typename C::value_type> bulk,
                     result<std::size_t> read) {
    // An iterator does not check the count of a chunk.
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

void start_times_agree(cbytes in, std::span<const sample> bulk, result<std::size_t> read) {
    std::vector<sample> samples(bulk.size());
    std::vector<std::int64_t> start_times(bulk.size());
    const auto started = prometheus_xor2::decode(in, samples, start_times);
    if (!read) return claim(!started && started.error() == read.error(), "refused alike");
    claim(started && *started == *read && test::same_bits(samples, bulk), "samples are the same");

    std::vector<std::byte> wire(prometheus_xor2::max_bytes(bulk.size()));
    const auto written = prometheus_xor2::encode(samples, start_times, wire);
    claim(written.has_value(), "start times can be encoded");
    auto back = start_times;
    claim(prometheus_xor2::decode(wire, samples, back).has_value() && back == start_times &&
              test::same_bits(samples, bulk),
          "start times survive encode and decode");
}

template <class C>
void index_agrees(cbytes in, std::span<const typename C::value_type> bulk,
                  result<std::size_t> read) {
    const std::size_t every = 1 + (in.empty() ? 0 : std::to_integer<std::size_t>(in.back()));
    std::vector<std::byte> index(restart_index<C>::size_bytes(bulk.size(), every));
    const auto built = restart_index<C>::build(in, bulk.size(), every, index);
    if (!read) return claim(!built && built.error() == read.error(), "an index fails as bulk");
    claim(built && *built == index.size(), "what decodes has an index");
    const auto opened = restart_index<C>::open(index);
    claim(opened.has_value(), "an index is one");
    const std::size_t from = bulk.size() / 2;
    std::vector<typename C::value_type> back(bulk.size() - from);
    claim(opened->decode(in, from, back).has_value(), "an index holds for its stream");
    claim(test::same_bits(back, bulk.subspan(from)), "entered in the middle, values are the same");
}

// Decodes the same chunk into columns twice, with a damaged chunk between.
void columns_agree(cbytes in, std::span<const sample> bulk, result<std::size_t> read) {
    std::vector<std::byte> damaged(in.begin(), in.end());
    if (!damaged.empty()) damaged[damaged.size() / 2] ^= std::byte{0x10};
    std::array<std::vector<std::int64_t>, 3> timestamps;
    std::array<std::vector<double>, 3> values;
    std::vector<prometheus_xor::job> jobs;
    for (std::size_t i = 0; i < timestamps.size(); ++i) {
        timestamps[i].resize(bulk.size());
        values[i].resize(bulk.size());
        jobs.push_back({i == 1 ? cbytes(damaged) : in, timestamps[i], values[i]});
    }
    prometheus_xor::decode_many(jobs);
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
        const auto& job = jobs[i];
        claim(job.read.has_value() == read.has_value(), "columns fail as samples");
        if (!read) {
            claim(job.read.error() == read.error(), "columns fail as samples do");
            continue;
        }
        claim(*job.read == *read, "columns take the bytes of samples");
        for (std::size_t k = 0; k < bulk.size(); ++k)
            claim(sample{job.timestamps[k], job.values[k]} == bulk[k], "columns are the samples'");
    }
}

template <class C>
void decode(cbytes in, std::size_t n) {
    using T = typename C::value_type;
    std::vector<T> values(n);
    const auto read = C::decode(in, values);
    if constexpr (streaming_codec<C>) iterator_agrees<C>(in, values, read);
    if constexpr (std::is_same_v<C, prometheus_xor>) columns_agree(in, values, read);
    if constexpr (C::id == codec_id::prometheus_xor2) start_times_agree(in, values, read);
    if constexpr (C::id == codec_id::gorilla_timestamps || C::id == codec_id::gorilla_values)
        index_agrees<C>(in, values, read);
    if (!read) {
        claim(read.error() == errc::truncated || read.error() == errc::corrupt ||
                  read.error() == errc::count_mismatch || read.error() == errc::unsupported,
              "bytes are truncated, corrupt, of another count or hold an unknown codec");
        return;
    }
    claim(*read <= in.size(), "no more is read than there is");

    // No byte after those read is needed, and none of those read can be left out.
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
