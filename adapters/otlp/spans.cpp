#include <adapters/otlp/spans.hpp>

#include <adapters/otlp/tags.hpp>
#include <adapters/otlp/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace chronopack::inline CHRONOPACK_ABI::otlp {

namespace {

constexpr std::array<const char*, 6> kinds{"unspecified", "internal", "server",
                                           "client",      "producer", "consumer"};
constexpr std::array<const char*, 3> statuses{"unset", "ok", "error"};

/// What keeps a span from having a duration.
std::optional<loss> fault_of(const model::span& span) noexcept {
    if (span.end == 0 || span.start == 0) return loss::no_time;
    if (span.end > static_cast<std::uint64_t>(INT64_MAX)) return loss::time_out_of_range;
    if (span.end < span.start) return loss::negative_duration;
    return std::nullopt;
}

double milliseconds_of(const model::span& span) noexcept {
    return static_cast<double>(span.end - span.start) / 1e6;
}

bool is_empty(const model::scope& scope) noexcept {
    return scope.name.empty() && scope.version.empty() && scope.attributes.pairs().empty();
}

/// One call of convert_spans().
class span_call {
public:
    span_call(const span_options& options, std::vector<storage::point>& out)
        : options_(options), out_(out), left_(options.call_bytes) {}

    loss_report run(const model::traces& traces) {
        for (const model::resource_spans& of : traces) {
            service_ = of.resource.service();
            instance_ = of.resource.service_instance();
            lost_.add(loss::attribute_left_out, left_out(of.resource));
            for (const model::scope_spans& scope : of.scopes) {
                if (!is_empty(scope.scope)) lost_.add(loss::scope);
                for (const model::span& span : scope.spans) convert(span);
            }
        }
        return lost_;
    }

private:
    static std::size_t left_out(const model::resource& of) noexcept {
        std::size_t known = of.service_instance().empty() ? 0 : 1;
        if (!of.service_name().empty()) known += of.service_namespace().empty() ? 1 : 2;
        return of.attributes.pairs().size() - known;
    }

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
                        static_cast<std::int64_t>(span.end), milliseconds_of(span)});
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
    std::string_view instance_;  // the same
};

}  // namespace

loss_report convert_spans(const model::traces& traces, const span_options& options,
                          std::vector<storage::point>& out) {
    return span_call(options, out).run(traces);
}

span_statistics::span_statistics(span_statistics_options options) : options_(std::move(options)) {
    double before = -std::numeric_limits<double>::infinity();
    std::erase_if(options_.bounds, [&](double bound) {
        if (!std::isfinite(bound) || !(bound > before)) return true;
        before = bound;
        return false;
    });
}

loss_report span_statistics::add(const model::traces& traces) {
    loss_report lost;
    for (const model::resource_spans& of : traces) {
        const std::string service = of.resource.service();
        for (const model::scope_spans& scope : of.scopes)
            for (const model::span& span : scope.spans) {
                if (const auto fault = fault_of(span))
                    lost.add(*fault);
                else if (durations* const known = find_or_add(service, span.name))
                    add(*known, milliseconds_of(span));
                else
                    lost.add(loss::too_large);
            }
    }
    return lost;
}

/// Of a service and span name; null where they are new and there is no room for them.
span_statistics::durations* span_statistics::find_or_add(const std::string& service,
                                                         const std::string& name) {
    const auto names = services_.find(service);
    if (names != services_.end())
        if (const auto at = names->second.find(name); at != names->second.end()) return &at->second;
    constexpr std::size_t nodes =
        8 * sizeof(void*) + sizeof(by_name::value_type) + sizeof(decltype(services_)::value_type);
    const std::size_t buckets = options_.bounds.size() + 1;
    const std::size_t bytes =
        nodes + service.size() + name.size() + buckets * sizeof(std::uint64_t);
    if (bytes > options_.most_bytes - bytes_ || name.size() > labels::max_bytes / 2) return nullptr;
    bytes_ += bytes;
    durations& made = services_[service][name];
    made.buckets.resize(buckets);
    return &made;
}

void span_statistics::add(durations& to, double ms) const noexcept {
    const auto bucket = std::lower_bound(options_.bounds.begin(), options_.bounds.end(), ms);
    ++to.count;
    to.sum_ms += ms;
    ++to.buckets[static_cast<std::size_t>(bucket - options_.bounds.begin())];
}

void span_statistics::points(std::int64_t time, std::vector<storage::point>& out) const {
    const std::string span_name = label_name("span.name", options_.names);
    const auto emit = [&](const char* metric, const std::string& service, tag_list tags,
                          double value) {
        out.push_back({metric, service, *labels::from(std::move(tags)), time, value});
    };
    for (const auto& [service, names] : services_)
        for (const auto& [name, of] : names) {
            std::uint64_t count = 0;
            for (std::size_t i = 0; i < of.buckets.size(); ++i) {
                const std::string le = i < options_.bounds.size() ? bound_text(options_.bounds[i])
                                                                  : std::string("+Inf");
                count += of.buckets[i];
                emit("span_duration_bucket", service, {{"le", le}, {span_name, name}},
                     static_cast<double>(count));
            }
            emit("span_duration_sum", service, {{span_name, name}}, of.sum_ms);
            emit("span_duration_count", service, {{span_name, name}},
                 static_cast<double>(of.count));
        }
}

}  // namespace chronopack::otlp
