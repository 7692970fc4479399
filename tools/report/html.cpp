#include "html.hpp"

#include "chart.hpp"
#include "html_style.hpp"
#include "table.hpp"
#include "input/words.hpp"

#include <fmt/format.h>

#include <fstream>

namespace chronopack::report {

namespace {

using input::grouped;

std::string processor() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

std::string cells(std::initializer_list<std::string> all) {
    std::string out;
    for (const std::string& one : all) out += "<td>" + one + "</td>";
    return out;
}

std::string verdict(bool lossless) {
    return lossless ? "<span class=\"yes\">yes</span>" : "<span class=\"no\">NO</span>";
}

std::string tile(std::string_view number, std::string_view what) {
    return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>", number, what);
}

std::string tiles(const std::vector<row>& rows, const std::vector<codec_summary>& all) {
    std::size_t series = 0, samples = 0, lost = 0;
    std::string_view last;
    for (const row& one : rows) {
        lost += !one.lossless;
        if (one.series == last) continue;
        last = one.series;
        ++series;
        samples += one.count;
    }
    std::string out = tile(grouped(series), "series") + tile(grouped(samples), "samples") +
                      tile(grouped(rows.size()), "round trips");
    out += lost == 0 ? tile("<i class=\"yes\">all</i>", "lossless, bit for bit")
                     : tile(fmt::format("<i class=\"no\">{}</i>", lost), "NOT lossless");
    if (!all.empty()) out += tile(short_number(all.front().memcpy_gbps), "GB/s memcpy");
    return "<div class=\"tiles\">" + out + "</div>";
}

std::string summary_table(kind what, const std::vector<codec_summary>& all) {
    const std::string_view unit = what == kind::frame ? "sample" : "value";
    std::string out = fmt::format(
        "<table><thead><tr><th>codec</th><th>series</th><th>mean bits / {0}</th><th>median</th>"
        "<th>ratio</th><th>encode GB/s</th><th>decode GB/s</th><th>memcpy GB/s</th>"
        "<th>lossless</th></tr></thead><tbody>",
        unit);
    for (const codec_summary& one : all) {
        if (one.what != what) continue;
        const double share = one.mean_bits / (8.0 * static_cast<double>(raw_bytes(what)));
        const std::string bar =
            fmt::format("<span class=\"bar\" style=\"--share:{:.3f}\">{:.2f}</span>",
                        std::min(share, 1.0), one.mean_bits);
        out += fmt::format("<tr{}>", one.reference ? " class=\"reference\"" : "") +
               cells({escaped(one.codec), std::to_string(one.series), bar,
                      fmt::format("{:.2f}", one.median_bits), fmt::format("{:.2f}", one.ratio),
                      short_number(one.encode_gbps), short_number(one.decode_gbps),
                      short_number(one.memcpy_gbps), verdict(one.lossless)}) +
               "</tr>";
    }
    return out + "</tbody></table>";
}

std::string section(kind what, const std::vector<row>& rows,
                    const std::vector<codec_summary>& all) {
    const auto is_it = [&](const codec_summary& one) {
        return one.what == what;
    };
    if (std::none_of(all.begin(), all.end(), is_it)) return {};
    std::string_view title = "Frames";
    std::string_view lead = "Timestamp and value together: 128 bits a sample.";
    if (what == kind::timestamps) {
        title = "Timestamps";
        lead = "One column of int64: 64 bits a value.";
    } else if (what == kind::values) {
        title = "Values";
        lead = "One column of doubles: 64 bits a value.";
    }
    return fmt::format("<section><h2>{}</h2><p>{}</p><figure>{}</figure>{}</section>", title, lead,
                       chart_svg(what, rows, all), summary_table(what, all));
}

/// Returns the details of one series, whose rows are [first, last).
std::string details(const row* first, const row* last) {
    const row* smallest = nullptr;
    std::string lines;
    for (const row* one = first; one != last; ++one) {
        if (one->what == kind::values && one->lossless &&
            (smallest == nullptr || one->bytes < smallest->bytes))
            smallest = one;
        lines +=
            fmt::format("<tr{}>", one->reference ? " class=\"reference\"" : "") +
            cells({std::string(name(one->what)), escaped(one->codec),
                   fmt::format("{:.2f}", one->bits_per_value()),
                   fmt::format("{:.2f}", one->ratio()), short_number(one->gbps(one->encode.best)),
                   short_number(one->gbps(one->encode.median)),
                   short_number(one->gbps(one->decode.best)),
                   short_number(one->gbps(one->decode.median)),
                   short_number(one->gbps(one->copy.best)),
                   verdict(one->lossless) + escaped(one->failure)}) +
            "</tr>";
    }
    return fmt::format(
        "<details><summary><b>{}</b><span>{} samples{}{}</span></summary><table "
        "class=\"series\"><thead><tr><th>kind</th><th>codec</th><th>bits</th><th>ratio</th>"
        "<th>encode GB/s</th><th>median</th><th>decode GB/s</th><th>median</th>"
        "<th>memcpy GB/s</th><th>lossless</th></tr></thead><tbody>{}</tbody></table></details>",
        escaped(first->series), grouped(first->count), first->made_up ? ", timestamps made up" : "",
        smallest == nullptr ? ""
                            : fmt::format(", values smallest as {}: {:.2f} bits",
                                          escaped(smallest->codec), smallest->bits_per_value()),
        lines);
}

}  // namespace

std::string to_html(const std::vector<row>& rows, const std::vector<codec_summary>& all,
                    std::string_view lead) {
    std::string out = fmt::format(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<title>chronopack: codecs and series</title><style>{}</style></head><body><main>"
        "<header><h1>chronopack: codecs and series</h1><p>{}, {}</p></header>",
        page_style, escaped(processor()), escaped(COMPILER));
    if (!lead.empty())
        out += fmt::format("<section><h2>Advice</h2><p>{}</p></section>", escaped(lead));
    out += tiles(rows, all);
    for (const kind what : all_kinds) out += section(what, rows, all);
    out +=
        "<section class=\"notes\"><h2>How to read this</h2><ul>"
        "<li>Each large point is a codec: mean size over its series, geometric mean of its best "
        "speeds. Each small point is one series; hover to see which.</li>"
        "<li>Speeds are 10<sup>9</sup> uncompressed bytes a second on one core. memcpy of the "
        "same bytes took turns with each codec.</li>";
    for (const std::string& one : caveats(rows)) out += "<li>" + escaped(one) + "</li>";
    out += "</ul></section><section><h2>Every series</h2>";
    for (std::size_t first = 0; first < rows.size();) {
        std::size_t last = first;
        while (last < rows.size() && rows[last].series == rows[first].series) ++last;
        out += details(rows.data() + first, rows.data() + last);
        first = last;
    }
    return out + "</section></main></body></html>\n";
}

}  // namespace chronopack::report
