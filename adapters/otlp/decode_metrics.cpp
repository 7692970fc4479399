#include <adapters/otlp/decoder.hpp>

#include <algorithm>

namespace chronopack::otlp {

namespace {

/// Returns the alternative T of a oneof. One that is already there is merged; another one is
/// replaced.
template <class T, class Variant>
T& alternative(Variant& data) {
    if (T* const there = std::get_if<T>(&data)) return *there;
    return data.template emplace<T>();
}

model::temporality temporality_of(std::uint64_t wire) noexcept {
    return wire == 1   ? model::temporality::delta
           : wire == 2 ? model::temporality::cumulative
                       : model::temporality::unspecified;
}

class metric_reader {
public:
    explicit metric_reader(decoding& state) noexcept : state_(state) {}

    void read(std::string_view message, model::metric& out) {
        for (fields in(message); in.next();) switch (in.number()) {
                case wire::metric::name:
                    out.name = state_.text(in.bytes());
                    break;
                case wire::metric::description:
                    out.description = state_.text(in.bytes());
                    break;
                case wire::metric::unit:
                    out.unit = state_.text(in.bytes());
                    break;
                case wire::metric::metadata:
                    metadata_.add(in.bytes(), state_);
                    break;
                case wire::metric::gauge:
                    read_points(in.bytes(), alternative<model::gauge>(out.data));
                    break;
                case wire::metric::sum:
                    read_points(in.bytes(), alternative<model::sum>(out.data));
                    break;
                case wire::metric::histogram:
                    read_points(in.bytes(), alternative<model::histogram>(out.data));
                    break;
                case wire::metric::exponential:
                    read_points(in.bytes(), alternative<model::exponential_histogram>(out.data));
                    break;
                case wire::metric::summary:
                    read_points(in.bytes(), alternative<model::summary>(out.data));
                    break;
            }
        out.metadata = metadata_.take_labels(state_);
    }

private:
    template <class Data>
    void read_points(std::string_view message, Data& out) {
        make_room(out.points, message, wire::points::point, state_);
        for (fields in(message); in.next();) {
            if (in.number() == wire::points::point)
                read_point(in.bytes(), out.points.emplace_back());
            if constexpr (requires { out.of; })
                if (in.number() == wire::points::temporality) out.of = temporality_of(in.varint());
            if constexpr (requires { out.monotonic; })
                if (in.number() == wire::points::monotonic) out.monotonic = in.varint() != 0;
        }
    }

    /// Reads each field of a point: the common ones here, the others by `read`.
    template <class Point, class Read>
    void read_fields(std::string_view message, Point& out, std::uint32_t attributes,
                     std::uint32_t flags, std::uint32_t exemplars, Read read) {
        for (fields in(message); in.next();) {
            if (in.number() == attributes)
                point_.add(in.bytes(), state_);
            else if (in.number() == wire::any_point::start)
                out.start = in.fixed64();
            else if (in.number() == wire::any_point::time)
                out.time = in.fixed64();
            else if (in.number() == flags)
                out.no_recorded_value = (in.varint() & wire::no_recorded_value) != 0;
            else if (in.number() == exemplars)
                state_.lost.add(loss::exemplar);
            else
                read(in);
        }
        out.attributes = point_.take_labels(state_);
    }

    void read_point(std::string_view message, model::number_point& out) {
        namespace n = wire::number_point;
        read_fields(message, out, n::attributes, n::flags, n::exemplars, [&](const fields& in) {
            if (in.number() == n::real) out.value = in.real();
            if (in.number() == n::integer) out.value = static_cast<std::int64_t>(in.fixed64());
        });
    }

    void read_point(std::string_view message, model::histogram_point& out) {
        namespace n = wire::histogram_point;
        model::histogram_value& v = out.value;
        read_fields(message, out, n::attributes, n::flags, n::exemplars, [&](const fields& in) {
            switch (in.number()) {
                case n::count:
                    v.count = in.fixed64();
                    break;
                case n::sum:
                    v.sum = in.real();
                    break;
                case n::min:
                    v.min = in.real();
                    break;
                case n::max:
                    v.max = in.real();
                    break;
                case n::bucket_counts:
                    read_words(in, v.bucket_counts);
                    break;
                case n::bounds:
                    read_words(in, v.bounds);
                    break;
            }
        });
    }

