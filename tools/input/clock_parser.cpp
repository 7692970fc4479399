#include "clock_parser.hpp"

#include "words.hpp"

namespace chronopack::input {

std::optional<std::int64_t> clock_parser::operator()(std::string_view cell) noexcept {
    trouble_ = trouble::none;
    if (form_ == form::counts && counted_ == kept_ && !each_by_size_) {  // the usual count
        std::int64_t whole = 0;
        const char* const end = cell.data() + cell.size();
        const auto [stop, wrong] = std::from_chars(cell.data(), end, whole);
        if (stop == end && wrong == std::errc{} && (!judged_ || epoch_unit(whole) == counted_))
            return whole;
    }
    const auto when = instant_of(cell);
    if (!when) {
        if (trouble_ == trouble::none) trouble_ = trouble::unreadable;
        return std::nullopt;
    }
    const auto ticks = unit_of(*when) > kept_ ? std::nullopt : to_ticks(*when, kept_);
    if (!ticks) trouble_ = trouble::too_fine;
    return ticks;
}

std::optional<instant> clock_parser::instant_of(std::string_view cell) noexcept {
    switch (form_) {
        case form::dates:
            return date_of(cell);
        case form::serials:
            return serial_of(cell);
        default:
            break;
    }
    const auto count = read_count(cell);
    if (!count) return std::nullopt;
    const tick by_size = epoch_unit(count->whole);
    if (judged_ && by_size != counted_) {
        trouble_ = trouble::other_unit;
        return std::nullopt;
    }
    const tick unit = each_by_size_ ? by_size : counted_;
    tally_.cut += count->cut || count->billionths % ticks_per_second(unit) != 0;
    return to_instant(*count, unit);
}

std::optional<instant> clock_parser::date_of(std::string_view cell) noexcept {
    const auto read = how_.format ? (*how_.format)(cell) : read_time(how_.spelled, cell);
    if (!read) return std::nullopt;
    const std::int64_t wall = *wall_seconds(*read);
    instant when{wall - read->offset, read->nanoseconds};
    if (!read->has_offset) {
        const auto local = in_zone(wall);
        if (!local) return std::nullopt;
        when.seconds = *local;
    }
    tally_.cut += read->cut;
    if (read->is_leap()) {
        when.nanoseconds = 0;
        ++tally_.leap_seconds;
    }
    last_ = when.seconds;
    started_ = true;
    return when;
}

// Serial numbers count days from 1899-12-30, and are doubles: they are meant to a millisecond.
std::optional<instant> clock_parser::serial_of(std::string_view cell) noexcept {
    constexpr std::int64_t days_before_1970 = 25'569, day = 86'400, most = 2'958'466;  // year 9999
    const auto count = read_count(cell);
    if (!count || count->negative || count->whole > most) return std::nullopt;
    const std::int64_t part = (std::int64_t{count->billionths} * day + 500'000) / 1'000'000;
    const auto local = in_zone((count->whole - days_before_1970) * day + part / 1'000);
    if (!local) return std::nullopt;
    last_ = *local;
    started_ = true;
    return instant{*local, static_cast<std::int32_t>(part % 1'000 * 1'000'000)};
}

std::optional<std::int64_t> clock_parser::in_zone(std::int64_t wall) noexcept {
    const local_zone::shown shown = how_.zone.when(wall);
    if (shown.never) {
        trouble_ = trouble::never_shown;
        return std::nullopt;
    }
    if (!shown.twice()) return shown.first;
    ++tally_.twice;
    if (!started_) return how_.falls ? shown.last : shown.first;
    const auto follows = [&](std::int64_t at) {
        return at == last_ ? !how_.one_a_row : how_.falls ? at < last_ : at > last_;
    };
    if (how_.falls) return follows(shown.last) ? shown.last : shown.first;
    return follows(shown.first) ? shown.first : shown.last;
}

std::string clock_parser::refusal(std::string_view cell, std::string_view column) const {
    if (trouble_ == trouble::never_shown)
        return in_quotes(cell) + " was never shown by the clocks of " +
               printable(how_.zone.name()) + ", which were set ahead then";
    const std::string said = in_quotes(cell) + " is not a time that fits column " +
                             printable(column) + ", in " + std::string(name(kept_));
    if (trouble_ == trouble::other_unit)
        return said + ": the times before are in " + std::string(name(counted_)) +
               "; --time-unit auto takes each by its size, --time-unit " +
               std::string(name(counted_)) + " takes all in this unit";
    return said;
}

}  // namespace chronopack::input
