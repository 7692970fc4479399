// Where points come from, as tags: what resources and scopes add to them.
//
//   resource service.instance.id="7" host="a"   ->  instance="7"   (host where chosen)
//   scope    "io" "2.1" {team="x"}              ->  otel_scope_name="io"
//                                                   otel_scope_team="x" otel_scope_version="2.1"
#pragma once

#include <adapters/otlp/points.hpp>
#include <adapters/otlp/tags.hpp>

namespace chronopack::otlp {

/// `instance`, if the resource has one.
[[nodiscard]] tag_list instance_tag(const model::resource& of);

/// `instance`, and what is chosen of the resource's attributes.
[[nodiscard]] tag_list resource_tags(const model::resource& of, const point_options& options,
                                     loss_report& lost);

/// Of a scope, if they are wanted.
[[nodiscard]] tag_list scope_tags(const model::scope_metrics& of, const point_options& options,
                                  loss_report& lost);

/// Attributes of a resource that are neither service nor instance.
[[nodiscard]] std::vector<label> other_attributes(const model::resource& of);

/// How many of these attributes are not among the chosen names.
[[nodiscard]] std::size_t not_chosen(std::span<const label> attributes,
                                     std::span<const std::string> chosen) noexcept;

/// Whether a scope says nothing.
[[nodiscard]] bool is_empty(const model::scope& scope) noexcept;

}  // namespace chronopack::otlp
