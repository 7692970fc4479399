// Reads what follows a date: a time of day, and how far it is ahead of UTC.
//
//   12:30   1:05:07   12:30:05.25   12:30:05,250   18.00.00   1230   123005   24:00
//   11:04 PM   11:04:57p.m.
//   Z   UTC   GMT   +01   +0100   -5:30   UTC+01:00          with or without a blank before them
//   +0100 CET   Z[Europe/Berlin]   GMT+0100 (CET)            what repeats the offset is skipped
#pragma once

#include "civil_time.hpp"
#include "text_scanner.hpp"

namespace chronopack::input {

/// Reads a time of day into `to`. Returns false for other text.
[[nodiscard]] bool scan_clock(text_scanner& in, civil_time& to) noexcept;

/// Reads an offset, or nothing, up to the end of the text. Returns false for other text.
[[nodiscard]] bool scan_zone(text_scanner& in, civil_time& to) noexcept;

/// Reads an offset such as +01:00, without what may surround it.
[[nodiscard]] bool scan_offset(text_scanner& in, civil_time& to) noexcept;

/// Reads the digits after a decimal point as nanoseconds, and sets to.cut where more follow.
[[nodiscard]] bool scan_fraction(text_scanner& in, civil_time& to) noexcept;

/// Reads AM or PM and corrects the hour. Returns false, and moves nothing, for other text; `wrong`
/// is set for an hour that no such clock has.
[[nodiscard]] bool scan_half_day(text_scanner& in, civil_time& to, bool& wrong) noexcept;

}  // namespace chronopack::input
