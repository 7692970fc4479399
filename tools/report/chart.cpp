#include "chart.hpp"

#include "labels.hpp"
#include "table.hpp"

#include <fmt/format.h>

namespace chronopack::report {

namespace {

constexpr double width = 960, height = 500;
constexpr box plot{64, 16, width - 24, height - 52};

/// Maps sizes and speeds to points of the plot.
class scale {
public:
    explicit scale(kind what, const std::vector<row>& rows) {
        double slowest = HUGE_VAL, fastest = 0;
        const left_out skip(rows);
        for (const row& one : rows) {
            if (one.what != what || one.decode.best == 0 || skip(one)) continue;
            bits_ = std::max(bits_, one.bits_per_value());
            slowest = std::min(slowest, one.gbps(one.decode.best));
            fastest = std::max({fastest, one.gbps(one.decode.best), one.gbps(one.copy.best)});
        }
        step_ = what == kind::frame ? 16 : 8;
        bits_ =
            step_ * std::ceil(std::max(bits_, 8.0 * static_cast<double>(raw_bytes(what))) / step_);
        low_ = std::floor(std::log10(slowest) * 2) / 2;
        high_ = std::ceil(std::log10(fastest * 1.1) * 2) / 2;
    }

    [[nodiscard]] double x(double bits) const noexcept {
        return plot.left + bits / bits_ * (plot.right - plot.left);
    }
    [[nodiscard]] double y(double gbps) const noexcept {
        const double up = (std::log10(gbps) - low_) / (high_ - low_);
        return plot.bottom - up * (plot.bottom - plot.top);
    }

    [[nodiscard]] std::string grid(kind what) const {
        std::string out = "<g class=\"grid\">";
        for (double bits = 0; bits <= bits_; bits += step_)
            out += fmt::format(
                "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
                "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4:.0f}</text>",
                x(bits), plot.top, plot.bottom, plot.bottom + 18, bits);
        for (int power = static_cast<int>(std::floor(low_)); power <= high_; ++power)
            for (const int digit : {1, 2, 5}) {
                const double rate = digit * std::pow(10, power);
                if (std::log10(rate) < low_ - 1e-9 || std::log10(rate) > high_ + 1e-9) continue;
                out += fmt::format(
                    "<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
                    "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:g}</text>",
                    plot.left, plot.right, y(rate), plot.left - 8, y(rate) + 4, rate);
            }
        out += fmt::format(
            "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{} (smaller is "
            "better)</text>"
            "<text class=\"axis\" transform=\"translate(16 {}) rotate(-90)\" "
            "text-anchor=\"middle\">decode GB/s</text></g>",
            (plot.left + plot.right) / 2, height - 10,
            what == kind::frame ? "bits per sample" : "bits per value",
            (plot.top + plot.bottom) / 2);
        return out;
    }

private:
    double bits_ = 0, step_ = 8, low_ = 0, high_ = 1;
};

constexpr double label_height = 16;

double label_width(std::string_view text) {
    return 7.4 * static_cast<double>(text.size()) + 4;
}

std::string small_points(const codec_summary& codec, const std::vector<row>& rows,
                         const scale& to) {
    std::string out;
    const left_out skip(rows);
    for (const row& one : rows) {
        if (one.what != codec.what || one.codec != codec.codec || one.decode.best == 0) continue;
        if (skip(one)) continue;
        const double rate = one.gbps(one.decode.best);
        out += fmt::format(
            "<circle class=\"small\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"><title>{}, {}: {:.2f} "
            "bits, decode {} GB/s</title></circle>",
            to.x(one.bits_per_value()), to.y(rate), escaped(one.series), escaped(codec.codec),
            one.bits_per_value(), short_number(rate));
    }
    return out;
}

std::string large_point(const codec_summary& codec, const scale& to) {
    return fmt::format(
        "<circle class=\"large\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"7\"><title>{}: mean {:.2f} bits, "
        "decode {} GB/s, encode {} GB/s, {} series</title></circle>",
        to.x(codec.mean_bits), to.y(codec.decode_gbps), escaped(codec.codec), codec.mean_bits,
        short_number(codec.decode_gbps), short_number(codec.encode_gbps), codec.series);
}

std::string label(const codec_summary& codec, const scale& to, label_placer& places) {
    const double x = to.x(codec.mean_bits), y = to.y(codec.decode_gbps);
    const box at = places.place(x, y, label_width(codec.codec), label_height);
    const double near_x = std::clamp(x, at.left, at.right);
    const double near_y = std::clamp(y, at.top, at.bottom);
    std::string out;
    if (std::hypot(near_x - x, near_y - y) > 16)
        out += fmt::format(
            "<line class=\"leader\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", x,
            y, near_x, near_y);
    return out + fmt::format(
                     "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" "
                     "text-anchor=\"middle\">{}</text>",
                     (at.left + at.right) / 2, at.bottom - 4, escaped(codec.codec));
}

/// Draws the line of memcpy and its text, and keeps labels away from the text.
std::string memcpy_line(double rate, const scale& to, label_placer& places) {
    const double y = to.y(rate), middle = (plot.left + plot.right) / 2;
    const std::string text = fmt::format("memcpy {} GB/s", short_number(rate));
    const double wide = label_width(text);
    places.avoid({middle - wide / 2, y - label_height - 4, middle + wide / 2, y});
    return fmt::format(
        "<g class=\"memcpy\"><line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"middle\">{5}</text></g>",
        plot.left, plot.right, y, middle, y - 6, text);
}

/// Returns the class of a codec's colour, which is the same in all charts, with int64 or without.
std::string style_of(const codec_summary& codec, const std::vector<codec_summary>& all) {
    if (codec.reference) return "codec reference";
    const auto base = [](const codec_summary& one) {
        return one.codec.substr(0, one.codec.find(" as int64"));
    };
    std::vector<std::string> known;
    for (const codec_summary& one : all)
        if (!one.reference && std::find(known.begin(), known.end(), base(one)) == known.end())
            known.push_back(base(one));
    const auto at = std::find(known.begin(), known.end(), base(codec)) - known.begin();
    return fmt::format("codec c{}{}", at % 8, codec.integers ? " integers" : "");
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    return out;
}

std::string chart_svg(kind what, const std::vector<row>& rows,
                      const std::vector<codec_summary>& all) {
    std::vector<const codec_summary*> shown;
    for (const codec_summary& one : all)
        if (one.what == what && one.series != 0) shown.push_back(&one);
    if (shown.empty()) return {};

    const scale to(what, rows);
    label_placer places(plot);
    for (const codec_summary* one : shown)
        places.avoid(to.x(one->mean_bits), to.y(one->decode_gbps), 9);

    std::string out = fmt::format(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}: size against decode speed\">",
        width, height, name(what));
    out += to.grid(what) + memcpy_line(shown.front()->memcpy_gbps, to, places);
    // Large points are drawn last, or a crowd of small ones would hide them.
    std::string small, large;
    for (const codec_summary* one : shown) {
        const auto group = [&](const std::string& inside) {
            return fmt::format("<g class=\"{}\">{}</g>", style_of(*one, all), inside);
        };
        small += group(small_points(*one, rows, to));
        large += group(large_point(*one, to) + label(*one, to, places));
    }
    return out + small + large + "</svg>";
}

}  // namespace chronopack::report
