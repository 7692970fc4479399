#include "advice.hpp"

#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>

namespace chronopack::tool {

using bench::kind;
using bench::row;
using bench::short_number;

namespace {

constexpr double near_enough = 1.05;
constexpr std::string_view as_integers = " as int64";

/// Bytes and seconds, added up.
struct sum {
    std::size_t series = 0, samples = 0, bytes = 0;
    double encode = 0, decode = 0;

    void add(const row& one) {
        ++series;
        samples += one.count;
        bytes += one.bytes;
        encode += one.encode.best;
        decode += one.decode.best;
    }
    [[nodiscard]] double bits() const noexcept {
        return 8 * static_cast<double>(bytes) / static_cast<double>(samples);
    }
    [[nodiscard]] double gbps(double seconds, std::size_t raw) const noexcept {
        return seconds == 0 ? 0 : static_cast<double>(samples * raw) / seconds * 1e-9;
    }
};

/// "frame+zstd" of "frame+zstd as int64".
std::string base_of(const row& one) {
    return one.codec.substr(0, one.codec.size() - (one.integers ? as_integers.size() : 0));
}

std::string stage_of(const std::string& base) {
    const std::size_t plus = base.find('+');
    return plus == std::string::npos ? std::string() : base.substr(plus + 1);
}

/// The options by which compress makes such frames: "frame small+zstd".
std::string options_for(const std::string& base) {
    std::string options;
    const std::string name = base.substr(0, base.find('+'));
    if (const std::size_t blank = name.find(' '); blank != std::string::npos)
        options += " --preset " + name.substr(blank + 1);
    if (const std::string stage = stage_of(base); !stage.empty())
        options += " --second-stage " + stage;
    return options;
}

double percent_off(double from, double to) {
    return 100 * (1 - to / from);
}

}  // namespace

std::vector<codec_total> totals(const std::vector<row>& rows) {
    std::map<std::pair<kind, std::string>, std::pair<codec_total, sum>> by_codec;
    for (const row& one : rows) {
        if (!one.failure.empty() || one.bytes == 0) continue;
        auto& [total, added] = by_codec[{one.what, one.codec}];
        total.codec = one.codec;
        total.what = one.what;
        total.reference = one.reference;
        added.add(one);
    }
    std::vector<codec_total> all;
    for (auto& [key, value] : by_codec) {
        auto& [total, added] = value;
        const std::size_t raw = raw_bytes(total.what);
        total.series = added.series;
        total.bits = added.bits();
        total.encode_gbps = added.gbps(added.encode, raw);
        total.decode_gbps = added.gbps(added.decode, raw);
        all.push_back(std::move(total));
    }
    std::stable_sort(all.begin(), all.end(), [](const codec_total& a, const codec_total& b) {
        return std::pair(a.what, a.bits) < std::pair(b.what, b.bits);
    });
    return all;
}

namespace {

/// The ways, for rows of frames grouped by their kind and series.
class way_finder {
public:
    explicit way_finder(const std::vector<row>& rows) {
        for (const row& one : rows) {
            if (one.what != kind::frame || !one.codec.starts_with("frame")) continue;
            if (!one.failure.empty()) continue;
            auto& pair = frames_[base_of(one)][one.series];
            (one.integers ? pair.second : pair.first) = &one;
        }
    }

    [[nodiscard]] std::vector<way> find(const std::string& integer_options) const {
        std::vector<way> all;
        for (const auto& [base, series] : frames_) {
            all.push_back(made(base, series, false, ""));
            if (!integer_options.empty()) all.push_back(made(base, series, true, integer_options));
        }
        std::stable_sort(all.begin(), all.end(),
                         [](const way& a, const way& b) { return a.bits < b.bits; });
        return all;
    }

    /// Series whose values are all integers, and all series.
    [[nodiscard]] std::pair<std::size_t, std::size_t> whole() const {
        std::pair<std::size_t, std::size_t> count{0, 0};
        if (frames_.empty()) return count;
        for (const auto& [name, pair] : frames_.begin()->second) {
            count.first += pair.second != nullptr;
            ++count.second;
        }
        return count;
    }

private:
    using pair_of_rows = std::pair<const row*, const row*>;  // doubles, int64

