// Converts the cells of a time column to ticks of one unit.
//
//   form      cell                   counted   kept   ticks
//   counts    1700000000             s         s      1700000000
//   counts    1700000000.25          s         ns     1700000000250000000
//   dates     2024-01-01T00:00:00Z             ms     1704067200000
//
// A time that the unit cannot hold exactly is refused, not rounded.
#pragma once

#include "time_text.hpp"

namespace chronopack::input {

class clock_parser {
public:
    enum class form : std::uint8_t { rows, dates, counts };

    /// No clock: the caller numbers the rows.
    clock_parser() = default;
    clock_parser(form what, tick counted, tick kept) noexcept
        : form_(what), counted_(counted), kept_(kept) {}

    [[nodiscard]] form what() const noexcept { return form_; }
    [[nodiscard]] tick counted() const noexcept { return counted_; }
    [[nodiscard]] tick kept() const noexcept { return kept_; }

    /// Returns the ticks, or nothing for text that is not such a time or does not fit the unit.
    [[nodiscard]] std::optional<std::int64_t> operator()(std::string_view cell) const noexcept {
        std::optional<instant> when;
        if (form_ == form::dates) {
            when = parse_iso8601(cell);
        } else if (const auto count = parse_epoch(cell)) {
            if (count->billionths == 0 && counted_ == kept_) return count->whole;
            when = to_instant(*count, counted_);
        }
        if (!when || unit_of(*when) > kept_) return std::nullopt;
        return to_ticks(*when, kept_);
    }

private:
    form form_ = form::rows;
    tick counted_ = tick::row;
    tick kept_ = tick::row;
};

}  // namespace chronopack::input
