#include <adapters/timescaledb/verdict.hpp>

#include <algorithm>
#include <iterator>

namespace chronopack::timescaledb {

using http::blame;
using storage::drop_reason;
using storage::verdict;

namespace {

template <std::size_t N>
bool is_one(std::string_view state, const std::string_view (&of)[N]) noexcept {
    return std::find(std::begin(of), std::end(of), state) != std::end(of);
}

judgement means(verdict what, remedy then = remedy::none) noexcept {
    return {{what, blame::none, drop_reason::refused, std::nullopt}, then, false};
}

judgement refuses(blame whose, drop_reason why) noexcept {
    return {{verdict::refused, whose, why, std::nullopt}, remedy::none, false};
}

bool state_character(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

}  // namespace

judgement judge(connection_state state, std::string_view sqlstate, during what,
                std::string_view message) noexcept {
    if (is_one(sqlstate, {"28000", "28P01", "3D000", "42704", "22023"}) &&
        state != connection_state::alive)
        return means(verdict::hold);  // the server said so before it closed the connection
    if (sqlstate == "53300") return means(verdict::retry);
    if (state == connection_state::gone) return means(verdict::retry, remedy::reconnect);
    if (state == connection_state::untrusted) return means(verdict::hold);

    const std::string_view kind = sqlstate.substr(0, 2);
    if (is_one(sqlstate, {"25P02", "25001", "21000", "42601", "08P01", "22P04"})) {
        judgement bug = refuses(blame::every_point, drop_reason::refused);
        bug.our_bug = true;
        return bug;
    }
    if (kind == "08" || is_one(sqlstate, {"57P01", "57P02", "57P03", "57P05", "26000"}))
        return means(verdict::retry, remedy::reconnect);
    if (is_one(sqlstate, {"40001", "40P01", "55P03", "57014", "25006", "XX000"}))
        return means(verdict::retry);
    if (sqlstate == "53400") return means(verdict::hold, remedy::lift_limit);
    if (sqlstate == "53200") return means(verdict::hold, remedy::halve);
    if (kind == "22" || is_one(sqlstate, {"23502", "23514"}))
        return refuses(blame::some_point, drop_reason::invalid);
    if (sqlstate == "54000") return refuses(blame::some_point, drop_reason::too_large);
    if (sqlstate == "23505") return refuses(blame::some_point, drop_reason::duplicate);
    if (what == during::set_up && is_one(sqlstate, {"TS110", "42710", "42P07"})) return {};
    if (sqlstate == "0A000" && message.find("cached plan") != message.npos)
        return means(verdict::retry, remedy::reconnect);
    if (sqlstate == "0A000" || sqlstate == "TS101")
        return means(what == during::write ? verdict::hold : verdict::unsupported);
    return means(verdict::hold);
}

std::string_view sqlstate_at_end(std::string_view message) noexcept {
    constexpr std::size_t length = 5;
    while (message.ends_with('\n') || message.ends_with(' ')) message.remove_suffix(1);
    if (message.size() < length + 2) return {};
    const std::string_view state = message.substr(message.size() - length);
    const std::string_view before = message.substr(0, message.size() - length);
    const bool is_state = std::all_of(state.begin(), state.end(), state_character);
    return is_state && before.ends_with("  ") ? state : std::string_view();
}

std::string_view words_for(std::string_view sqlstate) noexcept {
    constexpr struct {
        std::string_view state, words;
    } known[] = {
        {"28000", "the server does not let this user in"},
        {"28P01", "the user or the password is wrong"},
        {"3D000", "there is no such database"},
        {"53300", "the server has too many connections"},
        {"57P03", "the server is starting, stopping or recovering"},
    };
    for (const auto& one : known)
        if (one.state == sqlstate) return one.words;
    return {};
}

}  // namespace chronopack::timescaledb
