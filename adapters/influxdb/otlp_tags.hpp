// The tags that points of OTLP have from where they come, by schema. Part of otlp.cpp and
// otlp_spans.cpp.
#pragma once

#include <adapters/influxdb/otlp.hpp>
#include <adapters/otlp/tags.hpp>

namespace chronopack::influxdb {

/// Returns the tags of a resource, and counts its attributes that are no tags.
[[nodiscard]] otlp::tag_list tags_of(const model::resource& of, const otlp_options& options,
                                     otlp::loss_report& lost);

/// Returns the tags of a scope, where they are wanted.
[[nodiscard]] otlp::tag_list tags_of(const model::scope& of, const otlp_options& options,
                                     otlp::loss_report& lost);

/// Replaces the values of tags that are to be hashed.
void hash_tags(otlp::tag_list& tags, const otlp_options& options);

/// Returns the tags of a point with those fields. A tag with the name of one of them, or with a
/// name that InfluxDB keeps for itself, is left out. Returns nothing where there are too many.
[[nodiscard]] std::optional<labels> labels_beside(otlp::tag_list tags,
                                                  const std::vector<field>& fields,
                                                  otlp::loss_report& lost);

}  // namespace chronopack::influxdb
