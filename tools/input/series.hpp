// Series in memory as the report measures them: one clock, one column of values.
#pragma once

#include "label_budget.hpp"
#include "sink.hpp"

#include <chronopack/series/label_index.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chronopack::input {

using clock_column = std::shared_ptr<const std::vector<std::int64_t>>;

struct series {
    std::string name;                         ///< for people
    labels names = {};                        ///< empty if the series was read without labels
    tick unit = tick::row;                    ///< row: the timestamps are generated: 0, 1, 2, ...
    clock_column timestamps = {};             ///< shared by the columns of one file
    std::vector<double> values = {};          ///< empty if the integers are not exact doubles
    std::vector<std::int64_t> integers = {};  ///< empty unless the values were read as integers
    std::string group = {};                   ///< for series that are alike; may be empty

    [[nodiscard]] std::size_t size() const noexcept { return timestamps->size(); }
};

/// Series, and what a user should know about how they were read.
struct series_set {
    std::vector<series> all;
    std::vector<std::string> notes;
};

/// Keeps the samples it is given, up to a total number. Throws too_many for labels that take more
/// memory than allowed.
class collector final : public sample_sink {
public:
    /// `stem` is put before the names: stem/cpu{host="a"}. It may be empty.
    explicit collector(std::string stem, std::size_t most_samples = SIZE_MAX,
                       std::size_t most_label_bytes = label_budget::usual);
    ~collector() override;

    [[nodiscard]] std::size_t add(std::vector<label> names, value_type type, tick unit) override;
    void append(std::size_t series, std::int64_t timestamp, double value) override;
    void append(std::size_t series, std::int64_t timestamp, std::int64_t value) override;
    [[nodiscard]] bool full() const noexcept override { return samples_ >= most_samples_; }

    /// Returns the series; call it once. Series with the same clock share it. With `coarsest`, all
    /// series get the coarsest unit that holds every timestamp.
    [[nodiscard]] std::vector<series> take(bool coarsest);

private:
    struct column;

    std::string stem_;
    std::size_t most_samples_;
    std::size_t samples_ = 0;
    std::vector<column> columns_;
    chronopack::detail::label_index numbers_;
    label_budget label_bytes_;
};

}  // namespace chronopack::input
