#include "table.hpp"

#include "grid.hpp"

#include <fmt/format.h>

namespace chronopack::bench {

namespace {

// At least so wide, that the tables of one series stand in line.
const std::vector<std::size_t> widths{27, 11, 6, 11, 11, 11, 11};

std::string unit_of_size(kind what) {
    return what == kind::frame ? "bits/sample" : "bits/value";
}

std::string raw_bits(kind what) {
    return fmt::format("{}.00", 8 * raw_bytes(what));
}

std::vector<std::string> summary_line(const codec_summary& one) {
    return {one.codec,
            std::to_string(one.series),
            fmt::format("{:.2f}", one.mean_bits),
            fmt::format("{:.2f}", one.median_bits),
            fmt::format("{:.2f}", one.ratio),
            short_number(one.encode_gbps),
            short_number(one.decode_gbps),
            one.lossless ? "yes" : "NO"};
}

grid summary_grid(const std::vector<codec_summary>& all, kind what) {
    grid made({std::string(name(what)), "series", "mean " + unit_of_size(what), "median", "ratio",
               "encode GB/s", "decode GB/s", "lossless"},
              widths);
    const codec_summary* widest = nullptr;
    for (const codec_summary& one : all) {
        if (one.what != what) continue;
        made.add(summary_line(one));
        if (widest == nullptr || one.series > widest->series) widest = &one;
    }
    if (widest != nullptr)
        made.add({"(memcpy)", std::to_string(widest->series), raw_bits(what), raw_bits(what),
                  "1.00", short_number(widest->memcpy_gbps), short_number(widest->memcpy_gbps),
                  ""});
    return made;
}

template <class F>
std::string for_each_kind(const std::vector<codec_summary>& all, F f) {
    std::string out;
    for (const kind what : all_kinds) {
        const auto is_it = [&](const codec_summary& one) {
            return one.what == what;
        };
        if (std::any_of(all.begin(), all.end(), is_it))
            out.append(out.empty() ? "" : "\n").append(f(summary_grid(all, what)));
    }
    return out;
}

}  // namespace

std::string short_number(double value) {
    if (value >= 100) return fmt::format("{:.0f}", value);
    if (value >= 10) return fmt::format("{:.1f}", value);
    if (value >= 0.1 || value == 0) return fmt::format("{:.2f}", value);
    return fmt::format("{:.3f}", value);
}

std::string series_tables(const std::vector<row>& rows) {
    std::string out;
    for (const kind what : all_kinds) {
        grid made({std::string(name(what)), unit_of_size(what), "ratio", "encode GB/s", "median",
                   "decode GB/s", "median", "lossless"},
                  widths);
        double copy_rate = 0, copy_median = 0;
        std::string failures;
        for (const row& one : rows) {
            if (one.what != what) continue;
            if (!one.lossless) failures += fmt::format("    {}: {}\n", one.codec, one.failure);
            made.add({one.codec, fmt::format("{:.2f}", one.bits_per_value()),
                      fmt::format("{:.2f}", one.ratio()), short_number(one.gbps(one.encode.best)),
                      short_number(one.gbps(one.encode.median)),
                      short_number(one.gbps(one.decode.best)),
                      short_number(one.gbps(one.decode.median)), one.lossless ? "yes" : "NO"});
            copy_rate = std::max(copy_rate, one.gbps(one.copy.best));
            copy_median = std::max(copy_median, one.gbps(one.copy.median));
        }
        if (copy_rate == 0 && failures.empty()) continue;
        made.add({"(memcpy)", raw_bits(what), "1.00", short_number(copy_rate),
                  short_number(copy_median), short_number(copy_rate), short_number(copy_median),
                  ""});
        out += made.plain() + failures;
    }
    return out;
}

std::string summary_tables(const std::vector<codec_summary>& all) {
    return for_each_kind(all, [](const grid& made) { return made.plain(); });
}

std::string summary_markdown(const std::vector<codec_summary>& all) {
    return for_each_kind(all, [](const grid& made) { return made.markdown(); });
}

}  // namespace chronopack::bench
