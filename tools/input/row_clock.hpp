// Gives times to rows that have none: row n is at start + n * step.
//
//   --time-unit s --start 1700000000 --step 60      row 2 is at 1700000120 s
#pragma once

#include "sink.hpp"

namespace chronopack::input {

/// Passes samples on to another sink. It takes rows, and refuses samples that have times already.
class row_clock final : public sample_sink {
public:
    /// `unit` is the unit of start and step; `row` renumbers rows.
    row_clock(sample_sink& to, tick unit, std::int64_t start, std::int64_t step) noexcept
        : to_(to), unit_(unit), start_(start), step_(step) {}

    [[nodiscard]] std::size_t add(std::vector<label> names, value_type type, tick unit) override {
        if (unit != tick::row)
            throw failure(fault::usage,
                          "--start and --step are for rows without times, but these samples "
                          "have times");
        return to_.add(std::move(names), type, unit_);
    }
    void append(std::size_t series, std::int64_t row, double value) override {
        to_.append(series, time_of(row), value);
    }
    void append(std::size_t series, std::int64_t row, std::int64_t value) override {
        to_.append(series, time_of(row), value);
    }
    void note_recovered() override { to_.note_recovered(); }
    [[nodiscard]] bool full() const noexcept override { return to_.full(); }

private:
    [[nodiscard]] std::int64_t time_of(std::int64_t row) const {
        std::int64_t at = 0;
        if (__builtin_mul_overflow(row, step_, &at) || __builtin_add_overflow(start_, at, &at))
            throw failure(fault::data, "--start and --step lead to times past 64 bits");
        return at;
    }

    sample_sink& to_;
    tick unit_;
    std::int64_t start_;
    std::int64_t step_;
};

}  // namespace chronopack::input
