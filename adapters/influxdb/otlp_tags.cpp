#include <adapters/influxdb/otlp_tags.hpp>

#include <adapters/otlp/origin.hpp>

#include <algorithm>

namespace chronopack::influxdb {

using otlp::loss;
using otlp::loss_report;
using otlp::tag_list;

namespace {

constexpr auto as_it_is = otlp::translation::no_translation;

void reserve(tag_list& to, const char* name, std::string_view value) {
    if (!value.empty()) to.push_back({name, std::string(value)});
}

}  // namespace

std::uint64_t stable_hash(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3;
    hash = (hash ^ (hash >> 33)) * 0xff51'afd7'ed55'8ccd;
    hash = (hash ^ (hash >> 33)) * 0xc4ce'b9fe'1a85'ec53;
    return hash ^ (hash >> 33);
}

tag_list tags_of(const model::resource& of, const otlp_options& options, loss_report& lost) {
    tag_list tags;
    if (options.schema != schema::seed) {
        append_tags(tags, of.attributes.pairs(), as_it_is, lost);
        sort_tags(tags, lost);
        return tags;
    }
    for (const std::string& name : options.resource_tags)
        if (const std::string_view value = of.attributes[name]; !value.empty())
            tags.push_back({name, std::string(value)});
    sort_tags(tags, lost);
    tag_list own;
    reserve(own, "service_instance_id", of.service_instance());
    reserve(own, "service_name", of.service_name());
    reserve(own, "service_namespace", of.service_name().empty() ? "" : of.service_namespace());
    merge_tags(tags, own, lost);
    lost.add(loss::attribute_left_out,
             otlp::not_chosen(otlp::other_attributes(of), options.resource_tags));
    return tags;
}

tag_list tags_of(const model::scope& of, const otlp_options& options, loss_report& lost) {
    tag_list tags;
    const bool seed = options.schema == schema::seed;
    if (!options.scope_tags || (!seed && !of.attributes.pairs().empty())) lost.add(loss::scope);
    if (!options.scope_tags) return tags;
    if (seed) append_tags(tags, of.attributes.pairs(), as_it_is, lost, "otel_scope_");
    sort_tags(tags, lost);
    tag_list own;
    reserve(own, seed ? "otel_scope_name" : "otel.library.name", of.name);
    reserve(own, seed ? "otel_scope_version" : "otel.library.version", of.version);
    merge_tags(tags, own, lost);
    return tags;
}

void hash_tags(tag_list& tags, const otlp_options& options) {
    for (const hashed_tag& rule : options.hashed)
        for (label& tag : tags) {
            if (tag.name != rule.name || tag.value.empty()) continue;
            const std::uint64_t hash = stable_hash(tag.value);
            if (rule.buckets != 0) {
                tag.value = std::to_string(hash % rule.buckets);
                continue;
            }
            constexpr std::string_view hex = "0123456789abcdef";
            tag.value.clear();
            for (unsigned shift = 64; shift > 0; shift -= 4)
                tag.value += hex[hash >> (shift - 4) & 15];
        }
}

std::optional<labels> labels_beside(tag_list tags, const std::vector<field>& fields,
                                    loss_report& lost) {
    const auto taken = [&](const label& tag) {
        return tag.name == "time" || tag.name == "_field" || tag.name == "_measurement" ||
               std::any_of(fields.begin(), fields.end(),
                           [&](const field& one) { return one.name == tag.name; });
    };
    lost.add(loss::attribute_collision, std::erase_if(tags, taken));
    std::erase_if(tags, [](const label& tag) { return tag.value.empty(); });
    auto made = labels::from(std::move(tags));
    if (!made) return std::nullopt;
    return *std::move(made);
}

}  // namespace chronopack::influxdb
