#include "local_zone.hpp"

#include "clock_text.hpp"
#include "failure.hpp"
#include "words.hpp"

#include <chronopack/rollup/tzif.hpp>

namespace chronopack::input {

local_zone local_zone::named(std::string_view name) {
    text_scanner in(name);
    civil_time fixed_time;
    if (!in.done() && scan_zone(in, fixed_time)) return fixed(fixed_time.offset, std::string(name));
    const auto found = load_time_zone(name);
    if (!found)
        throw failure(fault::usage, "--zone: there is no time zone " + in_quotes(name) +
                                        "; zones are named as Europe/Berlin, or as +01:00");
    local_zone made;
    made.name_ = std::string(name);
    made.zone_ = std::make_shared<const time_zone>(*found);
    return made;
}

local_zone local_zone::fixed(std::int32_t seconds, std::string name) {
    local_zone made;
    made.name_ = std::move(name);
    made.offset_ = seconds;
    return made;
}

local_zone::shown local_zone::when(std::int64_t wall) const noexcept {
    if (!zone_) return {wall - offset_, wall - offset_, false};
    // No offset is longer than this, and no two changes are nearer to each other than two days.
    constexpr std::int64_t day = 86'400;
    const std::int64_t with_old = wall - zone_->offset(wall - day);
    const std::int64_t with_new = wall - zone_->offset(wall + day);
    const bool old_shows = with_old + zone_->offset(with_old) == wall;
    const bool new_shows = with_new + zone_->offset(with_new) == wall;
    if (!old_shows && !new_shows) return {with_old, with_old, true};
    if (!old_shows) return {with_new, with_new, false};
    if (!new_shows) return {with_old, with_old, false};
    return {std::min(with_old, with_new), std::max(with_old, with_new), false};
}

}  // namespace chronopack::input
