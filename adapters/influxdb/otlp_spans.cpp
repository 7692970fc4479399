// Spans: how long each took, with its ids as fields.
#include <adapters/influxdb/otlp_tags.hpp>

#include <adapters/otlp/origin.hpp>
#include <adapters/otlp/spans.hpp>
#include <adapters/otlp/text.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace chronopack::influxdb {

using otlp::loss;
using otlp::loss_report;
using otlp::tag_list;

namespace {

constexpr const char* kinds[] = {"unspecified", "internal", "server",
                                 "client",      "producer", "consumer"};
constexpr const char* statuses[] = {"unset", "ok", "error"};

/// In hexadecimal digits; empty for one of zeros, which is none.
template <std::size_t Size>
std::string id_text(const std::array<std::byte, Size>& id) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    bool any = false;
    for (const std::byte b : id) {
        out += hex[std::to_integer<unsigned>(b) >> 4];
        out += hex[std::to_integer<unsigned>(b) & 15];
        any |= b != std::byte{0};
    }
    return any ? out : std::string();
}

/// One call of convert_spans().
class span_call {
public:
    span_call(const otlp_options& options, std::vector<point>& out)
        : options_(options),
          out_(out),
          first_(static_cast<std::ptrdiff_t>(out.size())),
          left_(options.call_bytes) {}

    loss_report run(const model::traces& traces) {
        for (const model::resource_spans& of : traces) {
            resource_ = &of.resource;
            of_resource_ = resource_tags();
            for (const model::scope_spans& scope : of.scopes) {
                if (!otlp::is_empty(scope.scope)) lost_.add(loss::scope);
                for (const model::span& span : scope.spans) convert(span);
            }
        }
        move_apart();
        return lost_;
    }

private:
    [[nodiscard]] bool is_seed() const noexcept { return options_.schema == schema::seed; }

    tag_list resource_tags() {
        if (is_seed()) return tags_of(*resource_, options_, lost_);
        // The other attributes stand in a field.
        if (resource_->service_name().empty()) return {};
        return {{"service.name", std::string(resource_->service_name())}};
    }

    void convert(const model::span& span) {
        if (const auto fault = otlp::fault_of(span)) return lost_.add(*fault);
        // Attributes become text twice as long at most, but for what JSON escapes.
        const std::size_t attributes =
            otlp::bytes_of(span.attributes.pairs()) + otlp::bytes_of(resource_->attributes.pairs());
        const std::size_t bytes = sizeof(point) + 12 * sizeof(field) + 400 + span.name.size() +
                                  span.trace_state.size() + span.status_message.size() +
                                  otlp::bytes_of(of_resource_) + 6 * attributes;
        if (bytes > left_) return lost_.add(loss::too_large);
        left_ -= bytes;
        std::vector<field> fields = is_seed() ? seed_fields(span) : telegraf_fields(span);
        tag_list tags = chosen_tags(span);
        merge_tags(tags, own_tags(span), lost_);
        merge_tags(tags, of_resource_, lost_);
        hash_tags(tags, options_);
        auto made = labels_beside(std::move(tags), fields, lost_);
        if (!made) return lost_.add(loss::too_large);
        out_.push_back({is_seed() ? "span_duration" : "spans", *std::move(made), std::move(fields),
                        static_cast<std::int64_t>(span.start)});
    }

    tag_list chosen_tags(const model::span& span) {
        tag_list tags;
        for (const std::string& name : options_.span_tags)
            if (const std::string_view value = span.attributes[name]; !value.empty())
                tags.push_back({name, std::string(value)});
        // In the other schemas one field holds all attributes.
        if (is_seed())
            lost_.add(loss::attribute_left_out,
                      otlp::not_chosen(span.attributes.pairs(), options_.span_tags));
        sort_tags(tags, lost_);
        return tags;
    }

    tag_list own_tags(const model::span& span) const {
        const char* const kind = kinds[static_cast<std::size_t>(span.kind)];
        const char* const status = statuses[static_cast<std::size_t>(span.status)];
        if (!is_seed()) return {{"span.kind", kind}, {"span.name", span.name}};
        return {{"span_kind", kind}, {"span_name", span.name}, {"status_code", status}};
    }

    static void put_id(std::vector<field>& to, const char* name, std::string id) {
        if (!id.empty()) to.push_back({name, std::move(id)});
    }

    static std::vector<field> seed_fields(const model::span& span) {
        const auto nanoseconds = static_cast<std::int64_t>(span.end - span.start);
        std::vector<field> fields{{"duration_ms", nanoseconds / 1'000'000},
                                  {"duration_ns", nanoseconds}};
        put_id(fields, "parent_span_id", id_text(span.parent));
        put_id(fields, "span_id", id_text(span.id));
        put_id(fields, "trace_id", id_text(span.trace));
        return fields;
    }

    std::vector<field> telegraf_fields(const model::span& span) const {
        std::vector<field> fields{
            {"duration_nano", static_cast<std::int64_t>(span.end - span.start)},
            {"end_time_unix_nano", static_cast<std::int64_t>(span.end)},
            {"otel.status_code", std::string(statuses[static_cast<std::size_t>(span.status)])}};
        put_id(fields, "otel.status_description", span.status_message);
        put_id(fields, "parent_span_id", id_text(span.parent));
        put_id(fields, "span_id", id_text(span.id));
        put_id(fields, "trace_id", id_text(span.trace));
        put_id(fields, "trace_state", span.trace_state);
        std::string attributes;
        for (const auto* list : {&resource_->attributes, &span.attributes})
            for (const label& one : list->pairs()) {
                // The span's own attribute stands for that of its resource.
                if (list == &resource_->attributes && !span.attributes[one.name].empty()) continue;
                attributes += attributes.empty() ? '{' : ',';
                otlp::append_json(attributes, one.name);
                attributes += ':';
                otlp::append_json(attributes, one.value);
            }
        if (!attributes.empty()) fields.push_back({"attributes", attributes += '}'});
        return fields;
    }

    /// Gives spans of one series that start together times of their own.
    void move_apart() {
        std::vector<point*> all(out_.size() - static_cast<std::size_t>(first_));
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = &out_[static_cast<std::size_t>(first_) + i];
        std::stable_sort(all.begin(), all.end(), [](const point* a, const point* b) {
            return std::tie(a->measurement, a->tags, a->time) <
                   std::tie(b->measurement, b->tags, b->time);
        });
        for (std::size_t i = 1; i < all.size(); ++i) {
            const point& before = *all[i - 1];
            point& one = *all[i];
            if (one.measurement == before.measurement && one.tags == before.tags &&
                *one.time <= *before.time)
                one.time = *before.time + 1;
        }
    }

    const otlp_options& options_;
    std::vector<point>& out_;
    std::ptrdiff_t first_;  // of the call's points
    std::size_t left_;
    loss_report lost_;
    const model::resource* resource_ = nullptr;
    tag_list of_resource_;
};

}  // namespace

loss_report convert_spans(const model::traces& traces, const otlp_options& options,
                          std::vector<point>& out) {
    return span_call(options, out).run(traces);
}

}  // namespace chronopack::influxdb
