// Makes the tags of points from attributes: names translated, sorted, each once.
//
//   a.b="1" a_b="2"  ->  a_b="1;2", attribute_collision   (by the original names' order)
#pragma once

#include <adapters/otlp/loss.hpp>
#include <adapters/otlp/naming.hpp>

#include <chronopack/series/labels.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::otlp {

/// Tags, sorted, each name once.
using tag_list = std::vector<label>;

/// Appends attributes as tags with `prefix` before their names. Call sort_tags() afterwards.
void append_tags(tag_list& out, std::span<const label> attributes, translation names,
                 loss_report& lost, std::string_view prefix = {});

/// Sorts the tags. Values of tags with the same name are joined by ';', in their order.
void sort_tags(tag_list& tags, loss_report& lost);

/// Merges `reserved` into `tags`. Where both have a name, `reserved` wins.
void merge_tags(tag_list& tags, const tag_list& reserved, loss_report& lost);

/// Gives a tag with this name another one, exported_NAME, because the conversion itself adds the
/// name to some series of a point.
void release_name(tag_list& tags, std::string_view name, loss_report& lost);

/// Makes room for the tag `name`, which replaces one of that name. Returns its place among the
/// tags.
std::size_t reserve_tag(tag_list& tags, std::string_view name, loss_report& lost);

/// Returns about how many bytes of memory the tags take.
[[nodiscard]] std::size_t bytes_of(std::span<const label> tags) noexcept;

}  // namespace chronopack::otlp
