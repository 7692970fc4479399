#include <adapters/otlp/origin.hpp>

#include <algorithm>
#include <utility>

namespace chronopack::otlp {

tag_list instance_tag(const model::resource& of) {
    if (of.service_instance().empty()) return {};
    return {{"instance", std::string(of.service_instance())}};
}

tag_list resource_tags(const model::resource& of, const point_options& options, loss_report& lost) {
    tag_list tags;
    for (const std::string& name : options.resource_tags) {
        const std::string_view value = of.attributes[name];
        std::string tag = label_name(name, options.names);
        if (!value.empty() && !tag.empty()) tags.push_back({std::move(tag), std::string(value)});
    }
    sort_tags(tags, lost);
    merge_tags(tags, instance_tag(of), lost);
    return tags;
}

tag_list scope_tags(const model::scope_metrics& of, const point_options& options,
                    loss_report& lost) {
    tag_list tags;
    if (!options.scope_tags) {
        if (!is_empty(of.scope)) lost.add(loss::scope);
        return tags;
    }
    append_tags(tags, of.scope.attributes.pairs(), options.names, lost, "otel_scope_");
    sort_tags(tags, lost);
    tag_list reserved;
    for (const auto& [name, value] : {std::pair("otel_scope_name", &of.scope.name),
                                      std::pair("otel_scope_schema_url", &of.schema_url),
                                      std::pair("otel_scope_version", &of.scope.version)})
        if (!value->empty()) reserved.push_back({name, *value});
    merge_tags(tags, reserved, lost);
    return tags;
}

std::vector<label> other_attributes(const model::resource& of) {
    const bool is_service = !of.service_name().empty();
    std::vector<label> others;
    for (const label& l : of.attributes.pairs()) {
        if (l.name == "service.instance.id") continue;
        if (is_service && (l.name == "service.name" || l.name == "service.namespace")) continue;
        others.push_back(l);
    }
    return others;
}

std::size_t not_chosen(std::span<const label> attributes,
                       std::span<const std::string> chosen) noexcept {
    return static_cast<std::size_t>(
        std::count_if(attributes.begin(), attributes.end(), [&](const label& l) {
            return std::find(chosen.begin(), chosen.end(), l.name) == chosen.end();
        }));
}

bool is_empty(const model::scope& scope) noexcept {
    return scope.name.empty() && scope.version.empty() && scope.attributes.pairs().empty();
}

}  // namespace chronopack::otlp
