// Prints lines of cells as text: the first column aligned left, the others right.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chronopack::report {

class grid {
public:
    /// Columns are at least as wide as `widths` says, and as their widest cell.
    explicit grid(std::vector<std::string> header, std::vector<std::size_t> widths = {})
        : widths_(std::move(widths)) {
        add(std::move(header));
    }

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
    /// Returns the number of UTF-8 characters.
    static std::size_t width_of(std::string_view text) noexcept {
        std::size_t width = 0;
        for (const char c : text) width += (static_cast<unsigned char>(c) >> 6) != 0b10;
        return width;
    }

    [[nodiscard]] std::string padded(const std::vector<std::string>& line, std::size_t i) const {
        const std::string_view cell = i < line.size() ? std::string_view(line[i]) : "";
        const std::string pad(widths_[i] - width_of(cell), ' ');
        return i == 0 ? std::string(cell) + pad : pad + std::string(cell);
    }

    std::vector<std::vector<std::string>> lines_;
    std::vector<std::size_t> widths_;
};

}  // namespace chronopack::report
