#include <adapters/otlp/spans.hpp>

#include <adapters/otlp/origin.hpp>
#include <adapters/otlp/tags.hpp>

#include <algorithm>
#include <array>

namespace chronopack::otlp {

namespace {

constexpr std::array<const char*, 6> kinds{"unspecified", "internal", "server",
                                           "client",      "producer", "consumer"};
constexpr std::array<const char*, 3> statuses{"unset", "ok", "error"};

/// One call of convert_spans().
class span_call {
public:
    span_call(const span_options& options, std::vector<storage::point>& out)
        : options_(options), out_(out), left_(options.call_bytes) {}

    loss_report run(const model::traces& traces) {
        for (const model::resource_spans& of : traces) {
            service_ = of.resource.service();
            instance_ = of.resource.service_instance();
            lost_.add(loss::attribute_left_out, other_attributes(of.resource).size());
            for (const model::scope_spans& scope : of.scopes) {
                if (!is_empty(scope.scope)) lost_.add(loss::scope);
                for (const model::span& span : scope.spans) convert(span);
            }
        }
        return lost_;
    }

private:
    void convert(const model::span& span) {
        if (const auto fault = fault_of(span)) return lost_.add(*fault);
        std::size_t bytes = sizeof(storage::point) + 4 * sizeof(label) + 64 + service_.size() +
                            instance_.size() + span.name.size();
        for (const std::string& chosen : options_.attribute_tags)
            bytes += sizeof(label) + chosen.size() + span.attributes[chosen].size();
        if (bytes > left_ || bytes >= labels::max_bytes) return lost_.add(loss::too_large);
        left_ -= bytes;
        auto tags = labels::from(tags_of(span));
        if (!tags) return lost_.add(loss::too_large);
        out_.push_back({"span_duration", service_, std::move(*tags),
                        static_cast<std::int64_t>(span.end), duration_ms(span)});
    }

    tag_list tags_of(const model::span& span) {
        tag_list tags;
        for (const std::string& chosen : options_.attribute_tags) {
            std::string tag = label_name(chosen, options_.names);
            const std::string_view value = span.attributes[chosen];
            if (!value.empty() && !tag.empty())
                tags.push_back({std::move(tag), std::string(value)});
        }
        const std::size_t all = span.attributes.pairs().size();
        lost_.add(loss::attribute_left_out, all - std::min(all, tags.size()));
        sort_tags(tags, lost_);
        tag_list reserved;
        if (!instance_.empty()) reserved.push_back({"instance", std::string(instance_)});
        reserved.push_back({kind_, kinds[static_cast<std::size_t>(span.kind)]});
        reserved.push_back({name_, span.name});
        reserved.push_back({status_, statuses[static_cast<std::size_t>(span.status)]});
        merge_tags(tags, reserved, lost_);
        return tags;
    }

    const span_options& options_;
    std::vector<storage::point>& out_;
    std::size_t left_;
    loss_report lost_;
    const std::string kind_ = label_name("span.kind", options_.names);
    const std::string name_ = label_name("span.name", options_.names);
    const std::string status_ = label_name("status.code", options_.names);
    std::string service_;        // of the resource
    std::string_view instance_;  // of the resource
};

}  // namespace

std::optional<loss> fault_of(const model::span& span) noexcept {
    if (span.end == 0 || span.start == 0) return loss::no_time;
    if (span.end > static_cast<std::uint64_t>(INT64_MAX)) return loss::time_out_of_range;
    if (span.end < span.start) return loss::negative_duration;
    return std::nullopt;
}

double duration_ms(const model::span& span) noexcept {
    return static_cast<double>(span.end - span.start) / 1e6;
}

loss_report convert_spans(const model::traces& traces, std::vector<storage::point>& out,
                          const span_options& options) {
    return span_call(options, out).run(traces);
}

}  // namespace chronopack::otlp
