#include "column_name.hpp"

#include "clock_text.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace chronopack::input {

namespace {

using words = std::vector<std::string>;
using list = std::span<const std::string_view>;
using few = std::initializer_list<std::string_view>;

// Words that stand for a time, in the languages that loggers and services write.
constexpr std::string_view times[] = {
    "time",          "times",    "timestamp",  "timestamps",    "ts",           "tstamp",
    "tmstmp",        "date",     "dates",      "datetime",      "dttm",         "dteday",
    "when",          "zeit",     "zeitpunkt",  "zeitstempel",   "datum",        "uhrzeit",
    "messzeitpunkt", "fecha",    "fechahora",  "hora",          "datahora",     "tijd",
    "tijdstip",      "heure",    "horodatage", "dato",          "tid",          "tidspunkt",
    "tidpunkt",      "aika",     "aikaleima",  "pvm",           "czas",         "ora",
    "epoch",         "unix",     "unixtime",   "unixtimestamp", "utctime",      "timeutc",
    "localtime",     "gpstime",  "yyyymmdd",   "yyyymmddhh",    "yyyymmddhhmm", "yearmoda",
    "yyyymm",        "aaaammjj", "aaaammjjhh", "aaaammjjhhmn",  "aaaamm",       "ymd",
    "时间",          "日期",     "日時",       "時刻",          "时刻",         "дата",
    "время"};
constexpr std::string_view days[] = {"date",   "dates",    "datum",      "fecha",      "dato",
                                     "pvm",    "dteday",   "yyyymmdd",   "yearmoda",   "ymd",
                                     "yyyymm", "aaaammjj", "yyyymmddhh", "aaaammjjhh", "aaaamm",
                                     "日期",   "дата"};
constexpr std::string_view periods[] = {"day",    "month", "week", "quarter", "year",
                                        "period", "monat", "tag",  "jahr",    "mes",
                                        "dia",    "jour",  "mois", "annee",   "yearmonth"};
// Words beside a time that leave it one: whose it is, and in which zone.
constexpr std::string_view beside[] = {
    "utc",         "gmt",      "local",     "lst",          "lt",        "mez",          "cet",
    "cest",        "iso",      "iso8601",   "valid",        "obs",       "observation",  "observed",
    "measurement", "measured", "mess",      "sample",       "sampled",   "sampling",     "event",
    "record",      "recorded", "recording", "log",          "logged",    "reading",      "read",
    "data",        "of",       "the",       "and",          "at",        "on",           "in",
    "transact",    "trade",    "server",    "system",       "device",    "sensor",       "gps",
    "yyyy",        "mm",       "dd",        "hh",           "ss",        "seconds",      "second",
    "sec",         "secs",     "millis",    "milliseconds", "micros",    "microseconds", "nanos",
    "nanoseconds", "s",        "ms",        "us",           "ns",        "since",        "1970",
    "unix",        "epoch",    "posix",     "stamp",        "beginning", "int",          "str"};
constexpr std::string_view starts[] = {"start", "starts", "started", "begin", "begins", "beginning",
                                       "open",  "opened", "from",    "von",   "first",  "since"};
constexpr std::string_view anothers[] = {
    "stop",        "stopped",  "end",          "ended",       "ends",         "close",
    "closed",      "to",       "until",        "till",        "bis",          "last",
    "previous",    "next",     "created",      "create",      "creation",     "updated",
    "update",      "modified", "modification", "issued",      "issue",        "init",
    "installed",   "install",  "installation", "birth",       "birthday",     "born",
    "dob",         "due",      "expiry",       "expires",     "expiration",   "deadline",
    "received",    "ingested", "ingest",       "processed",   "processing",   "published",
    "publication", "release",  "released",     "finish",      "finished",     "finishing",
    "sunrise",     "sunset",   "warranty",     "calibration", "calibrated",   "manufactured",
    "bought",      "purchase", "purchased",    "registered",  "registration", "forecast",
    "run",         "reference"};
// Words that make a time a length of time.
constexpr std::string_view lengths[] = {
    "response",    "travel",  "lead",   "wait",    "up",       "cpu",      "gpu",
    "lap",         "race",    "delay",  "latency", "duration", "taken",    "between",
    "remaining",   "spent",   "charge", "service", "flight",   "reaction", "exposure",
    "integration", "load",    "idle",   "busy",    "active",   "total",    "mean",
    "avg",         "average", "max",    "min",     "median",   "process",  "user",
    "sys",         "io",      "ping",   "round",   "trip",     "rise"};
constexpr std::string_view numbers[] = {
    "id",       "ids",       "no",       "num",   "nr",      "number",   "station",
    "stations", "stationid", "code",     "meter", "sensor",  "device",   "node",
    "serial",   "imei",      "imsi",     "iccid", "mac",     "phone",    "sku",
    "zip",      "plz",       "postcode", "index", "idx",     "seq",      "sequence",
    "record",   "row",       "instant",  "wmo",   "usaf",    "wban",     "site",
    "key",      "stn",       "stid",     "staid", "souid",   "gauge",    "channel",
    "machine",  "unit",      "poste",    "order", "account", "customer", "plant"};
constexpr std::string_view amounts[] = {
    "bytes",      "byte",   "packets",  "count",  "counts",   "counter",  "total",
    "volume",     "amount", "price",    "size",   "length",   "value",    "val",
    "sum",        "qty",    "quantity", "octets", "rx",       "tx",       "energy",
    "power",      "load",   "requests", "errors", "balance",  "cost",     "revenue",
    "population", "memory", "mem",      "disk",   "distance", "odometer", "steps"};
constexpr std::string_view zones[] = {"tz", "timezone", "zone", "zeitzone"};

bool has(list all, std::string_view word) {
    return std::find(all.begin(), all.end(), word) != all.end();
}

bool any(const words& name, list all) {
    return std::any_of(name.begin(), name.end(), [&](const auto& word) { return has(all, word); });
}

bool has(few all, std::string_view word) {
    return has(list(all.begin(), all.size()), word);
}
bool any(const words& name, few all) {
    return any(name, list(all.begin(), all.size()));
}

// Returns the words of a name in lower case: of valid_time, validTime, "Valid Time".
words words_of(std::string_view name) {
    words all;
    std::string word;
    const auto end = [&] {
        if (!word.empty()) all.push_back(std::move(word));
        word.clear();
    };
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool upper = c >= 'A' && c <= 'Z';
        const bool plain =
            text_scanner::is_letter(c) || text_scanner::is_digit(c) || (c & 0x80) != 0;
        if (!plain || (upper && i != 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z')) end();
        if (plain) word += upper ? static_cast<char>(c | 0x20) : c;
    }
    end();
    return all;
}

std::optional<tick> unit_of(std::string_view word) {
    if (word == "s" || word == "sec" || word == "secs" || word == "seconds") return tick::seconds;
    if (word == "ms" || word == "millis" || word == "msec" || word == "milliseconds")
        return tick::milliseconds;
    if (word == "us" || word == "\xc2\xb5s" || word == "\xce\xbcs" || word == "micros" ||
        word == "usec" || word == "microseconds")
        return tick::microseconds;
    if (word == "ns" || word == "nanos" || word == "nsec" || word == "nanoseconds")
        return tick::nanoseconds;
    return std::nullopt;
}

time_part part_of(const words& all) {
    std::string joined;
    for (const std::string& word : all) {
        // "Hour (LST)", "hour utc" are hours; what stands beside is no part of the name.
        if (!joined.empty() && has(beside, word) && word != "of") continue;
        joined += joined.empty() ? word : ' ' + word;
    }
    const auto is = [&](few any_of) {
        return has(any_of, joined);
    };
    if (is({"year", "yr", "yyyy", "yy", "jahr", "ano", "año", "annee", "année"}))
        return time_part::year;
    if (is({"month", "mon", "mnth", "mm", "mo", "monat", "mes", "mois"})) return time_part::month;
    if (is({"day", "dd", "dy", "tag", "dia", "día", "jour", "day of month", "mday"}))
        return time_part::day;
    if (is({"hour", "hours", "hr", "hrs", "hh", "stunde", "heure", "hora", "hour of day"}))
        return time_part::hour;
    if (is({"minute", "minutes", "min", "mn", "mi"})) return time_part::minute;
    if (is({"second", "seconds", "sec", "ss"})) return time_part::second;
    if (is({"doy", "yday", "jday", "day of year", "julian day"})) return time_part::day_of_year;
    return time_part::none;
}

// Finds UTC or GMT with an offset, as loggers write it after the name: "GMT+01:00".
std::optional<std::int32_t> offset_in(std::string_view name) {
    for (std::size_t i = 0; i + 3 < name.size(); ++i) {
        const std::string_view word = name.substr(i, 3);
        if (!same_letters(word, "utc") && !same_letters(word, "gmt")) continue;
        if (i >= 4 && same_letters(name.substr(i - 4, 3), "etc")) continue;  // signs turned round
        text_scanner in(name.substr(i + 3));
        civil_time read;
        if (scan_offset(in, read) && !in.at_letter()) return read.offset;
    }
    return std::nullopt;
}

}  // namespace

column_name judge_name(std::string_view name) {
    column_name found;
    const words all = words_of(name);
    if (all.empty()) return found;
    found.part = part_of(all);
    found.offset = offset_in(name);
    found.is_zone = any(all, zones) || (all.size() == 2 && all[0] == "utc" && all[1] == "offset");
    found.is_number = any(all, numbers);
    found.is_dates = any(all, days) || any(all, periods);
    found.is_utc = any(all, {"utc", "gmt", "unix", "epoch"});
    if (all.size() > 1 || unit_of(all[0])) found.unit = unit_of(all.back());
    if (found.is_zone) {
        found.says = name_says::other;
        return found;
    }

    const bool timely = any(all, times);
    const bool only = std::all_of(all.begin(), all.end(), [](const auto& word) {
        return has(times, word) || has(beside, word);
    });
    const std::string& first = all.front();
    const bool clock_words = any(all, {"time", "zeit", "uhrzeit", "hora", "heure", "tijd", "tid",
                                       "ora", "czas", "hhmm", "hhmmss", "clock", "时间", "время"});
    found.is_clock = clock_words && !any(all, days);
    const bool bare = all.size() == 1 || (all.size() == 2 && found.unit);
    found.is_elapsed = (bare && has({"time", "timestamp", "ts", "t", "elapsed", "zeit", "seconds",
                                     "second", "secs", "sec", "millis"},
                                    first)) ||
                       any(all, {"elapsed", "relative"});

    if (bare && first == "t") {
        found.says = name_says::letter;
    } else if (timely && only) {
        found.says = name_says::surely;
    } else if (any(all, starts) && (timely || all.size() <= 2)) {
        found.says = name_says::start;
    } else if (any(all, anothers) && (timely || all.size() <= 2)) {
        found.says = name_says::another;
    } else if (timely) {
        found.says = any(all, lengths) ? name_says::nothing : name_says::likely;
    } else if (all.size() <= 2 && all.back() == "at" &&
               any(all, {"observed", "measured", "recorded", "sampled", "logged", "read"})) {
        found.says = name_says::likely;
    } else if (found.is_elapsed || (bare && first == "dt")) {
        found.says = name_says::likely;
    } else if (found.is_number || any(all, amounts)) {
        found.says = name_says::other;
    }
    return found;
}

}  // namespace chronopack::input
