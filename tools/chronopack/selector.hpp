// Which series: a name and conditions on labels, as in PromQL.
//
//   cpu                         series named cpu (label __name__)
//   cpu{host="a",dc!="eu"}      and of these labels
//   {host=~"web.*",dc!~"t.*"}   any name; regular expressions match all of a value
//
// A label that a series does not have is empty. Values stand in double quotes, with
// \" \\ and \n. A name may hold anything but '{'.
//
// Patterns are RE2's, anchored as Prometheus anchors them, ^(?s:...)$: a dot matches a
// line break, and (?i) ignores case. Matching takes time linear in the value, whatever
// its length, and at most pattern::most_memory bytes; a pattern that needs more than
// that when it is compiled is refused. A byte that is no UTF-8 is matched as U+FFFD.
#pragma once

#include <chronopack/series/labels.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace chronopack::tool {

/// A regular expression that matches whole values.
class pattern {
public:
    static constexpr std::size_t most_memory = std::size_t{8} << 20;

    /// Throws std::invalid_argument with RE2's message for text that is none.
    explicit pattern(const std::string& text);

    [[nodiscard]] bool operator()(std::string_view value) const;

private:
    std::shared_ptr<const re2::RE2> compiled_;  // shared by copies: it never changes
};

class selector {
public:
    /// Throws failure (usage) for text that is no selector.
    explicit selector(const std::string& text);

    [[nodiscard]] bool operator()(const labels& names) const;

private:
    struct condition {
        std::string name;
        std::string value = {};
        bool equal = true;                  // or unequal
        std::vector<pattern> matches = {};  // instead of `value`: one, or none
    };

    std::vector<condition> all_;
};

}  // namespace chronopack::tool
