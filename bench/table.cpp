#include "table.hpp"

#include <fmt/format.h>

namespace chronopack::bench {

namespace {

std::size_t width_of(std::string_view text) noexcept {
    std::size_t width = 0;
    for (const char c : text) width += (static_cast<unsigned char>(c) >> 6) != 0b10;
    return width;
}

/// Lines of cells: the first column to the left, the others to the right.
class grid {
public:
    explicit grid(std::vector<std::string> header) { add(std::move(header)); }

    void add(std::vector<std::string> line) {
        widths_.resize(std::max(widths_.size(), line.size()));
        for (std::size_t i = 0; i < line.size(); ++i)
            widths_[i] = std::max(widths_[i], width_of(line[i]));
        lines_.push_back(std::move(line));
    }

    [[nodiscard]] std::string plain() const {
        std::string out;
        for (const auto& line : lines_) {
            out += "  ";
            for (std::size_t i = 0; i < line.size(); ++i)
                out.append(i == 0 ? "" : "  ").append(padded(line, i));
            out.erase(out.find_last_not_of(' ') + 1);
            out += '\n';
        }
        return out;
    }

    [[nodiscard]] std::string markdown() const {
        std::string out;
        for (std::size_t l = 0; l < lines_.size(); ++l) {
            out += '|';
            for (std::size_t i = 0; i < widths_.size(); ++i)
                out.append(" ").append(padded(lines_[l], i)).append(" |");
            out += '\n';
            if (l != 0) continue;
            out += '|';
            for (std::size_t i = 0; i < widths_.size(); ++i)
                out += std::string(widths_[i] + 1, '-') + (i == 0 ? "-|" : ":|");
            out += '\n';
        }
        return out;
    }

private:
    [[nodiscard]] std::string padded(const std::vector<std::string>& line, std::size_t i) const {
        const std::string_view cell = i < line.size() ? std::string_view(line[i]) : "";
        const std::string pad(widths_[i] - width_of(cell), ' ');
        return i == 0 ? std::string(cell) + pad : pad + std::string(cell);
    }

    std::vector<std::vector<std::string>> lines_;
    // At least so wide, that the tables of one series stand in line.
    std::vector<std::size_t> widths_{27, 11, 6, 11, 11, 11, 11};
};

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
               "encode GB/s", "decode GB/s", "lossless"});
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

std::string grouped(std::size_t count) {
    std::string digits = std::to_string(count), out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

std::string series_tables(const std::vector<row>& rows) {
    std::string out;
    for (const kind what : all_kinds) {
        grid made({std::string(name(what)), unit_of_size(what), "ratio", "encode GB/s", "median",
                   "decode GB/s", "median", "lossless"});
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
