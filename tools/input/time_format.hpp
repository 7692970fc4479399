// A format of times in the language of strptime, for spellings that are not recognised.
//
//   %Y %y %m %d %e %j   year, two digits of it, month, day, day of the year
//   %b %B %h %a %A      names of months and weekdays
//   %H %I %M %S %p      hour of 24, hour of 12, minute, second, AM or PM
//   %f %L               digits of a fraction, milliseconds
//   %z %Z               an offset such as +01:00 or Z; UTC or GMT
//   %F %T %R %D         %Y-%m-%d, %H:%M:%S, %H:%M, %m/%d/%y
//   %s                  seconds since 1970
//   %% and others       themselves; a blank is any blanks, or none
#pragma once

#include "civil_time.hpp"

#include <string>
#include <string_view>

namespace chronopack::input {

class time_format {
public:
    /// Throws failure (usage) for a directive that it does not know, and for a format that gives no
    /// date.
    explicit time_format(std::string_view format);

    /// Reads all of `cell`. Returns nothing for text that does not have the format.
    [[nodiscard]] std::optional<civil_time> operator()(std::string_view cell) const noexcept;

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    std::string plain_;  // without directives that stand for several
};

}  // namespace chronopack::input
