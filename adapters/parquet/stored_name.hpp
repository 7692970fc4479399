// The names of a dataset's files. They say everything that opening it has to know.
//
//   0000000000000007.spool                           acknowledged writes: log 7
//   date=2023-11-14/0000000000000007.parquet         the points of log 7 on that day
//   date=2023-11-14/0000000000000003-0000000000000009-0.parquet
//                                                    files 3 to 9 as one: they are removed
//   date=2023-11-14/0000000000000003-0000000000000009-1.parquet
//                                                    the same, after some points were deleted
//
// A file never changes under its name. Of equal points the one in the file with the greater number
// stays. A file replaces those of its folder whose numbers are all within its own, so that a process
// that was killed between writing it and removing them leaves nothing to guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chronopack::parquet {

struct stored_name {
    std::int64_t day = 0;  ///< since 1970, UTC
    std::uint64_t first = 0, last = 0;
    std::uint64_t revision = 0;

    friend bool operator==(const stored_name&, const stored_name&) = default;
};

/// Returns the day of a time in nanoseconds.
[[nodiscard]] std::int64_t day_of(std::int64_t time) noexcept;
/// Returns the first and the last nanosecond of a day, as far as 64 bits can hold them.
[[nodiscard]] std::int64_t first_of_day(std::int64_t day) noexcept;
[[nodiscard]] std::int64_t last_of_day(std::int64_t day) noexcept;

/// Returns `date=2023-11-14`.
[[nodiscard]] std::string folder_of(std::int64_t day);
/// Returns the day of such a folder, or nothing for any other name.
[[nodiscard]] std::optional<std::int64_t> day_of_folder(std::string_view folder);

/// Returns the folder and the name of the file.
[[nodiscard]] std::string path_of(const stored_name& name);
/// Reads the name of a file in the folder of `day`. Returns nothing for any other name.
[[nodiscard]] std::optional<stored_name> read_name(std::int64_t day, std::string_view name);

/// Returns whether `newer` replaces `older`.
[[nodiscard]] bool replaces(const stored_name& newer, const stored_name& older) noexcept;

}  // namespace chronopack::parquet
