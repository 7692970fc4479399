#include "table.hpp"

#include "grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace chronopack::report {

namespace {

// The widths are at least these, so that the tables of one series are aligned.
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

/// Sums of one codec over series.
struct tally {
    double bits = 0, log_encode = 0, log_decode = 0;
    std::size_t series = 0;

    void add(const row& one) {
        bits += one.bits_per_value();
        log_encode += std::log(one.gbps(one.encode.best));
        log_decode += std::log(one.gbps(one.decode.best));
        ++series;
    }
    [[nodiscard]] double mean(double sum) const { return sum / static_cast<double>(series); }
};

}  // namespace

std::string group_markdown(const std::vector<row>& rows) {
    std::vector<std::string> codecs, groups;
    std::map<std::pair<std::string, std::string>, tally> found;
    const auto once = [](std::vector<std::string>& all, const std::string& name) {
        if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
    };
    for (const row& one : rows) {
        if (one.what != kind::values || one.integers || one.bytes == 0) continue;
        once(codecs, one.codec);
        once(groups, one.group);
        found[{one.group, one.codec}].add(one);
        // Synthetic series and edge cases would distort a mean.
        if (one.group != "synthetic" && one.group != "edge")
            found[{"all real", one.codec}].add(one);
    }
    groups.emplace_back("all real");
    std::vector<std::string> header{"codec"}, counts{"series"};
    for (const std::string& group : groups) {
        header.push_back(group.empty() ? "others" : group);
        counts.push_back(std::to_string(found[{group, codecs.front()}].series));
    }
    header.insert(header.end(), {"encode GB/s", "decode GB/s"});
    grid made(header);
    made.add(counts);
    for (const std::string& codec : codecs) {
        std::vector<std::string> line{codec};
        for (const std::string& group : groups) {
            const tally& of = found[{group, codec}];
            line.push_back(of.series == 0 ? "" : fmt::format("{:.2f}", of.mean(of.bits)));
        }
        const tally& all = found[{"all real", codec}];
        if (all.series != 0) {
            line.push_back(short_number(std::exp(all.mean(all.log_encode))));
            line.push_back(short_number(std::exp(all.mean(all.log_decode))));
        }
        made.add(line);
    }
    return made.markdown();
}

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

}  // namespace chronopack::report
