#include "advice.hpp"

#include "input/preset_text.hpp"
#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>

namespace chronopack::tool {

using report::kind;
using report::row;
using report::short_number;

namespace {

constexpr double near_smallest = 1.05;
constexpr double near_fastest = 1.25;  // timings vary
constexpr std::string_view as_integers = " as int64";

/// Sums of bytes and seconds.
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

/// Returns "balanced+zstd" for "balanced+zstd as int64".
std::string base_of(const row& one) {
    return one.codec.substr(0, one.codec.size() - (one.integers ? as_integers.size() : 0));
}

/// Returns "zstd" for "smallest+zstd".
std::string stage_of(const std::string& base) {
    const std::size_t plus = base.find('+');
    return plus == std::string::npos ? std::string() : base.substr(plus + 1);
}

/// Returns "smallest" for "smallest+zstd", and an empty text for the default preset.
std::string preset_of(const std::string& base) {
    const std::string level = base.substr(0, base.find('+'));
    return level == input::name(preset::balanced) ? std::string() : level;
}

/// Returns whether the row is of frames, and not of another way to keep samples.
bool is_frame(const row& one) {
    const std::string base = base_of(one);
    return one.what == kind::frame && input::preset_of(base.substr(0, base.find('+')));
}

/// Returns the options with which compress makes such frames.
std::string options_for(const std::string& base) {
    std::string options;
    if (const std::string preset = preset_of(base); !preset.empty())
        options += " --preset " + preset;
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

/// Finds the ways in rows of frames, grouped by kind and series.
class way_finder {
public:
    explicit way_finder(const std::vector<row>& rows) {
        for (const row& one : rows) {
            if (!is_frame(one) || !one.failure.empty()) continue;
            auto& pair = frames_[base_of(one)][one.series];
            if (one.integers)
                pair.second = &one;
            else
                pair.first = &one;
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

    /// Returns the number of series whose values are all integers, and the number of all series.
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
        one.preset = preset_of(base);
        one.second_stage = stage_of(base);
        one.bits = all.bits();
        one.encode_gbps = all.gbps(all.encode, raw_bytes(kind::frame));
        one.decode_gbps = all.gbps(all.decode, raw_bytes(kind::frame));
        return one;
    }

    std::map<std::string, std::map<std::string, pair_of_rows>> frames_;
};

/// Returns the first way for which `is` returns true, or null.
template <class F>
const way* other_way(const std::vector<way>& ways, F is) {
    const auto at = std::find_if(ways.begin(), ways.end(), is);
    return at == ways.end() ? nullptr : &*at;
}

std::string why_integers(const std::vector<way>& ways, const way& taken, const way_finder& found) {
    const way* const other = other_way(ways, [&](const way& one) {
        return one.integers != taken.integers && one.preset == taken.preset &&
               one.second_stage == taken.second_stage;
    });
    if (other == nullptr) return {};
    const auto [whole, all] = found.whole();
    const std::string which =
        whole == all ? fmt::format("all {}", all) : fmt::format("{} of {}", whole, all);
    if (taken.integers)
        return fmt::format("the values of {} series are all integers (as doubles: {:.2f} bits)",
                           which, other->bits);
    return fmt::format("int64 for the {} series whose values are all integers would {}", which,
                       other->bits < taken.bits
                           ? fmt::format("save only {:.0f} %", percent_off(taken.bits, other->bits))
                           : fmt::format("take {:.2f} bits", other->bits));
}

/// Compares the frames of `taken` with the default ones, or, where they are the default ones, with
/// the smallest others.
std::string why_frames(const std::vector<way>& ways, const way& taken) {
    const auto usual = [](const way& one) {
        return one.preset.empty() && one.second_stage.empty();
    };
    const auto named = [](const way& one) {
        return one.preset.empty() ? one.second_stage + " over each frame" : "preset " + one.preset;
    };
    if (!usual(taken)) {
        const way* const plain = other_way(
            ways, [&](const way& one) { return one.integers == taken.integers && usual(one); });
        if (plain == nullptr) return {};
        const double off = percent_off(plain->bits, taken.bits);
        const std::string speed = short_number(plain->decode_gbps);
        if (off < 0.5)
            return fmt::format(
                "{} takes {:.0f} % more than the usual frames, which are read at {} GB/s",
                named(taken), std::max(0.0, -off), speed);
        return fmt::format("{} saves {:.0f} %", named(taken), off) +
               (taken.decode_gbps < plain->decode_gbps
                    ? fmt::format(", though the usual frames are read at {} GB/s", speed)
                    : std::string());
    }
    const way* const smaller = other_way(ways, [&](const way& one) {
        // The ways are sorted: this is the smallest of them.
        return one.integers == taken.integers && !usual(one);
    });
    if (smaller == nullptr) return {};
    const double off = percent_off(taken.bits, smaller->bits);
    return off < 0.5 ? fmt::format("{} saves nothing", named(*smaller))
                     : fmt::format("{} saves only {:.0f} % and is read at {} GB/s", named(*smaller),
                                   off, short_number(smaller->decode_gbps));
}

std::size_t best_of(const std::vector<way>& ways) {
    const auto small = [&](const way& one) {
        return one.bits <= ways.front().bits * near_smallest;
    };
    double fastest = 0;
    for (const way& one : ways)
        if (small(one)) fastest = std::max(fastest, one.decode_gbps);
    const auto asked = [](const way& one) {
        return std::count(one.options.begin(), one.options.end(), ' ');
    };
    std::size_t best = ways.size();
    for (std::size_t i = 0; i < ways.size(); ++i)
        if (small(ways[i]) && ways[i].decode_gbps * near_fastest >= fastest &&
            (best == ways.size() || asked(ways[i]) < asked(ways[best])))
            best = i;
    return best;
}

}  // namespace

advice advise_on(const std::vector<row>& rows, const std::string& integer_options) {
    const way_finder found(rows);
    advice made{found.find(integer_options), 0, {}};
    if (made.ways.empty()) return made;
    made.taken = best_of(made.ways);
    const way& taken = made.ways[made.taken];
    for (const std::string& reason :
         {why_integers(made.ways, taken, found), why_frames(made.ways, taken)}) {
        if (reason.empty()) continue;
        made.why += (made.why.empty() ? "because " : ", and ") + reason;
    }
    if (made.why.empty()) made.why = "because nothing that was tried is smaller";
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
