// Names of metrics and labels under each of the four strategies. Most cases are those
// that the specification names, or that Prometheus' own translator is tested with.

#include "support/random.hpp"

#include <adapters/otlp/naming.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using chronopack::otlp::label_name;
using chronopack::otlp::metric_kind;
using chronopack::otlp::metric_name;
using chronopack::otlp::translation;

namespace {

constexpr auto with_suffixes = translation::underscore_escaping_with_suffixes;
constexpr auto without_suffixes = translation::underscore_escaping_without_suffixes;
constexpr auto utf8_with_suffixes = translation::no_utf8_escaping_with_suffixes;
constexpr auto untranslated = translation::no_translation;
constexpr auto gauge = metric_kind::gauge;
constexpr auto counter = metric_kind::counter;
constexpr auto other = metric_kind::other;

/// What Prometheus takes without quotes: [a-zA-Z_:][a-zA-Z0-9_:]*.
bool is_plain(std::string_view name, bool colons) {
    const auto letter = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
    };
    const auto digit = [](char c) {
        return c >= '0' && c <= '9';
    };
    return !name.empty() && letter(name[0]) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

}  // namespace

TEST_CASE("the four strategies differ as the specification says", "[otlp][naming]") {
    const auto names = [](translation how) {
        return std::pair(metric_name("http.request.body", "By/s", gauge, how),
                         label_name("http.route", how));
    };
    using pair = std::pair<std::string, std::string>;
    CHECK(names(with_suffixes) == pair("http_request_body_bytes_per_second", "http_route"));
    CHECK(names(without_suffixes) == pair("http_request_body", "http_route"));
    CHECK(names(utf8_with_suffixes) == pair("http.request.body_bytes_per_second", "http.route"));
    CHECK(names(untranslated) == pair("http.request.body", "http.route"));
}

TEST_CASE("a monotonic sum ends in _total, once", "[otlp][naming]") {
    CHECK(metric_name("requests", "", counter, with_suffixes) == "requests_total");
    CHECK(metric_name("requests", "1", counter, with_suffixes) == "requests_total");
    CHECK(metric_name("requests_total", "", counter, with_suffixes) == "requests_total");
    CHECK(metric_name("requests.total", "", counter, with_suffixes) == "requests_total");
    CHECK(metric_name("total.requests", "", counter, with_suffixes) == "requests_total");
    CHECK(metric_name("subtotal", "", counter, with_suffixes) == "subtotal_total");
    CHECK(metric_name("requests", "", other, with_suffixes) == "requests");
    CHECK(metric_name("requests", "", counter, without_suffixes) == "requests");
    CHECK(metric_name("requests_total", "", counter, without_suffixes) == "requests_total");

    CHECK(metric_name("requ\xc3\xaasts", "", counter, utf8_with_suffixes) ==
          "requ\xc3\xaasts_total");
    CHECK(metric_name("requests.total", "", counter, utf8_with_suffixes) == "requests_total");
    CHECK(metric_name("requests_total", "", counter, utf8_with_suffixes) == "requests_total");
    CHECK(metric_name("subtotal", "", counter, utf8_with_suffixes) == "subtotal_total");
    CHECK(metric_name("total", "", counter, utf8_with_suffixes) == "total_total");
    CHECK(metric_name("@#$%", "", counter, utf8_with_suffixes) == "@#$%_total");
    CHECK(metric_name("requests", "", counter, untranslated) == "requests");
}

TEST_CASE("a gauge in 1 ends in _ratio, once, and nothing else does", "[otlp][naming]") {
    CHECK(metric_name("cpu_usage", "1", gauge, with_suffixes) == "cpu_usage_ratio");
    CHECK(metric_name("cpu_usage_ratio", "1", gauge, with_suffixes) == "cpu_usage_ratio");
    CHECK(metric_name("cpu.usage", "1", other, with_suffixes) == "cpu_usage");
    CHECK(metric_name("cpu_usag\xc3\xa9", "1", gauge, utf8_with_suffixes) ==
          "cpu_usag\xc3\xa9_ratio");
    CHECK(metric_name("cpu.ratio", "1", gauge, utf8_with_suffixes) == "cpu_ratio");
    CHECK(metric_name("cpu_usage", "1", gauge, without_suffixes) == "cpu_usage");
}

TEST_CASE("units are words, divisors singular", "[otlp][naming]") {
    const auto named = [](std::string_view unit, metric_kind kind = gauge) {
        return metric_name("x", unit, kind, with_suffixes);
    };
    CHECK(named("s") == "x_seconds");
    CHECK(named("ms") == "x_milliseconds");
    CHECK(named("min") == "x_minutes");
    CHECK(named("By") == "x_bytes");
    CHECK(named("GiBy") == "x_gibibytes");
    CHECK(named("Cel") == "x_celsius");
    CHECK(named("%") == "x_percent");
    CHECK(named("1/s") == "x_per_second");
    CHECK(named("1/s", counter) == "x_per_second_total");
    CHECK(named("By/m") == "x_bytes_per_minute");
    CHECK(named("m/s") == "x_meters_per_second");
    CHECK(named(" s / h ") == "x_seconds_per_hour");
    CHECK(named("furlong/fortnight") == "x_furlong_per_fortnight");
    CHECK(named("a/b/c") == "x_a_per_b_c");
    CHECK(named("unit@with#special/chars") == "x_unit_with_special_per_chars");
    CHECK(named("unit__multiple__underscores") == "x_unit_multiple_underscores");
}

