// What an answer over HTTP means for a batch: one table, of pure functions.
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
// The first row that fits holds. "partial write" are InfluxDB's words, which came with
// 400, 422 and 500 as its releases went by. 3xx: redirects are not followed, for they
// would carry credentials to where no one meant them to go. A store whose answers mean
// something else has a function of its own that looks at those first, and then asks
// this one.
#pragma once

#include <adapters/http/retry_after.hpp>
#include <adapters/storage/outcome.hpp>

#include <span>
#include <string>
#include <string_view>

namespace chronopack::http {

/// As much of an answer as decides.
struct answer {
    unsigned status = 0;
    std::string_view body;         ///< its first max_message_bytes
    std::string_view retry_after;  ///< the header; empty where there is none
};

/// Which points a refusal is about.
enum class blame : std::uint8_t {
    none,
    some_point,    ///< nothing was written; without the bad points it would be
    every_point,   ///< nothing was written; smaller batches would fare no better
    rest_written,  ///< the store dropped some, and took the rest
};

struct judgement {
    storage::verdict what = storage::verdict::delivered;
    blame whose = blame::none;
    storage::drop_reason why = storage::drop_reason::refused;
    std::optional<std::chrono::milliseconds> retry_after;

    friend bool operator==(const judgement&, const judgement&) = default;
};

[[nodiscard]] judgement judge(const answer& what, std::chrono::system_clock::time_point now);

/// What a store says that wrote some points of a request and dropped others.
struct written_rest {
    /// How many it wrote, by its own count. As many as are missing, and not named, are
    /// dropped unnamed.
    std::size_t written = 0;
    /// The points that it named as dropped, in any order, by their index in the batch. One
    /// that was not sent, or that is named again, is no point.
    std::vector<storage::dropped_point> named = {};
};

/// The outcome for a batch of which the points at `sent` were in the request and
/// those of `dropped` were not, for reasons of their own; both ascending.
///
/// A point refused alone is dropped; several of which some are bad are refused as a
/// whole, for the caller to bisect; where every point is bad, all are dropped. Where
/// the rest was written, `rest` says which points were not.
[[nodiscard]] storage::write_outcome outcome_of(const judgement& verdict,
                                                std::span<const std::size_t> sent,
                                                std::vector<storage::dropped_point> dropped,
                                                std::string message, written_rest rest = {});

/// The outcome where there is no answer. One that was too long to read may have been
/// a good one: it is worth a retry as well.
[[nodiscard]] storage::write_outcome outcome_of(const storage::failure& why,
                                                std::vector<storage::dropped_point> dropped);

}  // namespace chronopack::http
