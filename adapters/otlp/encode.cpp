#include <adapters/otlp/encode.hpp>

#include <adapters/otlp/wire.hpp>

#include <chronopack/core/bit.hpp>

#include <protozero/pbf_writer.hpp>

#include <algorithm>

namespace chronopack::otlp {

namespace {

/// protozero's writer, except that it also writes messages without fields. protozero leaves those
/// out, and a point or the kind of a metric would be lost.
class writer : public protozero::pbf_writer {
public:
    explicit writer(std::string& body) : basic_pbf_writer(body), body_(body) {}

    template <class Write>
    void message(std::uint32_t number, Write write) {
        const std::size_t before = body_.size();
        {
            writer inner(*this, number);
            write(inner);
        }
        if (body_.size() == before) add_message(number, "", 0);
    }

private:
    writer(writer& parent, std::uint32_t number)
        : basic_pbf_writer(parent, number), body_(parent.body_) {}

    std::string& body_;
};

void write_text(writer& out, std::uint32_t number, const std::string& text) {
    if (!text.empty()) out.add_string(number, text);
}

void write_fixed64(writer& out, std::uint32_t number, std::uint64_t value) {
    if (value != 0) out.add_fixed64(number, value);
}

/// Writes a double unless it is +0.0. -0.0 is written.
void write_real(writer& out, std::uint32_t number, double value) {
    if (bit_cast<std::uint64_t>(value) != 0) out.add_double(number, value);
}

void write_real(writer& out, std::uint32_t number, const std::optional<double>& value) {
    if (value) out.add_double(number, *value);
}

template <class Id>
void write_id(writer& out, std::uint32_t number, const Id& id) {
    if (id != Id{}) out.add_bytes(number, reinterpret_cast<const char*>(id.data()), id.size());
}

void write_attributes(writer& out, std::uint32_t number, const labels& attributes) {
    for (const label& l : attributes.pairs()) {
        out.message(number, [&](writer& pair) {
            write_text(pair, wire::key_value::key, l.name);
            pair.message(wire::key_value::value, [&](writer& value) {
                value.add_string(wire::any_value::string, l.value);
            });
        });
    }
}

void write_resource(writer& out, const model::resource& resource) {
    if (resource.attributes.pairs().empty()) return;
    out.message(wire::resource_data::resource, [&](writer& message) {
        write_attributes(message, wire::resource::attributes, resource.attributes);
    });
}

void write_scope(writer& out, const model::scope& scope) {
    if (scope.name.empty() && scope.version.empty() && scope.attributes.pairs().empty()) return;
    out.message(wire::scope_data::scope, [&](writer& message) {
        write_text(message, wire::scope::name, scope.name);
        write_text(message, wire::scope::version, scope.version);
        write_attributes(message, wire::scope::attributes, scope.attributes);
    });
}

void write_times(writer& out, const model::data_point& point) {
    write_fixed64(out, wire::any_point::start, point.start);
    write_fixed64(out, wire::any_point::time, point.time);
}

void write_flags(writer& out, std::uint32_t number, const model::data_point& point) {
    if (point.no_recorded_value) out.add_uint32(number, wire::no_recorded_value);
}

void write_point(writer& out, const model::number_point& point) {
    namespace n = wire::number_point;
    write_times(out, point);
    if (const double* const real = std::get_if<double>(&point.value))
        out.add_double(n::real, *real);
    else if (const auto* const integer = std::get_if<std::int64_t>(&point.value))
        out.add_sfixed64(n::integer, *integer);
    write_attributes(out, n::attributes, point.attributes);
    write_flags(out, n::flags, point);
}

void write_point(writer& out, const model::histogram_point& point) {
    namespace n = wire::histogram_point;
    const model::histogram_value& v = point.value;
    write_times(out, point);
    write_fixed64(out, n::count, v.count);
    write_real(out, n::sum, v.sum);
    out.add_packed_fixed64(n::bucket_counts, v.bucket_counts.begin(), v.bucket_counts.end());
    out.add_packed_double(n::bounds, v.bounds.begin(), v.bounds.end());
    write_attributes(out, n::attributes, point.attributes);
    write_flags(out, n::flags, point);
    write_real(out, n::min, v.min);
    write_real(out, n::max, v.max);
}

void write_buckets(writer& out, std::uint32_t number, const model::exponential_buckets& buckets) {
    if (buckets.counts.empty() && buckets.offset == 0) return;
    out.message(number, [&](writer& message) {
        if (buckets.offset != 0) message.add_sint32(wire::buckets::offset, buckets.offset);
        message.add_packed_uint64(wire::buckets::counts, buckets.counts.begin(),
                                  buckets.counts.end());
    });
}

void write_point(writer& out, const model::exponential_point& point) {
    namespace n = wire::exponential_point;
    const model::exponential_value& v = point.value;
    write_attributes(out, n::attributes, point.attributes);
    write_times(out, point);
    write_fixed64(out, n::count, v.count);
    write_real(out, n::sum, v.sum);
    if (v.scale != 0) out.add_sint32(n::scale, v.scale);
    write_fixed64(out, n::zero_count, v.zero_count);
    write_buckets(out, n::positive, v.positive);
    write_buckets(out, n::negative, v.negative);
    write_flags(out, n::flags, point);
    write_real(out, n::min, v.min);
    write_real(out, n::max, v.max);
    write_real(out, n::zero_threshold, v.zero_threshold);
}

void write_point(writer& out, const model::summary_point& point) {
    namespace n = wire::summary_point;
    write_times(out, point);
    write_fixed64(out, n::count, point.count);
    write_real(out, n::sum, point.sum);
    for (const model::quantile& q : point.quantiles) {
        out.message(n::quantiles, [&](writer& message) {
            write_real(message, wire::quantile::at, q.at);
            write_real(message, wire::quantile::value, q.value);
        });
    }
    write_attributes(out, n::attributes, point.attributes);
    write_flags(out, n::flags, point);
}

void write_data(writer&, std::monostate) {}

/// The kind is written even if there is no point.
template <class Data>
void write_data(writer& out, const Data& data) {
    constexpr std::uint32_t number =
        std::is_same_v<Data, model::gauge>                   ? wire::metric::gauge
        : std::is_same_v<Data, model::sum>                   ? wire::metric::sum
        : std::is_same_v<Data, model::histogram>             ? wire::metric::histogram
        : std::is_same_v<Data, model::exponential_histogram> ? wire::metric::exponential
                                                             : wire::metric::summary;
    out.message(number, [&](writer& message) {
        for (const auto& point : data.points)
            message.message(wire::points::point, [&](writer& to) { write_point(to, point); });
        if constexpr (requires { data.of; })
            if (data.of != model::temporality::unspecified)
                message.add_enum(wire::points::temporality, static_cast<std::int32_t>(data.of));
        if constexpr (requires { data.monotonic; })
            if (data.monotonic) message.add_bool(wire::points::monotonic, true);
    });
}

void write_item(writer& out, const model::metric& metric) {
    write_text(out, wire::metric::name, metric.name);
    write_text(out, wire::metric::description, metric.description);
    write_text(out, wire::metric::unit, metric.unit);
    std::visit([&](const auto& data) { write_data(out, data); }, metric.data);
    write_attributes(out, wire::metric::metadata, metric.metadata);
}

void write_item(writer& out, const model::span& span) {
    write_id(out, wire::span::trace, span.trace);
    write_id(out, wire::span::id, span.id);
    write_text(out, wire::span::trace_state, span.trace_state);
    write_id(out, wire::span::parent, span.parent);
    write_text(out, wire::span::name, span.name);
    if (span.kind != model::span_kind::unspecified)
        out.add_enum(wire::span::kind, static_cast<std::int32_t>(span.kind));
    write_fixed64(out, wire::span::start, span.start);
    write_fixed64(out, wire::span::end, span.end);
    write_attributes(out, wire::span::attributes, span.attributes);
    if (span.status != model::status_code::unset || !span.status_message.empty()) {
        out.message(wire::span::status, [&](writer& status) {
            write_text(status, wire::status::message, span.status_message);
            if (span.status != model::status_code::unset)
                status.add_enum(wire::status::code, static_cast<std::int32_t>(span.status));
        });
    }
    if (span.flags != 0) out.add_fixed32(wire::span::flags, span.flags);
}

/// `items` is the member of a scope that holds its metrics or spans.
template <class Resources, class Items>
std::string encode(const Resources& resources, Items items) {
    std::string body;
    writer request(body);
    for (const auto& of_resource : resources)
        request.message(wire::request::resources, [&](writer& message) {
            write_resource(message, of_resource.resource);
            for (const auto& of_scope : of_resource.scopes)
                message.message(wire::resource_data::scopes, [&](writer& scope) {
                    write_scope(scope, of_scope.scope);
                    for (const auto& item : of_scope.*items)
                        scope.message(wire::scope_data::items,
                                      [&](writer& to) { write_item(to, item); });
                    write_text(scope, wire::scope_data::schema_url, of_scope.schema_url);
                });
            write_text(message, wire::resource_data::schema_url, of_resource.schema_url);
        });
    return body;
}

}  // namespace

std::string encode_metrics(const model::metrics& data) {
    return encode(data, &model::scope_metrics::metrics);
}

std::string encode_traces(const model::traces& data) {
    return encode(data, &model::scope_spans::spans);
}

}  // namespace chronopack::otlp
