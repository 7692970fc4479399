// Reads a text as CSV for tests: what was taken as the time, and the samples.
#pragma once

#include "input/csv_import.hpp"
#include "input/series_text.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chronopack::test {

struct reading {
    int status = 0;
    std::string said;  ///< the summary, or the error
    std::vector<std::string> notes;
    /// By the text of the series' labels: seconds since 1970, and values.
    std::map<std::string, std::vector<std::pair<double, double>>> samples;

    [[nodiscard]] bool notes_say(std::string_view text) const {
        for (const std::string& note : notes)
            if (note.find(text) != std::string::npos) return true;
        return false;
    }
};

class sample_keeper final : public input::sample_sink {
public:
    explicit sample_keeper(reading& to) : to_(to) {}

    std::size_t add(std::vector<label> names, input::value_type, input::tick unit) override {
        names_.push_back(input::series_text(*labels::from(std::move(names))));
        rates_.push_back(static_cast<double>(ticks_per_second(unit)));
        return names_.size() - 1;
    }
    void append(std::size_t series, std::int64_t at, double value) override {
        to_.samples[names_[series]].emplace_back(static_cast<double>(at) / rates_[series], value);
    }
    void append(std::size_t series, std::int64_t at, std::int64_t value) override {
        append(series, at, static_cast<double>(value));
    }

private:
    reading& to_;
    std::vector<std::string> names_;
    std::vector<double> rates_;
};

inline reading read(std::string_view text, const input::csv_request& asked = {}) {
    reading found;
    sample_keeper to(found);
    input::memory_source from(text);
    try {
        const auto done = input::import_csv(from, "f.csv", asked, to);
        found.said = done.layout.summary();
        for (const auto* notes : {&done.layout.notes, &done.report.notes})
            found.notes.insert(found.notes.end(), notes->begin(), notes->end());
    } catch (const input::failure& wrong) {
        found.status = static_cast<int>(wrong.whose());
        found.said = wrong.what();
    }
    return found;
}

}  // namespace chronopack::test
