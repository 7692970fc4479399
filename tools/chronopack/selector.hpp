// Selects series by a name and conditions on labels, as in PromQL.
//
//   cpu                         series named cpu (label __name__)
//   cpu{host="a",dc!="eu"}      and with these labels
//   {host=~"web.*",dc!~"t.*"}   any name; regular expressions match all of a value
//
// A label that a series does not have is empty. Values stand in double quotes, with the escapes \"
// \\ and \n. A name may hold any character except '{'.
//
// Patterns are RE2's, anchored as Prometheus anchors them, ^(?s:...)$: a dot matches a line break,
// and (?i) ignores case. Matching takes time linear in the length of the value and at most
// pattern::most_memory bytes. A pattern that needs more than that to be compiled is refused. A byte
// that is not UTF-8 is matched as U+FFFD.
#pragma once

#include <chronopack/series/labels.hpp>

#include <cstddef>
#include <memory>
#include <optional>
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

    /// Throws std::invalid_argument with RE2's message for text that is not a pattern.
    explicit pattern(const std::string& text);

    [[nodiscard]] bool operator()(std::string_view value) const;

private:
    std::shared_ptr<const re2::RE2> compiled_;  // shared by copies, because it never changes
};

class selector {
public:
    /// Throws failure (usage) for text that is not a selector.
    explicit selector(const std::string& text);

    [[nodiscard]] bool operator()(const labels& names) const;

    /// Returns the one value that the selector asks for in this label, if it asks for one that is
    /// not empty.
    [[nodiscard]] std::optional<std::string_view> exactly(std::string_view name) const;
    /// Returns whether a series of this name can match.
    [[nodiscard]] bool may_select(std::string_view metric) const;

private:
    struct condition {
        std::string name;
        std::string value = {};
        bool equal = true;                  // otherwise: not equal
        std::vector<pattern> matches = {};  // used instead of `value`: one or none

        [[nodiscard]] bool holds(std::string_view is) const;
    };

    std::vector<condition> all_;
};

}  // namespace chronopack::tool
