// What Prometheus' answers to remote write mean, where they mean something else than
// http::judge() says.
//
//   answer                                            what      whose          why
//   400, 500 duplicate sample for timestamp           refused   some_point     duplicate
//   400, 500 out of order sample                      refused   some_point     out_of_order
//   400, 500 too old sample, out of bounds            refused   some_point     too_old
//   400, 500 ... is not unique, invalid sample        refused   some_point     invalid
//
// The 500s are those of releases before 2.45 or so: retried, they would come for
// ever. Under 1.0 a refused request has left nothing behind. A receiver of 2.0 writes
// what it can, and says in X-Prometheus-Remote-Write-Samples-Written how much.
#pragma once

#include <adapters/http/verdict.hpp>

namespace chronopack::prometheus {

/// Remote write 1.0.
[[nodiscard]] http::judgement judge_1(const http::answer& what,
                                      std::chrono::system_clock::time_point now);

/// Remote write 2.0, of a request with `sent` samples: `written` is the header's value.
/// Nothing where the receiver does not speak 2.0: 415, or 2xx without the header.
[[nodiscard]] std::optional<http::judgement> judge_2(const http::answer& what,
                                                     std::string_view written, std::size_t sent,
                                                     std::chrono::system_clock::time_point now);

/// The header's value; nothing for what is no number.
[[nodiscard]] std::optional<std::size_t> samples_written(std::string_view header) noexcept;

}  // namespace chronopack::prometheus
