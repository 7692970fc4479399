// The meaning of InfluxDB's answers to writes: one table, as a pure function.
//
//   answer (the first row that fits)                     what      whose         why
//   2xx                                                  delivered
//   "partial write", longer than is read of it           refused   some_point    invalid
//   "partial write", v3, which names the lines           refused   rest_written  invalid
//   "partial write: ... beyond retention policy"         refused   rest_written  too_old
//   "partial write: unable to parse '...'"               refused   rest_written  invalid
//   "partial write: ... dropped=N"                       refused   rest_written  invalid
//   "partial write" that says no number                  refused   some_point    invalid
//   "field type conflict", "contains invalid UTF-8"      refused   some_point    invalid
//   "retention policy not found", "database not found"   hold
//   404                                                  hold
//   400, 422                                             refused   some_point    refused
//   499                                                  retry
//   others                                               as http::judge() has them
//
// The words are looked for in any status: releases have sent the same ones with 400, 422
// and 500. `dropped=` does not count the lines that are no line protocol, though they are
// lost: those are counted themselves. some_point is right wherever a number is missing,
// for a point that is written twice is one.
#pragma once

#include <adapters/http/verdict.hpp>

namespace chronopack::influxdb {

/// Names a line of a request that the server did not take.
struct failed_line {
    std::size_t number = 0;  ///< from 1; 0 where its text names it
    std::string text{};      ///< without the line feed
    std::string message{};
};

struct write_judgement {
    http::judgement judged;
    std::size_t lost = 0;               ///< points, where the rest was written
    std::vector<failed_line> failed{};  ///< those of them that the server named
};

/// Returns what an answer to a write means. `what.body` is cut at http::max_message_bytes.
[[nodiscard]] write_judgement judge_write(const http::answer& what,
                                          std::chrono::system_clock::time_point now);

}  // namespace chronopack::influxdb
