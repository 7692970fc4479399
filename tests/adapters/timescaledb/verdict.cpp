// The written table of answers (verdict.hpp), row by row.
#include <adapters/timescaledb/verdict.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace chronopack;
using namespace chronopack::timescaledb;
using http::blame;
using storage::drop_reason;
using storage::verdict;

namespace {

judgement plain(verdict what, remedy then = remedy::none) {
    return {{what, blame::none, drop_reason::refused, std::nullopt}, then, false};
}

judgement refused(blame whose, drop_reason why, bool our_bug = false) {
    return {{verdict::refused, whose, why, std::nullopt}, remedy::none, our_bug};
}

judgement alive(std::string_view state, during what = during::write, std::string_view text = {}) {
    return judge(connection_state::alive, state, what, text);
}

}  // namespace

TEST_CASE("every answer of PostgreSQL has the verdict of the table", "[timescaledb]") {
    const struct {
        std::vector<std::string> states;
        judgement means;
    } rows[] = {
        {{"57P01", "57P02", "57P03", "57P05", "08000", "08001", "08003", "08006", "26000"},
         plain(verdict::retry, remedy::reconnect)},
        {{"53300", "40001", "40P01", "55P03", "57014", "25006", "XX000"}, plain(verdict::retry)},
        {{"53400"}, plain(verdict::hold, remedy::lift_limit)},
        {{"53200"}, plain(verdict::hold, remedy::halve)},
        {{"25P02", "25001", "21000", "42601", "08P01", "22P04"},
         refused(blame::every_point, drop_reason::refused, true)},
        {{"22021", "22P02", "22P05", "22003", "22007", "22008", "22023", "23502", "23514"},
         refused(blame::some_point, drop_reason::invalid)},
        {{"54000"}, refused(blame::some_point, drop_reason::too_large)},
        {{"23505"}, refused(blame::some_point, drop_reason::duplicate)},
        {{"28000", "28P01", "3D000", "42501", "42P01", "42703", "42883", "42P10",
          "57P04", "55000", "XX001", "XX002", "53100", "53000", "TS001", "TS102",
          "TS103", "TS110", "42710", "42P07", "P0001", ""},
         plain(verdict::hold)},
    };
    for (const auto& row : rows)
        for (const std::string& state : row.states)
            for (const during what : {during::write, during::other}) {
                CAPTURE(state);
                CHECK(alive(state, what) == row.means);
            }
}

TEST_CASE("what an edition lacks is unsupported, and of a write it waits", "[timescaledb]") {
    for (const char* state : {"0A000", "TS101"}) {
        CHECK(alive(state, during::other) == plain(verdict::unsupported));
        CHECK(alive(state, during::set_up) == plain(verdict::unsupported));
        CHECK(alive(state, during::write) == plain(verdict::hold));
    }
    for (const during what : {during::write, during::other, during::set_up})
        CHECK(alive("0A000", what, "cached plan must not change result type") ==
              plain(verdict::retry, remedy::reconnect));
}

TEST_CASE("what is there already is no failure of a set-up", "[timescaledb]") {
    for (const char* state : {"TS110", "42710", "42P07"})
        CHECK(alive(state, during::set_up).judged.what == verdict::delivered);
    CHECK(alive("42501", during::set_up) == plain(verdict::hold));
}

TEST_CASE("a connection that is gone is worth another, whatever it said last", "[timescaledb]") {
    for (const char* state : {"", "42601", "0A000", "57P01", "XX000"})
        CHECK(judge(connection_state::gone, state, during::write) ==
              plain(verdict::retry, remedy::reconnect));
    for (const char* state : {"28000", "28P01", "3D000"})
        CHECK(judge(connection_state::gone, state, during::other) == plain(verdict::hold));
    CHECK(judge(connection_state::gone, "53300", during::other) == plain(verdict::retry));
    CHECK(judge(connection_state::untrusted, "", during::other) == plain(verdict::hold));
}

TEST_CASE("libpq's message of a failed connection ends with the SQLSTATE", "[timescaledb]") {
    CHECK(sqlstate_at_end(
              "connection to server at \"127.0.0.1\", port 1 failed: FATAL:  28P01\n") == "28P01");
    for (const char* text :
         {"", "28P01", "FATAL:  28p01\n", "failed: Connection refused\n\tIs it?\n",
          "FATAL:  28P012", "FATAL: 28P01"})
        CHECK(sqlstate_at_end(text).empty());
}
