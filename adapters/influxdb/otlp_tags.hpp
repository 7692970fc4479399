// The tags that points of OTLP have from where they come, by schema. Part of otlp.cpp and
// otlp_spans.cpp.
#pragma once

#include <adapters/influxdb/otlp.hpp>
#include <adapters/otlp/tags.hpp>

namespace chronopack::influxdb {

/// Of a resource; those of its attributes that are no tags are counted.
[[nodiscard]] otlp::tag_list tags_of(const model::resource& of, const otlp_options& options,
                                     otlp::loss_report& lost);

/// Of a scope, where they are wanted.
[[nodiscard]] otlp::tag_list tags_of(const model::scope& of, const otlp_options& options,
                                     otlp::loss_report& lost);

/// Replaces the values of tags that are to be hashed.
void hash_tags(otlp::tag_list& tags, const otlp_options& options);

/// The tags of a point with those fields: what has the name of one of them, or a name that
/// InfluxDB keeps for itself, is left out. None where there are too many.
[[nodiscard]] std::optional<labels> labels_beside(otlp::tag_list tags,
                                                  const std::vector<field>& fields,
                                                  otlp::loss_report& lost);

}  // namespace chronopack::influxdb
