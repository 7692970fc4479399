// The meaning of Prometheus' answers to remote write, where it differs from http::judge().
//
//   answer                                            what      whose          why
//   400, 500 duplicate sample for timestamp           refused   some_point     duplicate
//   400, 500 out of order sample                      refused   some_point     out_of_order
//   400, 500 too old sample, out of bounds            refused   some_point     too_old
//   400, 500 ... is not unique, invalid sample        refused   some_point     invalid
//
// Releases before about 2.45 answer 500; such requests would be retried for ever. In version 1.0 a
// refused request wrote nothing. A receiver of 2.0 writes what it can, and says in
// X-Prometheus-Remote-Write-Samples-Written how many samples that was.
#pragma once

#include <adapters/http/verdict.hpp>

namespace chronopack::prometheus {

/// Judges an answer to remote write 1.0.
[[nodiscard]] http::judgement judge_1(const http::answer& what,
                                      std::chrono::system_clock::time_point now);

/// Judges an answer to remote write 2.0 of a request with `sent` samples; `written` is the value of
/// the header. Returns nothing where the receiver does not speak 2.0: 415, or 2xx without the
/// header.
[[nodiscard]] std::optional<http::judgement> judge_2(const http::answer& what,
                                                     std::string_view written, std::size_t sent,
                                                     std::chrono::system_clock::time_point now);

/// Returns the value of the header, or nothing where it is not a number.
[[nodiscard]] std::optional<std::size_t> samples_written(std::string_view header) noexcept;

}  // namespace chronopack::prometheus
