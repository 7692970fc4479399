// Any text as line protocol. It is refused with a place and a reason, or gives samples to
// known series, whichever pieces it comes in. All parts of a point lie in its line.

#include "ingest.hpp"

#include "input/line_import.hpp"
#include "input/line_protocol.hpp"

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

void parse_alone(std::string_view line) {
    const auto within = [&](std::string_view part) {
        return part.empty() || (part.data() >= line.data() &&
                                part.data() + part.size() <= line.data() + line.size());
    };
    input::line_point point;
    if (const auto wrong = input::parse_point(line, point)) {
        claim(wrong->at <= line.size() && !wrong->message.empty(), "an error is in the line");
        return;
    }
    claim(!point.measurement.empty() && !point.fields.empty(), "a point has both");
    claim(within(point.series) && within(point.measurement) && within(point.timestamp),
          "parts lie in the line");
    for (const auto& tag : point.tags) {
        claim(within(tag.name) && within(tag.value), "tags lie in the line");
        claim(input::unescaped(tag.value).size() <= tag.value.size(), "escapes only go");
    }
    for (const auto& field : point.fields) claim(within(field.key), "fields lie in the line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> exact(data, data + size);
    const std::string_view text(exact.data(), size);
    parse_alone(text);
    fuzz::claim_pieces_do_not_matter(
        text, [](input::source& from, input::sample_sink& to, const input::read_options& how) {
            return input::import_lines(from, "f.lp", {}, to, how).bad;
        });
    return 0;
}
