#include "form_text.hpp"

#include <chronopack/frame/column.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace chronopack::tool {

namespace {

std::string decimals_text(unsigned decimals) {
    constexpr std::array<std::string_view, 7> names{
        "whole numbers",       "tenths",    "hundredths", "thousandths", "ten-thousandths",
        "hundred-thousandths", "millionths"};
    return decimals < names.size() ? std::string(names[decimals])
                                   : fmt::format("decimals of {} digits after the point", decimals);
}

}  // namespace

std::string form_text(const number_form& form) {
    if (!form.decimal) return form.float32 ? "float32, no decimals" : "no decimals";
    std::string text = decimals_text(form.decimals);
    if (form.counted)
        text = "averages of readings in " + text;
    else if (form.readings == 2520)
        text = "averages of up to 10 readings in " + text;
    else if (form.readings > 1)
        text = fmt::format("averages of {} readings in {}", form.readings, text);
    if (form.float32) text += ", kept as float32";
    if (form.after_point != 0)
        text += fmt::format(", printed with {} digits after the point", form.after_point);
    if (form.in_all != 0) text += fmt::format(", printed with {} digits", form.in_all);
    if (form.moved) text += ", not quite exact";
    return text;
}

std::string form_text(std::span<const double> values) {
    const auto some = values.first(std::min<std::size_t>(values.size(), 4096));
    std::vector<std::byte> room(frame::column_room_bytes(some.size()));
    std::vector<std::byte> column(frame::max_column_bytes<double>(some.size()));
    const auto written =
        frame::encode_column<double>(some, std::nullopt, preset::balanced, room, column);
    const auto form = written ? number_form_of(cbytes(column).first(*written))
                              : result<number_form>(written.error());
    return form ? form_text(*form) : std::string(message(form.error()));
}

}  // namespace chronopack::tool