TEST_CASE("a unit in braces is left out", "[otlp][naming]") {
    for (const translation how : {with_suffixes, utf8_with_suffixes}) {
        CHECK(metric_name("x", "{packet}", gauge, how) == "x");
        CHECK(metric_name("x", "{packet}/s", gauge, how) == "x_per_second");
        CHECK(metric_name("x", "By/{packet}", gauge, how) == "x_bytes");
        CHECK(metric_name("x", "By{sent}", gauge, how) == "x");
        CHECK(metric_name("x", "", gauge, how) == "x");
        CHECK(metric_name("x", "/", gauge, how) == "x");
        CHECK(metric_name("x", "  ", gauge, how) == "x");
    }
}

TEST_CASE("a unit that a name has is not added", "[otlp][naming]") {
    CHECK(metric_name("response_time_seconds", "s", gauge, with_suffixes) ==
          "response_time_seconds");
    CHECK(metric_name("seconds.of.cpu", "s", gauge, with_suffixes) == "seconds_of_cpu");
    CHECK(metric_name("cpuseconds", "s", gauge, with_suffixes) == "cpuseconds_seconds");
    CHECK(metric_name("response.seconds", "s", gauge, utf8_with_suffixes) == "response.seconds");
    CHECK(metric_name("cpu_seconds_total", "s", counter, utf8_with_suffixes) ==
          "cpu_seconds_total");
    CHECK(metric_name("cpu_seconds_total", "s", counter, with_suffixes) == "cpu_seconds_total");
    CHECK(metric_name("x_bytes_per_second", "By/s", gauge, utf8_with_suffixes) ==
          "x_bytes_per_second");
    CHECK(metric_name("cpuseconds", "s", gauge, utf8_with_suffixes) == "cpuseconds_seconds");
}

TEST_CASE("characters that Prometheus does not take become one underscore", "[otlp][naming]") {
    for (const translation how : {with_suffixes, without_suffixes}) {
        CHECK(metric_name("a@with#special$chars", "", gauge, how) == "a_with_special_chars");
        CHECK(metric_name("a@@##$$name", "", gauge, how) == "a_name");
        CHECK(metric_name("a__b___c", "", gauge, how) == "a_b_c");
        CHECK(metric_name("a:b", "", gauge, how) == "a:b");
        CHECK(metric_name("123metric", "", gauge, how) == "_123metric");
        CHECK(metric_name("m\xc3\xa9trique", "", gauge, how) == "m_trique");
    }
    CHECK(label_name("label:with:colons", with_suffixes) == "label_with_colons");
    CHECK(label_name("a!with&special$chars)", with_suffixes) == "a_with_special_chars_");
    CHECK(label_name("a..b__c", without_suffixes) == "a_b_c");
    CHECK(label_name("123label", with_suffixes) == "key_123label");
    CHECK(label_name("_private", with_suffixes) == "key_private");
}

TEST_CASE("no attribute takes the place of a metric's name, nor of what is a store's own",
          "[otlp][naming]") {
    CHECK(label_name("__name__", with_suffixes) == "key_name_");
    CHECK(label_name("__address__", without_suffixes) == "key_address_");
}

TEST_CASE("a name of which nothing is left is none", "[otlp][naming]") {
    for (const translation how : {with_suffixes, without_suffixes}) {
        CHECK(metric_name("@#$%", "s", counter, how).empty());
        CHECK(metric_name("___", "", gauge, how).empty());
        CHECK(label_name("\xe3\x82\x88\xe3\x81\x86", how).empty());
        CHECK(label_name("__", how).empty());
    }
    for (const translation how :
         {with_suffixes, without_suffixes, utf8_with_suffixes, untranslated}) {
        CHECK(metric_name("", "s", counter, how).empty());
        CHECK(label_name("", how).empty());
    }
}

TEST_CASE("any name becomes one that Prometheus takes, or none", "[otlp][naming]") {
    test::prng random(11);
    for (int i = 0; i < 50'000; ++i) {
        const auto noise = [&] {
            std::string text(random.below(8), '\0');
            for (char& c : text)
                c = random.one_in(2) ? "a0_:.{}/ 1s"[random.below(11)]
                                     : static_cast<char>(random());
            return text;
        };
        const std::string name = noise(), unit = noise();
        for (const translation how : {with_suffixes, without_suffixes})
            for (const metric_kind kind : {gauge, counter, other}) {
                const std::string made = metric_name(name, unit, kind, how);
                INFO(name << " in " << unit);
                if (!made.empty()) {
                    REQUIRE(is_plain(made, true));
                    // And stays what it is.
                    REQUIRE(metric_name(made, "", kind, how) == made);
                }
                const std::string label = label_name(name, how);
                if (!label.empty()) {
                    REQUIRE(is_plain(label, false));
                    REQUIRE(label[0] != '_');
                    REQUIRE(label_name(label, how) == label);
                }
            }
    }
}
