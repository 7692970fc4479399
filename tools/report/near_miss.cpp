#include "near_miss.hpp"

#include <adapters/text/printable.hpp>

#include <algorithm>

namespace chronopack::report {

namespace {

// Counts insertions, deletions, replacements, and exchanges of neighbours.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t other = a[i - 1] != b[j - 1];
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + other});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> all;
    for (const CLI::Option* one : app.get_options())
        for (const std::string& name : one->get_lnames())
            if (!one->get_group().empty()) all.push_back("--" + name);
    return all;
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& there) {
    std::string found;
    std::size_t least = std::min<std::size_t>(3, (word.size() + 1) / 2);
    constexpr std::size_t longest = 64;
    if (word.size() > longest) return found;
    for (const std::string& one : there)
        if (const std::size_t d = distance(word, one); d < least) {
            least = d;
            found = one;
        }
    // What is begun is meant, too: --sep.
    if (found.empty() && word.size() > 3)
        for (const std::string& one : there)
            if (one.starts_with(word)) return one;
    return found;
}

std::string near_miss(const CLI::App& app, int argc, const char* const* argv) {
    const auto chosen = app.get_subcommands();
    const CLI::App& command = chosen.empty() ? app : *chosen.front();
    const bool wants_command = chosen.empty() && !app.get_subcommands({}).empty();
    for (int i = 1; i < argc; ++i) {
        std::string word = argv[i];
        word = word.substr(0, word.find('='));
        std::vector<std::string> there;
        if (word.starts_with("--"))
            there = option_names(command);
        else if (wants_command && !word.starts_with('-'))
            for (const CLI::App* one : app.get_subcommands({})) there.push_back(one->get_name());
        else
            continue;
        if (std::find(there.begin(), there.end(), word) != there.end()) continue;
        const std::string near = nearest(word, there);
        if (!near.empty()) return "; did you mean " + text::printable(near) + '?';
    }
    return {};
}

}  // namespace chronopack::report
