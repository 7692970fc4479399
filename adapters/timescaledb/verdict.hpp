// The meaning of PostgreSQL's answers, by the state of the connection and the SQLSTATE.
// The first row that fits holds.
//
//   connection                                 what       whose        why        then
//   has ended, or could not be made            retry                              reconnect
//   could not be made for its certificates,    hold
//   keys or TLS at all
//
//   SQLSTATE, with the connection alive
//   57P01 57P02 57P03 57P05, 08xxx but 08P01   retry                              reconnect
//   53300 40001 40P01 55P03 57014 25006        retry
//   26000, 0A000 "cached plan"                 retry                              reconnect
//   53400                                      hold                               lift_limit
//   53200                                      hold                               halve
//   XX000                                      retry (held after ten in a row)
//   22xxx 23502 23514                          refused    some_point   invalid
//   54000                                      refused    some_point   too_large
//   23505                                      refused    some_point   duplicate
//   TS110 42710 42P07, in set-up               delivered: what is there is compared
//   0A000 TS101, of a write                    hold
//   0A000 TS101, otherwise                     unsupported
//   25P02 25001 21000 42601 08P01 22P04        refused    every_point             our_bug
//   any other                                  hold
//
// 22P04 is a bad COPY, which is ours. 53xxx is no plain retry: the same statement fails again
// until somebody acts, or until it is made smaller. A class 42 error is about rights or tables,
// and points wait until an operator has put them right.
#pragma once

#include <adapters/http/verdict.hpp>

#include <string_view>

namespace chronopack::timescaledb {

enum class connection_state : std::uint8_t {
    alive,
    gone,       ///< not made, or ended by the server, the network or a deadline
    untrusted,  ///< not made: TLS, its certificates or keys are not as they must be
};

/// What the statement was for.
enum class during : std::uint8_t { set_up, write, other };

/// What may help before the verdict is final.
enum class remedy : std::uint8_t {
    none,
    reconnect,   ///< the same again on a new connection
    lift_limit,  ///< the same again without TimescaleDB's limit of decompressed rows
    halve,       ///< the same in two parts
};

struct judgement {
    http::judgement judged{};
    remedy then = remedy::none;
    bool our_bug = false;  ///< no statement of this library may be answered so

    friend bool operator==(const judgement&, const judgement&) = default;
};

/// Judges an answer. `sqlstate` is empty where the server gave none, and `message` is the
/// server's, which decides only for 0A000.
[[nodiscard]] judgement judge(connection_state state, std::string_view sqlstate, during what,
                              std::string_view message = {}) noexcept;

/// Returns the SQLSTATE at the end of a message that libpq makes with PQERRORS_SQLSTATE
/// ("... FATAL:  28P01\n"), or nothing.
[[nodiscard]] std::string_view sqlstate_at_end(std::string_view message) noexcept;

/// Returns words for an SQLSTATE that comes without a message, or nothing.
[[nodiscard]] std::string_view words_for(std::string_view sqlstate) noexcept;

}  // namespace chronopack::timescaledb
