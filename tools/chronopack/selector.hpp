// Which series: a name and conditions on labels, as in PromQL.
//
//   cpu                         series named cpu (label __name__)
//   cpu{host="a",dc!="eu"}      and of these labels
//   {host=~"web.*",dc!~"t.*"}   any name; regular expressions match all of a value
//
// A label a series does not have is empty. Values stand in double quotes, with
// \" \\ and \n. A name may hold anything but '{'. No pattern matches values of
// more than 4,096 bytes.
#pragma once

#include <chronopack/series/labels.hpp>

#include <regex>
#include <string>
#include <vector>

namespace chronopack::tool {

class selector {
public:
    /// failure (usage) for text that is none.
    explicit selector(const std::string& text);

    [[nodiscard]] bool operator()(const labels& names) const;

private:
    struct condition {
        std::string name;
        std::string value;
        bool equal = true;  // or unequal
        bool is_pattern = false;
        std::regex pattern = {};
    };

    std::vector<condition> all_;
};

}  // namespace chronopack::tool
