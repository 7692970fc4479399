// For calls that are not writes: returns an answer of 2xx, or a failure by the table of verdicts.
#pragma once

#include <adapters/http/transport.hpp>
#include <adapters/http/verdict.hpp>

namespace chronopack::http {

/// Returns the judgement of an answer that arrives now.
[[nodiscard]] inline judgement judge(const response& got) {
    return judge({got.status, got.body, got["retry-after"]}, std::chrono::system_clock::now());
}

/// By the judgement of a store that looks at its own answers first: `judge_first` is called
/// with the response.
template <class Judge>
[[nodiscard]] storage::reply<response> send_checked(transport& line, const request& what,
                                                    storage::deadline until, Judge judge_first) {
    auto got = line.send(what, until);
    if (!got) return got;
    const judgement judged = judge_first(*got);
    if (judged.what == storage::verdict::delivered) return got;
    return storage::failure{judged.what, judged.retry_after, line.explain(what, *got)};
}

[[nodiscard]] inline storage::reply<response> send_checked(transport& line, const request& what,
                                                           storage::deadline until) {
    return send_checked(line, what, until, [](const response& got) { return judge(got); });
}

}  // namespace chronopack::http
