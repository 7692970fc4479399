// The origin of points as tags: what resources and scopes add to them.
//
//   resource service.instance.id="7" host="a"   ->  instance="7"   (host where chosen)
//   scope    "io" "2.1" {team="x"}              ->  otel_scope_name="io"
//                                                   otel_scope_team="x" otel_scope_version="2.1"
#pragma once

#include <adapters/otlp/points.hpp>
#include <adapters/otlp/tags.hpp>

namespace chronopack::otlp {

/// Returns the tag `instance` if the resource has one.
[[nodiscard]] tag_list instance_tag(const model::resource& of);

/// Returns the tag `instance` and the chosen attributes of the resource.
[[nodiscard]] tag_list resource_tags(const model::resource& of, const point_options& options,
                                     loss_report& lost);

/// Returns the tags of a scope if the options ask for them.
[[nodiscard]] tag_list scope_tags(const model::scope_metrics& of, const point_options& options,
                                  loss_report& lost);

/// Returns the attributes of a resource that are neither its service nor its instance.
[[nodiscard]] std::vector<label> other_attributes(const model::resource& of);

/// Returns how many of these attributes are not among the chosen names.
[[nodiscard]] std::size_t not_chosen(std::span<const label> attributes,
                                     std::span<const std::string> chosen) noexcept;

/// Returns whether a scope has neither name nor version nor attributes.
[[nodiscard]] bool is_empty(const model::scope& scope) noexcept;

}  // namespace chronopack::otlp
