// For calls that are not writes: returns an answer of 2xx, or a failure by the table of verdicts.
#pragma once

#include <adapters/http/transport.hpp>
#include <adapters/http/verdict.hpp>

namespace chronopack::http {

/// Returns the judgement of an answer that arrives now.
[[nodiscard]] inline judgement judge(const response& got) {
    return judge({got.status, got.body, got["retry-after"]}, std::chrono::system_clock::now());
}

[[nodiscard]] inline storage::reply<response> send_checked(transport& line, const request& what,
                                                           storage::deadline until) {
    auto got = line.send(what, until);
    if (!got) return got;
    const judgement judged = judge(*got);
    if (judged.what == storage::verdict::delivered) return got;
    return storage::failure{judged.what, judged.retry_after, line.explain(what, *got)};
}

}  // namespace chronopack::http
