#include "datasets.hpp"

#include "input/csv_import.hpp"
#include "input/input_source.hpp"
#include "input/unpack.hpp"
#include "input/words.hpp"

#include <chronopack/core/bytes.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace chronopack::report {

namespace {

using input::failure;
using input::fault;

std::string read_file(const std::filesystem::path& file) {
    input::file_source from(file.string());
    std::string text;
    std::vector<char> piece(1 << 20);
    while (const std::size_t n = from.read(piece)) text.append(piece.data(), n);
    return text;
}

template <class T>
std::vector<T> read_column(const std::filesystem::path& file) {
    const std::string text = read_file(file);
    if (text.size() % sizeof(T) != 0)
        throw failure(fault::data, {file.string()}, "its size is no multiple of 8 bytes");
    std::vector<T> column(text.size() / sizeof(T));
    const auto* from = reinterpret_cast<const std::byte*>(text.data());
    for (T& value : column) {
        value = std::bit_cast<T>(load_le<std::uint64_t>(from));
        from += sizeof(T);
    }
    return column;
}

/// Returns the text before the next `separator`, and removes both from `text`.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

series load_raw(const std::filesystem::path& columns, const std::string& name) {
    series read{.name = name, .values = read_column<double>(columns / (name + ".val.f64"))};
    std::vector<std::int64_t> clock(read.values.size());
    const auto clock_file = columns / (name + ".ts.i64");
    if (std::filesystem::exists(clock_file)) {
        clock = read_column<std::int64_t>(clock_file);
        read.unit = tick::milliseconds;
        if (clock.size() != read.values.size())
            throw failure(fault::data, {clock_file.string()}, "not as many timestamps as values");
    } else {
        for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = static_cast<std::int64_t>(i);
    }
    read.timestamps = std::make_shared<const std::vector<std::int64_t>>(std::move(clock));
    return read;
}

}  // namespace

series_set load_csv(const std::filesystem::path& file, const reading_options& how) {
    input::input_source from(file.string());
    const std::string stem = input::plain_name(file.string()).stem().string();
    input::collector found(stem);
    std::size_t bad = 0;
    input::read_options skipping;
    if (how.skip_bad)
        skipping.on_bad = [&](const failure&) {
            ++bad;
        };
    const auto done = input::import_csv(from, from.name(), how.request(), found, skipping);
    // Dates are read as nanoseconds, which no logger of seconds would keep.
    const auto& clock = done.layout.time.clock;
    const bool widened =
        clock.what() == input::clock_parser::form::dates || clock.kept() != clock.counted();
    series_set all{found.take(widened), {}};
    all.notes.push_back(stem + ": " + done.layout.summary());
    for (const auto* notes : {&done.layout.notes, &done.report.notes})
        for (const std::string& note : *notes) all.notes.push_back(stem + ": " + note);
    if (bad != 0)
        all.notes.push_back(stem + ": " + input::counted(bad, "cell or record") + " left out");
    return all;
}

series_set load_folder(const std::filesystem::path& folder,
                       const std::vector<std::string>& left_out) {
    const std::string index = read_file(folder / "index.tsv");
    std::string_view lines = index;
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
            throw failure(fault::data, {(folder / "index.tsv").string()},
                          "a name with a slash: " + name);
        found.all.push_back(load_raw(folder / "series", name));
        found.all.back().group = group;
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

}  // namespace chronopack::report