    void read_point(std::string_view message, model::exponential_point& out) {
        namespace n = wire::exponential_point;
        model::exponential_value& v = out.value;
        read_fields(message, out, n::attributes, n::flags, n::exemplars, [&](const fields& in) {
            switch (in.number()) {
                case n::count:
                    v.count = in.fixed64();
                    break;
                case n::sum:
                    v.sum = in.real();
                    break;
                case n::min:
                    v.min = in.real();
                    break;
                case n::max:
                    v.max = in.real();
                    break;
                case n::scale:
                    v.scale = in.zigzag32();
                    break;
                case n::zero_count:
                    v.zero_count = in.fixed64();
                    break;
                case n::zero_threshold:
                    v.zero_threshold = in.real();
                    break;
                case n::positive:
                    read_buckets(in.bytes(), v.positive);
                    break;
                case n::negative:
                    read_buckets(in.bytes(), v.negative);
                    break;
            }
        });
    }

    void read_point(std::string_view message, model::summary_point& out) {
        namespace n = wire::summary_point;
        make_room(out.quantiles, message, n::quantiles, state_);
        constexpr std::uint32_t no_exemplars = 0;
        read_fields(message, out, n::attributes, n::flags, no_exemplars, [&](const fields& in) {
            if (in.number() == n::count) out.count = in.fixed64();
            if (in.number() == n::sum) out.sum = in.real();
            if (in.number() == n::quantiles)
                read_quantile(in.bytes(), out.quantiles.emplace_back());
        });
    }

    static void read_quantile(std::string_view message, model::quantile& out) {
        for (fields in(message); in.next();) {
            if (in.number() == wire::quantile::at) out.at = in.real();
            if (in.number() == wire::quantile::value) out.value = in.real();
        }
    }

    void read_buckets(std::string_view message, model::exponential_buckets& out) {
        for (fields in(message); in.next();) {
            if (in.number() == wire::buckets::offset) out.offset = in.zigzag32();
            if (in.number() == wire::buckets::counts) read_varints(in, out.counts);
        }
    }

    /// Appends words of eight bytes, packed or not.
    template <class Word>
    void read_words(const fields& in, std::vector<Word>& out) {
        if (!in.is_bytes()) {
            state_.take(sizeof(Word));
            out.push_back(bit_cast<Word>(in.fixed64()));
            return;
        }
        const std::string_view packed = in.bytes();
        if (packed.size() % sizeof(Word) != 0) throw refusal{errc::corrupt};
        state_.take(packed.size());
        if (out.empty()) out.reserve(packed.size() / sizeof(Word));
        for (std::size_t i = 0; i < packed.size(); i += sizeof(Word))
            out.push_back(bit_cast<Word>(
                load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(packed.data()) + i)));
    }

    void read_varints(const fields& in, std::vector<std::uint64_t>& out) {
        if (!in.is_bytes()) {
            state_.take(sizeof(std::uint64_t));
            out.push_back(in.varint());
            return;
        }
        const std::string_view packed = in.bytes();
        const auto count = static_cast<std::size_t>(
            std::count_if(packed.begin(), packed.end(), [](char c) { return (c & 0x80) == 0; }));
        state_.take(count * sizeof(std::uint64_t));
        if (out.empty()) out.reserve(count);
        const char* at = packed.data();
        const char* const end = at + packed.size();
        while (at != end) out.push_back(protozero::decode_varint(&at, end));
    }

    decoding& state_;
    attributes metadata_;
    attributes point_;
};

}  // namespace

result<decoded<model::metrics>> decode_metrics(cbytes request, const limits& within) {
    return decode_request<model::metrics>(
        request, within, [](std::string_view message, model::metrics& out, decoding& state) {
            resource_reader resources(state);
            metric_reader metrics(state);
            make_room(out, message, wire::request::resources, state);
            for (fields in(message); in.next();)
                if (in.number() == wire::request::resources)
                    resources.read(in.bytes(), out.emplace_back(), &model::scope_metrics::metrics,
                                   [&](std::string_view metric, model::metric& to) {
                                       metrics.read(metric, to);
                                   });
        });
}

}  // namespace chronopack::otlp
