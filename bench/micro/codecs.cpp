// codecs: measures every codec on every shape, beside memcpy and the coders that Debian has.
//
//   integers/jitter/4096/packed       group / shape / size / codec
//   doubles/gauge/1048576/zstd-3
//   samples/jitter+gauge/120/prometheus_xor          size: of a chunk
//   frames/jitter+gauge/4096/frame
//
// Sizes: the same 4,096 values again and again, which stay in the L2 cache, and 2^20 values,
// which do not. Bit streams branch on every value, and on short series the branch predictor
// memorises the data, so they are measured on 2^20 values only.

#include "frames.hpp"
#include "shapes.hpp"

#include "report/general_codecs.hpp"
#include "report/round_trip.hpp"

#include <chronopack/codec/registry.hpp>
#include <chronopack/series/output_file.hpp>

#if BENCH_HAVE_STREAMVBYTE
#include "streamvbyte_coder.hpp"
#endif

#include <cstdio>
#include <memory>

namespace chronopack::bench {

namespace {

finding figures_of(const report::row& measured, bool reference) {
    finding found;
    found.failure = measured.failure;
    found.seconds = measured.decode.best;
    const std::size_t values = measured.count;
    const std::size_t size = values * report::raw_bytes(measured.what);
    found.figures = {{"values", static_cast<double>(values)},
                     {"bits", measured.bits_per_value()},
                     {"reference", reference ? 1 : 0}};
    found.speed("memcpy", measured.copy, size, values);
    found.speed("encode", measured.encode, size, values);
    found.speed("decode", measured.decode, size, values);
    return found;
}

/// Adds a benchmark of one coder on one shape, of `few` values again and again or of many.
template <class T, class Coder>
void add_column(const char* group, const test::shape<T>& shape, std::size_t size, bool reference) {
    const std::string name = std::string(group) + '/' + std::string(shape.name) + '/' +
                             std::to_string(size) + '/' + std::string(Coder::name);
    add(name, [&shape, size, reference](const settings& how) {
        const std::vector<T> in = make(shape, size == few ? few : how.many());
        const auto coder = std::make_unique<Coder>();
        report::row measured = report::measure_column<T>(*coder, in, in.size(), how.seconds);
        measured.count = in.size();
        return figures_of(measured, reference);
    });
}

template <class T, class Coder>
void add_shapes(const char* group, std::span<const test::shape<T>> shapes, bool reference) {
    constexpr bool learnt_by_heart = streaming_codec<Coder>;
    for (const auto& shape : shapes) {
        if (!learnt_by_heart) add_column<T, Coder>(group, shape, few, reference);
        add_column<T, Coder>(group, shape, settings{}.many(), reference);
    }
}

template <class Coder>
[[maybe_unused]] void add_general() {
    add_shapes<std::int64_t, Coder>("integers", integer_shapes, true);
    add_shapes<double, Coder>("doubles", double_shapes, true);
}

/// Decodes the chunks of a series one after the other into one buffer, as a query does.
/// Writing 16 MB of samples would take longer than decoding them.
template <class C>
finding measure_chunks(const sample_shape& shape, std::size_t chunk, const settings& how) {
    const auto times = make(shape.clock, how.many());
    const auto values = make(shape.values, how.many());
    std::vector<sample> in(times.size());
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = {times[i], values[i]};
    report::room_apart<sample> room(in, chunk);
    const std::span<sample> out = room.get();

    report::chunked_wire wire(in.size(), chunk, C::max_bytes);
    const auto decode = [&](auto see) {
        return wire.decode([&](cbytes from, std::size_t first, std::size_t n) {
            const std::span<sample> to = out.first(n);
            const auto read = C::decode(from, to);
            see(first, to);
            return read;
        });
    };
    bool same = true;
    report::row measured = report::measure_round_trip(
        how.seconds,
        [&] {
            return wire.encode([&](std::size_t first, std::size_t n, bytes to) {
                return C::encode(std::span<const sample>(in).subspan(first, n), to);
            });
        },
        [&] { return decode([](std::size_t, std::span<sample>) {}); },
        [&] {
            for (std::size_t i = 0; i < in.size(); i += chunk)
                std::memcpy(out.data(), in.data() + i,
                            sizeof(sample) * std::min(chunk, in.size() - i));
        },
        [&] { std::memset(static_cast<void*>(out.data()), 0xa5, sizeof(sample) * chunk); },
        [&] {
            const auto ok = decode([&](std::size_t first, std::span<sample> to) {
                same &= std::memcmp(to.data(), in.data() + first, to.size_bytes()) == 0;
            });
            return ok && same;
        });
    measured.what = report::kind::frame;
    measured.count = in.size();
    return figures_of(measured, false);
}

/// Decodes chunks of 120 samples from all over memory, 32 in a call of decode_many, as a query
/// of many series does; and, to compare, the same chunks one by one.
finding measure_many(const sample_shape& shape, const settings& how) {
    using C = prometheus_xor;
    constexpr std::size_t chunk = 120, group = 32;
    const auto times = make(shape.clock, how.many());
    const auto values = make(shape.values, how.many());
    const std::size_t count = times.size() / (chunk * group) * group;

    finding found;
    std::vector<std::byte> wire(count * C::max_bytes(chunk));
    std::vector<std::pair<std::size_t, cbytes>> chunks;  // first sample, bytes
    std::size_t at = 0;
    std::vector<sample> in(chunk);
    for (std::size_t first = 0; first < count * chunk; first += chunk) {
        for (std::size_t i = 0; i < chunk; ++i) in[i] = {times[first + i], values[first + i]};
        const auto size = C::encode(in, bytes(wire).subspan(at));
        if (!size) {
            found.failure = message(size.error());
            return found;
        }
        chunks.emplace_back(first, cbytes(wire).subspan(at, *size));
        at += *size;
    }
    prng random(2);
    for (std::size_t i = count; i > 1; --i) std::swap(chunks[i - 1], chunks[random.below(i)]);

    std::vector<std::int64_t> t(chunk * group);
    std::vector<double> v(chunk * group);
    std::vector<C::job> jobs(group);
    const auto groups = [&](auto decode, auto see) {
        for (std::size_t from = 0; from < count; from += group) {
            for (std::size_t i = 0; i < group; ++i)
                jobs[i] = {chunks[from + i].second, std::span(t).subspan(i * chunk, chunk),
                           std::span(v).subspan(i * chunk, chunk), std::size_t{0}};
            decode();
            see(from);
        }
    };
    const auto many = [&] {
        C::decode_many(jobs);
    };
    const auto one_by_one = [&] {
        for (C::job& job : jobs) job.read = C::decode(job.chunk, job.timestamps, job.values);
    };
    const auto verify = [&](std::size_t from) {
        for (std::size_t i = 0; i < group; ++i) {
            const std::size_t first = chunks[from + i].first;
            if (!jobs[i].read || std::memcmp(&t[i * chunk], &times[first], 8 * chunk) != 0 ||
                std::memcmp(&v[i * chunk], &values[first], 8 * chunk) != 0)
                found.failure = "what was decoded differs from what was encoded";
        }
    };
    const auto nothing = [](std::size_t) {
    };
    groups(many, verify);
    groups(one_by_one, verify);
    const auto took = report::measure_in_turns(
        how.seconds,
        [&] {
            groups(
                [&] {
                    std::memcpy(t.data(), times.data(), 8 * t.size());
                    std::memcpy(v.data(), values.data(), 8 * v.size());
                },
                nothing);
        },
        [&] { groups(many, nothing); }, [&] { groups(one_by_one, nothing); });
    found.seconds = took[1].best;
    const std::size_t samples = count * chunk;
    found.speed("memcpy", took[0], 16 * samples, samples);
    found.speed("decode", took[1], 16 * samples, samples);
    found.speed("one_by_one", took[2], 16 * samples, samples);
    found.figures["values"] = static_cast<double>(samples);
    found.figures["bits"] = 8 * static_cast<double>(at) / static_cast<double>(samples);
    return found;
}

void add_many() {
    for (const sample_shape& shape : sample_shapes)
        add("samples/" + std::string(shape.name) + "/120/prometheus_xor::decode_many",
            [&shape](const settings& how) { return measure_many(shape, how); });
}

template <class C>
void add_chunks() {
    for (const sample_shape& shape : sample_shapes)
        for (const std::size_t chunk : {std::size_t{120}, few})
            add("samples/" + std::string(shape.name) + '/' + std::to_string(chunk) + '/' +
                    std::string(C::name),
                [&shape, chunk](const settings& how) {
                    return measure_chunks<C>(shape, chunk, how);
                });
}

template <class C>
void add_codec() {
    using T = typename C::value_type;
    if constexpr (std::is_same_v<T, std::int64_t>)
        add_shapes<T, C>("integers", integer_shapes, false);
    else if constexpr (std::is_same_v<T, double>)
        add_shapes<T, C>("doubles", double_shapes, false);
    else
        add_chunks<C>();
}

void add_all() {
    for_each_codec(all_codecs{}, []<class C>(C) { add_codec<C>(); });
#if BENCH_HAVE_STREAMVBYTE
    add_shapes<std::int64_t, streamvbyte_coder>("integers", integer_shapes, true);
#endif
#if CHRONOPACK_HAVE_ZSTD
    add_general<report::zstd_level_coder<1>>();
    add_general<report::zstd_level_coder<3>>();
#endif
#if CHRONOPACK_HAVE_SNAPPY
    add_general<report::snappy_coder>();
#endif
#if BENCH_HAVE_LZ4
    add_general<report::lz4_coder>();
#endif
    add_many();
    add_frames();
}

/// Writes the samples of every shape, 16 bytes each, for other programs.
int write_samples(const std::string& folder) {
    for (const sample_shape& shape : sample_shapes) {
        const auto times = make(shape.clock, settings{}.many());
        const auto values = make(shape.values, settings{}.many());
        auto out = output_file::create(folder + '/' + std::string(shape.name) + ".samples");
        bool good = bool(out);
        for (std::size_t i = 0; i < times.size(); ++i) {
            std::array<std::byte, 16> raw;
            store_le(raw.data(), static_cast<std::uint64_t>(times[i]));
            store_le(raw.data() + 8, std::bit_cast<std::uint64_t>(values[i]));
            good = good && out->write(raw);
        }
        if (good && out->publish()) continue;
        std::fprintf(stderr, "%s: cannot be written to\n", folder.c_str());
        return 3;
    }
    return 0;
}

}  // namespace

}  // namespace chronopack::bench

int main(int argc, char** argv) {
    using namespace chronopack::bench;
    if (argc == 3 && std::string_view(argv[1]) == "--write-samples") return write_samples(argv[2]);
    add_all();
    return run(argc, argv,
               "How fast every codec is on every shape: group/shape/size/codec.\n"
               "With --write-samples FOLDER, only writes the samples' shapes there.");
}