    static way made(const std::string& base, const std::map<std::string, pair_of_rows>& series,
                    bool integers, const std::string& integer_options) {
        sum all;
        for (const auto& [name, pair] : series) {
            const row* const wanted = integers && pair.second != nullptr ? pair.second : pair.first;
            all.add(wanted != nullptr ? *wanted : *pair.second);
        }
        way one;
        one.options = (integers ? ' ' + integer_options : "") + options_for(base);
        one.integers = integers;
        one.second_stage = stage_of(base);
        one.bits = all.bits();
        one.encode_gbps = all.gbps(all.encode, raw_bytes(kind::frame));
        one.decode_gbps = all.gbps(all.decode, raw_bytes(kind::frame));
        return one;
    }

    std::map<std::string, std::map<std::string, pair_of_rows>> frames_;
};

/// The way that differs from `from` in the one thing `differs` changes.
template <class F>
const way* other_way(const std::vector<way>& ways, const way& from, F differs) {
    const auto at = std::find_if(ways.begin(), ways.end(),
                                 [&](const way& one) { return &one != &from && differs(one); });
    return at == ways.end() ? nullptr : &*at;
}

std::string why_integers(const std::vector<way>& ways, const way& taken, const way_finder& found) {
    const way* const other = other_way(ways, taken, [&](const way& one) {
        return one.integers != taken.integers && one.second_stage == taken.second_stage;
    });
    if (other == nullptr) return {};
    const auto [whole, all] = found.whole();
    if (taken.integers)
        return fmt::format(
            "the values of {} series are all integers (as doubles: {:.2f} bits)",
            whole == all ? fmt::format("all {}", all) : fmt::format("{} of {}", whole, all),
            other->bits);
    return fmt::format("int64 for the {} of {} series whose values are all integers would take {}",
                       whole, all,
                       other->bits < taken.bits
                           ? fmt::format("off only {:.0f} %", percent_off(taken.bits, other->bits))
                           : fmt::format("{:.2f} bits", other->bits));
}

std::string why_stage(const std::vector<way>& ways, const way& taken) {
    const way* const other = other_way(ways, taken, [&](const way& one) {
        return one.integers == taken.integers &&
               one.second_stage.empty() != taken.second_stage.empty();
    });
    if (other == nullptr) return {};
    if (!taken.second_stage.empty())
        return fmt::format(
            "{} over each frame takes off {:.0f} %, though without it all is read "
            "at {} GB/s",
            taken.second_stage, percent_off(other->bits, taken.bits),
            short_number(other->decode_gbps));
    const double off = percent_off(taken.bits, other->bits);
    return off < 0.5 ? fmt::format("{} over each frame takes nothing off", other->second_stage)
                     : fmt::format("{} over each frame takes off only {:.0f} %",
                                   other->second_stage, off);
}

}  // namespace

advice advise_on(const std::vector<row>& rows, const std::string& integer_options) {
    const way_finder found(rows);
    advice made{found.find(integer_options), 0, {}};
    if (made.ways.empty()) return made;
    const double most = made.ways.front().bits * near_enough;
    for (std::size_t i = 1; i < made.ways.size(); ++i)
        if (made.ways[i].bits <= most &&
            made.ways[i].decode_gbps > made.ways[made.taken].decode_gbps)
            made.taken = i;
    const way& taken = made.ways[made.taken];
    for (const std::string& reason :
         {why_integers(made.ways, taken, found), why_stage(made.ways, taken)}) {
        if (reason.empty()) continue;
        made.why += (made.why.empty() ? "because " : ", and ") + reason;
    }
    if (made.why.empty()) made.why = "because there is no smaller way among those tried";
    return made;
}

std::string bar(double share, std::size_t width) {
    constexpr std::string_view parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto eighths = static_cast<std::size_t>(
        std::lround(std::clamp(share, 0.0, 1.0) * 8 * static_cast<double>(width)));
    std::string out;
    for (std::size_t i = 0; i < eighths / 8; ++i) out += "█";
    return out.append(parts[eighths % 8]);
}

}  // namespace chronopack::tool
