// The meaning of ClickHouse's answers, by the code of the exception: the status alone misleads.
// The first row that fits holds; codes are named as ClickHouse names them.
//
//   33, 6, 26, 27, 41, 72, 117, 131, what was sent is not     refused  every_point  invalid
//   271, 354, 561                    what it says to be
//   252 "single INSERT block"        too many partitions      refused  some_point   too_large
//   307, 396                         too many bytes, rows     refused  some_point   too_large
//   62, 73, 115, 48, 89              a server that lacks      refused  every_point  refused
//                                    what was asked for
//   60, 81                           no such table, database  hold
//   8, 10, 16, 20, 44, 47, 53,       the table is not ours    hold
//   70, 349
//   164, 192 to 195, 497, 516        who asks may not         hold
//   201, 243                         quota, disk full         hold
//   252                              too many parts           retry in 5 s at least
//   159, 202, 203, 209, 210, 216,    it will pass             retry
//   225, 236, 241, 242, 279, 285,
//   286, 319, 394, 439, 473, 999
//   389                              written before           delivered
//   none, or any other               http::judge: a 5xx is a retry
#pragma once

#include <adapters/http/transport.hpp>
#include <adapters/http/verdict.hpp>

namespace chronopack::clickhouse {

inline constexpr int unknown_table = 60;
inline constexpr int unknown_database = 81;
inline constexpr int unknown_setting = 115;
inline constexpr int readonly = 164;
inline constexpr int not_implemented = 48;
inline constexpr int unknown_codec = 432;
inline constexpr int unknown_compression = 89;
inline constexpr int support_is_disabled = 344;

/// Returns the code of the exception, or 0 where there is none. Newer servers have it in a header;
/// from others the body begins with the words "Code: N".
[[nodiscard]] int exception_code(std::string_view header, std::string_view body) noexcept;
[[nodiscard]] int exception_code(const http::response& got) noexcept;

[[nodiscard]] http::judgement judge(const http::answer& what, int code,
                                    std::chrono::system_clock::time_point now);
/// Returns the judgement of an answer that arrives now.
[[nodiscard]] http::judgement judge(const http::response& got);

}  // namespace chronopack::clickhouse
