// Measures reading a frame of 4,096 samples, and its parts:
//
//   read     open, and for each block its CRC and two columns
//   columns           decode_column of the same bytes
//   crc               the CRC-32C of all of them
//   open     the header: its CRC, its fields, the walk over its index
//
//   overhead = read / columns - 1

#include "frames.hpp"

#include "shapes.hpp"

#include "report/apart.hpp"
#include "report/row.hpp"

#include <chronopack/frame/frame.hpp>

#include <cstring>

namespace chronopack::bench {

namespace {

/// A frame and the places of its columns.
template <class V>
class column_reader {
public:
    /// `wire` is a frame without second stage, which reader<V>::open accepts.
    explicit column_reader(cbytes wire) {
        const auto opened = frame::reader<V>::open(wire);
        if (!opened) return;
        std::size_t body = 0;
        for (auto cursor = opened->blocks(); !cursor.done();) {
            const auto block = cursor.next();
            if (!block) return;
            blocks_.push_back(*block);
            body += block->timestamp_bytes + block->value_bytes;
        }
        body_ = wire.last(body);
        map_.offset = static_cast<std::uint64_t>(opened->info().first_timestamp);
        for (unsigned i = 0; i < opened->info().divisor; ++i) map_.scale *= 10;
    }

    [[nodiscard]] cbytes body() const noexcept { return body_; }

    [[nodiscard]] bool read(std::span<std::int64_t> t, std::span<V> v) const noexcept {
        bool ok = !blocks_.empty();
        for (const frame::block& b : blocks_) {
            const cbytes stored = body_.subspan(b.offset, b.timestamp_bytes + b.value_bytes);
            const auto times = frame::decode_column(stored.first(b.timestamp_bytes),
                                                    t.subspan(b.first_sample, b.samples), map_);
            const auto values = frame::decode_column(stored.subspan(b.timestamp_bytes),
                                                     v.subspan(b.first_sample, b.samples));
            ok = ok && times && values;
        }
        return ok;
    }

private:
    std::vector<frame::block> blocks_;
    cbytes body_;
    packing::affine map_{0, 1};
};

template <class V>
finding measure_frame(const std::vector<std::int64_t>& t, const std::vector<V>& v,
                      const settings& how) {
    finding found;
    std::vector<std::byte> wire(frame::max_bytes<V>(t.size()));
    const auto size = frame::encode<V>(t, v, {}, wire);
    if (!size) return found.failure = message(size.error()), found;
    std::vector<std::byte> room(wire);  // for encoding into
    wire.resize(*size);
    const column_reader<V> columns(wire);

    report::room_apart<std::int64_t> t_room(t);
    report::room_apart<V> v_room(v);
    const auto t_back = t_room.get();
    const auto v_back = v_room.get();
    const auto same = [&] {
        const bool equal = std::equal(t.begin(), t.end(), t_back.begin()) &&
                           std::memcmp(v_back.data(), v.data(), 8 * v.size()) == 0;
        std::fill(t_back.begin(), t_back.end(), -1);
        std::fill(v_back.begin(), v_back.end(), V(-1));
        return equal;
    };
    const auto read = [&] {
        return frame::decode<V>(wire, t_back, v_back);
    };
    if (!read() || !same()) found.failure = "the frame differs";
    if (!columns.read(t_back, v_back) || !same()) found.failure = "the columns differ";

    std::uint32_t crc = 0;
    const auto times = report::measure_in_turns(
        how.seconds,
        [&] {
            std::memcpy(t_back.data(), t.data(), 8 * t.size());
            std::memcpy(v_back.data(), v.data(), 8 * v.size());
        },
        [&] { static_cast<void>(read()); },
        [&] { static_cast<void>(columns.read(t_back, v_back)); },
        [&] {
            crc ^= kernel::crc32c(columns.body());
            asm volatile("" : "+r"(crc));
        },
        [&] { static_cast<void>(frame::reader<V>::open(wire)); },
        [&] { static_cast<void>(frame::encode<V>(t, v, {}, room)); });
    if (!read() || !same()) found.failure = "the frame differs after it was timed";

    const std::size_t raw = 16 * t.size();
    const char* const names[] = {"memcpy", "decode", "columns", "crc", "open", "encode"};
    for (std::size_t i = 0; i < times.size(); ++i) found.speed(names[i], times[i], raw, t.size());
    found.seconds = times[1].best;
    found.figures["values"] = static_cast<double>(t.size());
    found.figures["bits"] = 8 * static_cast<double>(*size) / static_cast<double>(t.size());
    found.figures["overhead_percent"] = 100 * (times[1].best / times[2].best - 1);
    found.figures["overhead_percent_median"] = 100 * (times[1].median / times[2].median - 1);
    return found;
}

template <class V>
void add_frame(const test::shape<std::int64_t>& clock, const test::shape<V>& values) {
    add("frames/" + std::string(clock.name) + '+' + std::string(values.name) + '/' +
            std::to_string(few) + (std::is_same_v<V, double> ? "/frame" : "/frame as int64"),
        [&clock, &values](const settings& how) {
            return measure_frame<V>(make(clock, few), make(values, few), how);
        });
}

}  // namespace

void add_frames() {
    for (const sample_shape& shape : sample_shapes) add_frame(shape.clock, shape.values);
    // int64 columns decode fastest, so the added time weighs most.
    add_frame(integer_shapes[0], integer_shapes[4]);
    add_frame(integer_shapes[1], integer_shapes[4]);
}

}  // namespace chronopack::bench
