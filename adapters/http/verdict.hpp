// What an answer over HTTP means for a batch: one table, in pure functions.
//
//   answer                     what       whose           why
//   2xx                        delivered  -
//   4xx, 5xx "partial write"   refused    rest_written    refused: never send it again
//   3xx, 401, 403, 407         hold       -               an operator acts first
//   400                        refused    some_point      refused: bisect
//   413                        refused    some_point      too_large: split
//   408, 425, 429, 5xx         retry      -               Retry-After, capped
//   any other                  refused    every_point     refused: drop
//
// The first row that fits holds. "partial write" are InfluxDB's words; its releases sent them with
// 400, 422 and 500. Redirects (3xx) are not followed, because they could carry credentials to
// another host. A store whose answers mean something else has a function of its own, which handles
// those first and then asks this one.
#pragma once

#include <adapters/http/retry_after.hpp>
#include <adapters/storage/outcome.hpp>

#include <span>
#include <string>
#include <string_view>

namespace chronopack::http {

/// The parts of an answer that decide.
struct answer {
    unsigned status = 0;
    std::string_view body;         ///< its first max_message_bytes
    std::string_view retry_after;  ///< the header; empty where there is none
};

/// Says which points a refusal is about.
enum class blame : std::uint8_t {
    none,
    some_point,    ///< nothing was written; without the bad points it would be
    every_point,   ///< nothing was written, and smaller batches would not help
    rest_written,  ///< the store dropped some points and took the rest
};

struct judgement {
    storage::verdict what = storage::verdict::delivered;
    blame whose = blame::none;
    storage::drop_reason why = storage::drop_reason::refused;
    std::optional<std::chrono::milliseconds> retry_after;

    friend bool operator==(const judgement&, const judgement&) = default;
};

[[nodiscard]] judgement judge(const answer& what, std::chrono::system_clock::time_point now);

/// The report of a store that wrote some points of a request and dropped others.
struct written_rest {
    /// The number of points written, by the store's own count. As many as are missing, and not
    /// named, are dropped unnamed.
    std::size_t written = 0;
    /// The points that the store named as dropped, in any order, by their index in the batch. An
    /// index that was not sent, or that is named again, is ignored.
    std::vector<storage::dropped_point> named = {};
};

/// Returns the outcome for a batch of which the points at `sent` were in the request. Those of
/// `dropped` were not sent, each for its own reason. Both are in ascending order.
///
/// A point refused alone is dropped. Several points of which some are bad are refused as a whole,
/// and the caller bisects. Where every point is bad, all are dropped. Where the rest was written,
/// `rest` says which points were not.
[[nodiscard]] storage::write_outcome outcome_of(const judgement& verdict,
                                                std::span<const std::size_t> sent,
                                                std::vector<storage::dropped_point> dropped,
                                                std::string message, written_rest rest = {});

/// Returns the outcome where there is no answer. An answer that was too long to read may have been
/// a good one, so it is also worth a retry.
[[nodiscard]] storage::write_outcome outcome_of(const storage::failure& why,
                                                std::vector<storage::dropped_point> dropped);

}  // namespace chronopack::http
