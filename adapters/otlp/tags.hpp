// Tags of points, made of attributes: names translated, sorted, each once.
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

/// Sorted, each name once.
using tag_list = std::vector<label>;

/// Appends attributes as tags, `prefix` before their names; sort_tags() comes after.
void append_tags(tag_list& out, std::span<const label> attributes, translation names,
                 loss_report& lost, std::string_view prefix = {});

/// Sorts; values of tags that have become one are joined with ';', in the order they had.
void sort_tags(tag_list& tags, loss_report& lost);

/// `tags` and `reserved`, which win.
void merge_tags(tag_list& tags, const tag_list& reserved, loss_report& lost);

/// Room for the tag `name`, which wins over one there is. Its place among the tags.
std::size_t reserve_tag(tag_list& tags, std::string_view name, loss_report& lost);

/// Bytes of memory that tags take, about.
[[nodiscard]] std::size_t bytes_of(std::span<const label> tags) noexcept;

}  // namespace chronopack::otlp
