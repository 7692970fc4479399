#include "contenders.hpp"

#include "apart.hpp"

#include "general_codecs.hpp"
#include "input/preset_text.hpp"
#include "round_trip.hpp"

#include <chronopack/codec/registry.hpp>
#include <chronopack/frame/frame.hpp>

#include <cmath>

namespace chronopack::report {

namespace {

constexpr std::size_t whole_series = std::size_t{1} << 40;
constexpr std::size_t prometheus_chunk = 120;                // samples of a chunk in Prometheus
constexpr std::size_t general_piece = std::size_t{1} << 26;  // lz4 and snappy count in 32 bits

bool is_int64(double v) noexcept {
    if (!(std::fabs(v) < 0x1p63)) return false;
    const auto back = static_cast<double>(static_cast<std::int64_t>(v));
    return std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(v);
}

template <class T>
std::span<const T> column_of(const prepared_series& in, kind what) noexcept {
    if constexpr (std::is_same_v<T, sample>)
        return in.samples();
    else if constexpr (std::is_same_v<T, double>)
        return in.values();
    else
        return what == kind::timestamps ? in.timestamps() : in.integers();
}

template <class T, class Coder>
contender on_column(kind what, bool as_integers, std::size_t chunk) {
    const std::string codec(Coder::name);
    contender made{codec, codec, what, false, as_integers, {}};
    if (as_integers) made.label += " as int64";
    made.run = [=](const prepared_series& in, double seconds) {
        Coder coder;
        return measure_column<T>(coder, column_of<T>(in, what), chunk, seconds);
    };
    return made;
}

template <class C>
void add_codec(std::vector<contender>& all) {
    using T = typename C::value_type;
    if constexpr (std::is_same_v<T, std::int64_t>) {
        all.push_back(on_column<T, C>(kind::timestamps, false, whole_series));
        // Raw integers would be the same as raw doubles.
        if (C::id != codec_id::raw)
            all.push_back(on_column<T, C>(kind::values, true, whole_series));
    } else if constexpr (std::is_same_v<T, double>) {
        all.push_back(on_column<T, C>(kind::values, false, whole_series));
    } else {
        all.push_back(on_column<T, C>(kind::frame, false, prometheus_chunk));
    }
}

template <class Coder>
[[maybe_unused]] void add_general(std::vector<contender>& all) {
    all.push_back(on_column<std::int64_t, Coder>(kind::timestamps, false, general_piece));
    all.back().reference = true;
    all.push_back(on_column<double, Coder>(kind::values, false, general_piece));
    all.back().reference = true;
}

/// Values in frames of a preset, with headers and a clock that costs next to nothing. They are
/// decoded without the clock.
class framed_values {
public:
    framed_values(preset level, std::size_t most) : clock_(most) {
        how_.unit = time_unit::seconds;
        how_.level = level;
        for (std::size_t i = 0; i < most; ++i) clock_[i] = static_cast<std::int64_t>(i);
    }
    static std::size_t max_bytes(std::size_t n) { return frame::max_bytes<double>(n); }
    result<std::size_t> encode(std::span<const double> in, bytes out) const {
        return frame::encode<double>(std::span(clock_).first(in.size()), in, how_, out);
    }
    static result<std::size_t> decode(cbytes in, std::span<double> out) {
        const auto reader = frame::reader<double>::open(in);
        if (!reader) return reader.error();
        if (const auto ok = reader->read_values(out); !ok) return ok.error();
        return in.size();
    }

private:
    frame::options how_;
    std::vector<std::int64_t> clock_;
};

template <class V>
row measure_frames(const prepared_series& series, frame::options how, std::size_t frame_samples,
                   double seconds) {
    const std::span<const std::int64_t> t = series.timestamps();
    const std::span<const V> v = column_of<V>(series, kind::values);
    how.unit = input::unit_in_frames(series.source().unit);

    chunked_wire wire(t.size(), frame_samples, frame::max_bytes<V>);
    room_apart<std::int64_t> t_room(t);
    room_apart<V> v_room(v);
    const std::span<std::int64_t> t_back = t_room.get();
    const std::span<V> v_back = v_room.get();
    return measure_round_trip(
        seconds,
        [&] {
            return wire.encode([&](std::size_t first, std::size_t n, bytes out) {
                return frame::encode<V>(t.subspan(first, n), v.subspan(first, n), how, out);
            });
        },
        [&] {
            return wire.decode([&](cbytes in, std::size_t first, std::size_t n) {
                return frame::decode<V>(in, t_back.subspan(first, n), v_back.subspan(first, n));
            });
        },
        [&] {
            std::memcpy(t_back.data(), t.data(), t.size_bytes());
            std::memcpy(v_back.data(), v.data(), v.size_bytes());
        },
        [&] {
            std::memset(t_back.data(), 0xa5, t.size_bytes());
            std::memset(v_back.data(), 0xa5, v.size_bytes());
        },
        [&] {
            return std::memcmp(t_back.data(), t.data(), t.size_bytes()) == 0 &&
                   std::memcmp(v_back.data(), v.data(), v.size_bytes()) == 0;
        });
}

template <class V>
void add_frame(std::vector<contender>& all, const std::string& codec, const frame::options& how,
               std::size_t frame_samples) {
    constexpr bool integers = std::is_same_v<V, std::int64_t>;
    contender made{codec, codec, kind::frame, false, integers, {}};
    if (integers) made.label += " as int64";
    made.run = [=](const prepared_series& in, double seconds) {
        return measure_frames<V>(in, how, frame_samples, seconds);
    };
    all.push_back(std::move(made));
}

contender in_frames(const std::string& name, preset level) {
    contender made{name, name, kind::values, false, false, {}};
    made.run = [=](const prepared_series& in, double seconds) {
        const framed_values coder(level, std::min(in.values().size(), frame::max_samples));
        return measure_column<double>(coder, in.values(), frame::max_samples, seconds);
    };
    return made;
}

void add_frames(std::vector<contender>& all, const std::string& codec, const frame::options& how,
                const frame_length& length) {
    if (!frame::stage_available(how.second_stage.value_or(stage::none))) return;
    const std::size_t samples = length ? length(how.level) : frame::max_samples;
    add_frame<double>(all, codec, how, samples);
    add_frame<std::int64_t>(all, codec, how, samples);
}

}  // namespace

prepared_series::prepared_series(const series& from) : source_(from) {
    samples_.reserve(from.values.size());
    for (std::size_t i = 0; i < from.values.size(); ++i)
        samples_.push_back({(*from.timestamps)[i], from.values[i]});
    integers_ = from.integers;
    if (!integers_.empty() || !std::all_of(from.values.begin(), from.values.end(), is_int64))
        return;
    integers_.reserve(from.values.size());
    for (const double v : from.values) integers_.push_back(static_cast<std::int64_t>(v));
}

std::vector<contender> all_contenders(const frame_length& length) {
    std::vector<contender> all;
    for_each_codec(all_codecs{}, [&]<class C>(C) { add_codec<C>(all); });
    for (const preset level : input::all_presets) {
        const std::string name(input::name(level));
        frame::options how;
        how.level = level;
        all.push_back(in_frames(name, level));
        add_frames(all, name, how, length);
        if (level != preset::balanced) continue;
        how.second_stage = stage::zstd;
        add_frames(all, name + "+zstd", how, length);
    }
#if CHRONOPACK_HAVE_ZSTD
    add_general<zstd_coder>(all);
#endif
#if CHRONOPACK_HAVE_SNAPPY
    add_general<snappy_coder>(all);
#endif
#if BENCH_HAVE_LZ4
    add_general<lz4_coder>(all);
#endif
    // Columns come before frames, and ours before references; otherwise the order stays.
    std::stable_sort(all.begin(), all.end(), [](const contender& a, const contender& b) {
        return std::pair(a.what, a.reference) < std::pair(b.what, b.reference);
    });
    return all;
}

std::vector<row> measure_series(const series& one, const std::vector<contender>& contenders,
                                double seconds) {
    const prepared_series prepared(one);
    std::vector<row> rows;
    for (const contender& codec : contenders) {
        if (codec.integers_only ? prepared.integers().empty()
                                : codec.what != kind::timestamps && prepared.values().empty())
            continue;
        row measured = codec.run(prepared, seconds);
        measured.series = one.name;
        measured.codec = codec.label;
        measured.what = codec.what;
        measured.reference = codec.reference;
        measured.integers = codec.integers_only;
        measured.group = one.group;
        measured.made_up = one.unit == tick::row;
        measured.count = one.size();
        rows.push_back(std::move(measured));
    }
    return rows;
}

}  // namespace chronopack::report
