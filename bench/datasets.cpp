#include "datasets.hpp"

#include "csv_series.hpp"

#include <chronopack/core/bytes.hpp>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

namespace chronopack::bench {

namespace {

load_error system_error_of(const std::filesystem::path& file) {
    return {file.string() + ": " + std::generic_category().message(errno)};
}

loaded<std::string> read_file(const std::filesystem::path& file) {
    errno = 0;
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) errno = EISDIR;
    std::ifstream in;
    if (errno == 0) in.open(file, std::ios::binary);
    if (errno != 0 || !in) return system_error_of(file);
    std::string text;
    std::vector<char> piece(1 << 20);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
        text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (in.bad()) return system_error_of(file);
    return text;
}

template <class T>
loaded<std::vector<T>> read_column(const std::filesystem::path& file) {
    auto read = read_file(file);
    if (auto* bad = std::get_if<load_error>(&read)) return std::move(*bad);
    const std::string& text = std::get<std::string>(read);
    if (text.size() % sizeof(T) != 0)
        return load_error{file.string() + ": its size is no multiple of 8 bytes"};
    std::vector<T> column(text.size() / sizeof(T));
    const auto* from = reinterpret_cast<const std::byte*>(text.data());
    for (T& value : column) {
        value = std::bit_cast<T>(load_le<std::uint64_t>(from));
        from += sizeof(T);
    }
    return column;
}

/// The text before the next `separator`, which goes too.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

loaded<series> load_raw(const std::filesystem::path& columns, const std::string& name) {
    auto values = read_column<double>(columns / (name + ".val.f64"));
    if (auto* bad = std::get_if<load_error>(&values)) return std::move(*bad);
    series read{name, tick::row, nullptr, std::move(std::get<std::vector<double>>(values))};

    std::vector<std::int64_t> clock(read.values.size());
    const auto clock_file = columns / (name + ".ts.i64");
    if (std::filesystem::exists(clock_file)) {
        auto stored = read_column<std::int64_t>(clock_file);
        if (auto* bad = std::get_if<load_error>(&stored)) return std::move(*bad);
        clock = std::move(std::get<std::vector<std::int64_t>>(stored));
        read.unit = tick::milliseconds;
        if (clock.size() != read.values.size())
            return load_error{clock_file.string() + ": not as many timestamps as values"};
    } else {
        for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = static_cast<std::int64_t>(i);
    }
    read.timestamps = std::make_shared<const std::vector<std::int64_t>>(std::move(clock));
    return read;
}

}  // namespace

loaded<series_set> load_csv(const std::filesystem::path& file) {
    auto text = read_file(file);
    if (auto* bad = std::get_if<load_error>(&text)) return std::move(*bad);
    auto read = csv::read_series(std::get<std::string>(text), file.string(), file.stem().string());
    if (const auto* bad = std::get_if<csv::error>(&read)) return load_error{bad->text()};
    return std::move(std::get<series_set>(read));
}

loaded<series_set> load_folder(const std::filesystem::path& folder,
                               const std::vector<std::string>& left_out) {
    auto index = read_file(folder / "index.tsv");
    if (auto* bad = std::get_if<load_error>(&index)) return std::move(*bad);
    std::string_view lines = std::get<std::string>(index);
    take_until(lines, '\n');

    series_set found;
    std::size_t made_up = 0;
    while (!lines.empty()) {
        std::string_view line = take_until(lines, '\n');
        const std::string name(take_until(line, '\t'));
        const std::string_view group = take_until(line, '\t');
        if (name.empty() || std::find(left_out.begin(), left_out.end(), group) != left_out.end())
            continue;
        if (name.find('/') != std::string::npos)
            return load_error{(folder / "index.tsv").string() + ": a name with a slash: " + name};
        auto one = load_raw(folder / "series", name);
        if (auto* bad = std::get_if<load_error>(&one)) return std::move(*bad);
        found.all.push_back(std::move(std::get<series>(one)));
        made_up += found.all.back().unit == tick::row;
    }
    if (made_up != 0)
        found.notes.push_back(std::to_string(made_up) + " series of " + folder.string() +
                              " have no clock: their timestamps are 0, 1, 2, ...");
    return found;
}

void make_names_unique(std::vector<series>& all) {
    std::unordered_map<std::string, std::size_t> seen;
    std::unordered_set<std::string> taken;
    for (series& one : all) {
        std::string name = one.name;
        for (std::size_t& count = seen[one.name]; !taken.insert(name).second;)
            name = one.name + '#' + std::to_string(++count + 1);
        one.name = std::move(name);
    }
}

}  // namespace chronopack::bench
