#include <adapters/otlp/tags.hpp>

#include <algorithm>

namespace chronopack::otlp {

namespace {

bool by_name(const label& a, const label& b) noexcept {
    return a.name < b.name;
}

}  // namespace

void append_tags(tag_list& out, std::span<const label> attributes, translation names,
                 loss_report& lost, std::string_view prefix) {
    out.reserve(out.size() + attributes.size());
    for (const label& l : attributes) {
        std::string name = prefix.empty() ? label_name(l.name, names)
                                          : label_name(std::string(prefix) + l.name, names);
        if (name.empty())
            lost.add(loss::unnamed_attribute);
        else
            out.push_back({std::move(name), l.value});
    }
}

void sort_tags(tag_list& tags, loss_report& lost) {
    if (!std::is_sorted(tags.begin(), tags.end(), by_name))
        std::stable_sort(tags.begin(), tags.end(), by_name);
    std::size_t end = 0;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        if (end != 0 && tags[end - 1].name == tags[i].name) {
            (tags[end - 1].value += ';') += tags[i].value;
            lost.add(loss::attribute_collision);
        } else {
            if (end != i) tags[end] = std::move(tags[i]);
            ++end;
        }
    }
    tags.resize(end);
}

void merge_tags(tag_list& tags, const tag_list& reserved, loss_report& lost) {
    if (reserved.empty()) return;
    tag_list merged;
    merged.reserve(tags.size() + reserved.size());
    auto at = reserved.begin();
    for (label& tag : tags) {
        while (at != reserved.end() && at->name < tag.name) merged.push_back(*at++);
        if (at != reserved.end() && at->name == tag.name)
            lost.add(loss::attribute_collision);
        else
            merged.push_back(std::move(tag));
    }
    merged.insert(merged.end(), at, reserved.end());
    tags = std::move(merged);
}

void release_name(tag_list& tags, std::string_view name, loss_report& lost) {
    const auto at = std::lower_bound(tags.begin(), tags.end(), name,
                                     [](const label& l, std::string_view n) { return l.name < n; });
    if (at == tags.end() || at->name != name) return;
    at->name.insert(0, "exported_");
    lost.add(loss::attribute_collision);
    sort_tags(tags, lost);
}

std::size_t reserve_tag(tag_list& tags, std::string_view name, loss_report& lost) {
    auto at = std::lower_bound(tags.begin(), tags.end(), name,
                               [](const label& l, std::string_view n) { return l.name < n; });
    if (at != tags.end() && at->name == name)
        lost.add(loss::attribute_collision);
    else
        at = tags.insert(at, {std::string(name), {}});
    return static_cast<std::size_t>(at - tags.begin());
}

std::size_t bytes_of(std::span<const label> tags) noexcept {
    std::size_t bytes = tags.size_bytes();
    for (const label& tag : tags) bytes += tag.name.size() + tag.value.size();
    return bytes;
}

}  // namespace chronopack::otlp
