#include <adapters/otlp/span_statistics.hpp>

#include <adapters/otlp/tags.hpp>
#include <adapters/otlp/text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace chronopack::otlp {

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
                    add(*known, duration_ms(span));
                else
                    lost.add(loss::too_large);
            }
    }
    return lost;
}

/// Returns the durations of a service and span name, or null where they are new and there is no
/// room.
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
