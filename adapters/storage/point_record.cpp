#include <adapters/storage/point_record.hpp>

#include <chronopack/bits/varint.hpp>

#include <string_view>
#include <unordered_map>

namespace chronopack::storage {

namespace {

/// Gives each series of a batch a number, in the order in which they come.
class series_numbers {
public:
    explicit series_numbers(std::size_t points) { numbers_.reserve(points); }

    [[nodiscard]] std::int64_t of(const point& p) {
        if (last_ != nullptr && equal()(last_, &p)) return last_number_;
        last_ = &p;
        last_number_ =
            numbers_.emplace(&p, static_cast<std::int64_t>(numbers_.size())).first->second;
        if (static_cast<std::size_t>(last_number_) == first_.size()) first_.push_back(&p);
        return last_number_;
    }
    /// Returns one point of each series.
    [[nodiscard]] const std::vector<const point*>& series() const noexcept { return first_; }

private:
    struct hash {
        static std::size_t text(std::string_view s, std::size_t before) noexcept {
            return std::hash<std::string_view>()(s) + 0x9e3779b97f4a7c15u * (before + 1);
        }
        std::size_t operator()(const point* p) const noexcept {
            std::size_t h = text(p->service, text(p->metric, 0));
            for (const label& l : p->tags.pairs()) h = text(l.value, text(l.name, h));
            return h;
        }
    };
    struct equal {
        bool operator()(const point* a, const point* b) const noexcept {
            return a->metric == b->metric && a->service == b->service && a->tags == b->tags;
        }
    };
    std::unordered_map<const point*, std::int64_t, hash, equal> numbers_;
    std::vector<const point*> first_;
    const point* last_ = nullptr;
    std::int64_t last_number_ = 0;
};

void write_text(byte_writer& out, const std::string& text) noexcept {
    write_varint(out, text.size());
    out.put(std::as_bytes(std::span(text)));
}

result<std::string> read_text(byte_reader& in) {
    const auto size = read_varint(in);
    if (!size) return size.error();
    const cbytes chars = in.take(*size);
    if (in.failed()) return errc::truncated;
    return std::string(reinterpret_cast<const char*>(chars.data()), chars.size());
}

}  // namespace

result<void> append_points(std::span<const point> points, std::vector<std::byte>& out) {
    if (points.empty() || points.size() > max_record_samples) return errc::out_of_range;
    series_numbers numbers(points.size());
    sample_columns samples;
    for (const point& p : points) samples.push_back(numbers.of(p), p.timestamp, p.value);

    std::size_t room = varint_bytes(numbers.series().size());
    for (const point* p : numbers.series())
        room += 2 * max_varint_bytes + p->metric.size() + p->service.size() + p->tags.wire_bytes();
    const std::size_t start = out.size();
    out.resize(start + room);
    byte_writer writer(bytes(out).subspan(start));
    write_varint(writer, numbers.series().size());
    for (const point* p : numbers.series()) {
        write_text(writer, p->metric);
        write_text(writer, p->service);
        p->tags.write(writer);
    }
    out.resize(start + writer.position());
    return append_samples(samples, out);
}

result<std::vector<point>> read_points(cbytes in) {
    byte_reader reader(in);
    const auto count = read_varint(reader);
    if (!count) return count.error();
    if (*count == 0 || *count > max_record_samples) return errc::corrupt;
    std::vector<point> series;  // grows with the bytes read, not with the count
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto metric = read_text(reader);
        if (!metric) return metric.error();
        auto service = read_text(reader);
        if (!service) return service.error();
        auto tags = labels::read(reader);
        if (!tags) return tags.error();
        series.push_back({std::move(*metric), std::move(*service), std::move(*tags), 0, 0});
    }
    const auto samples = read_samples(reader.rest());
    if (!samples) return samples.error();
    std::vector<point> points;
    points.reserve(samples->size());
    for (std::size_t i = 0; i < samples->size(); ++i) {
        const auto number = static_cast<std::uint64_t>(samples->numbers[i]);
        if (number >= series.size()) return errc::corrupt;
        point& p = points.emplace_back(series[number]);
        p.timestamp = samples->timestamps[i];
        p.value = samples->values[i];
    }
    return points;
}

}  // namespace chronopack::storage
