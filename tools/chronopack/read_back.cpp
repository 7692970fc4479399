#include "read_back.hpp"

#include "store_query.hpp"
#include "input/series_text.hpp"
#include "input/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace chronopack::tool {

namespace {

constexpr std::size_t shown_series = 10;

/// A series that was sent, and how many of its samples were found.
struct checked_series {
    const recording_store::series* sent = nullptr;
    std::uint64_t missing = 0;
    std::uint64_t differing = 0;
    std::int64_t first = 0;  ///< the time of the first of these samples
};

std::int64_t floor_to(std::int64_t step, std::int64_t time) noexcept {
    const std::int64_t rest = time % step;
    return time - rest - (rest < 0 ? step : 0);
}

bool same_bits(double a, double b) noexcept {
    return bit_cast<std::uint64_t>(a) == bit_cast<std::uint64_t>(b);
}

void sort_by_time(std::vector<sample>& samples) {
    const auto earlier = [](const sample& a, const sample& b) {
        return a.timestamp < b.timestamp;
    };
    if (!std::is_sorted(samples.begin(), samples.end(), earlier))
        std::stable_sort(samples.begin(), samples.end(), earlier);
}

std::string text_of(const checked_series& one) {
    const storage::point& names = one.sent->names;
    std::string text = input::printable(
        names.metric +
            (names.tags.pairs().empty() ? std::string() : input::series_text(names.tags)),
        120);
    if (!names.service.empty()) text += " of " + input::printable(names.service, 40);
    return text + fmt::format(": {} missing, {} differing of {}, the first at {} ns",
                              input::grouped(one.missing), input::grouped(one.differing),
                              input::counted(one.sent->samples.size(), "sample"), one.first);
}

class reader {
public:
    reader(const opened_store& from, std::chrono::seconds patience, const read_limits& limits,
           read_back_report& report)
        : from_(from), patience_(patience), limits_(limits), report_(report) {}

    void check(std::vector<checked_series>& metric) {
        std::int64_t first = INT64_MAX, last = INT64_MIN;
        std::size_t count = 0;
        for (const checked_series& one : metric) {
            const auto& samples = one.sent->samples;
            first = std::min(first, floor_to(from_.tick, samples.front().timestamp));
            last = std::max(last, floor_to(from_.tick, samples.back().timestamp));
            count += samples.size();
        }
        report_.samples += count;
        const std::uint64_t span = std::uint64_t(last) - std::uint64_t(first);
        const std::uint64_t step = std::max<std::uint64_t>(
            span / (count / limits_.points_at_once + 1), static_cast<std::uint64_t>(from_.tick));
        for (std::uint64_t at = 0;; at += step + 1) {
            const std::uint64_t end = std::min(span, at + std::min(step, span - at));
            // This is modulo 2^64: the span from the earliest to the latest timestamp exceeds
            // int64.
            const auto after_first = [&](std::uint64_t ticks) {
                return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + ticks);
            };
            check(metric, after_first(at), after_first(end));
            if (end == span) break;
        }
    }

private:
    /// Checks a range of time with both ends included.
    void check(std::vector<checked_series>& metric, std::int64_t start, std::int64_t end) {
        const auto found = ask(metric.front().sent->names.metric, start, end);
        if (!found) {
            const std::int64_t middle =
                start + std::int64_t((std::uint64_t(end) - std::uint64_t(start)) / 2);
            check(metric, start, middle);
            check(metric, middle + 1, end);
            return;
        }
        recording_store::by_series<std::vector<sample>> runs;
        for (const storage::point& p : *found) runs[&p].push_back({p.timestamp, p.value});
        for (auto& [names, samples] : runs) sort_by_time(samples);
        for (checked_series& one : metric) {
            const auto& all = one.sent->samples;
            const auto from = std::partition_point(all.begin(), all.end(), [&](const sample& s) {
                return floor_to(from_.tick, s.timestamp) < start;
            });
            const auto to = std::partition_point(from, all.end(), [&](const sample& s) {
                return floor_to(from_.tick, s.timestamp) <= end;
            });
            const auto run = runs.find(&one.sent->names);
            compare(one, {from, to},
                    run == runs.end() ? std::span<const sample>() : std::span(run->second));
        }
    }

    /// Returns the points of a range, or nothing where it holds too many to be read at once.
    std::optional<std::vector<storage::point>> ask(const std::string& metric, std::int64_t start,
                                                   std::int64_t end) {
        storage::range_query what{.metric = metric, .start = start, .end = end};
        if (start != end) what.most = limits_.most_points;
        return ask_points(*from_.store, what, start != end, patience_);
    }

    void compare(checked_series& one, std::span<const sample> sent, std::span<const sample> found) {
        for (std::size_t i = 0, k = 0; i < sent.size(); i = k) {
            const std::int64_t time = floor_to(from_.tick, sent[i].timestamp);
            while (k < sent.size() && floor_to(from_.tick, sent[k].timestamp) == time) ++k;
            const auto begin = std::partition_point(
                found.begin(), found.end(), [&](const sample& s) { return s.timestamp < time; });
            const auto end = std::find_if(begin, found.end(),
                                          [&](const sample& s) { return s.timestamp != time; });
            judge(one, sent.subspan(i, k - i), {begin, end});
        }
    }

    /// Compares the samples sent for one time with those found there, and counts the result.
    void judge(checked_series& one, std::span<const sample> sent, std::span<const sample> found) {
        const auto any = [&](auto like) {
            const auto allowed = from_.last_stays ? sent.last(1) : sent;
            return std::any_of(allowed.begin(), allowed.end(), [&](const sample& s) {
                return std::any_of(found.begin(), found.end(),
                                   [&](const sample& f) { return like(s.value, f.value); });
            });
        };
        if (any(same_bits)) return;
        if (any([&](double is, double got) {
                return from_.may_round(is) && std::fabs(is - got) <= std::fabs(is) * 1e-11;
            })) {
            report_.rounded += sent.size();
            return;
        }
        if (one.missing + one.differing == 0) one.first = sent.front().timestamp;
        if (found.empty())
            one.missing += sent.size();
        else
            one.differing += sent.size();
    }

    const opened_store& from_;
    std::chrono::seconds patience_;
    read_limits limits_;
    read_back_report& report_;
};

}  // namespace

read_back_report read_back(const opened_store& from, std::deque<recording_store::series>& sent,
                           std::chrono::seconds patience, const read_limits& limits) {
    std::map<std::string_view, std::vector<checked_series>> metrics;
    for (auto& one : sent) {
        if (one.samples.empty()) continue;
        sort_by_time(one.samples);
        metrics[one.names.metric].push_back({&one});
    }
    read_back_report report;
    reader read(from, patience, limits, report);
    for (auto& [name, metric] : metrics) {
        read.check(metric);
        for (const checked_series& one : metric) {
            report.missing += one.missing;
            report.differing += one.differing;
            if (one.missing + one.differing != 0 && report.shown.size() < shown_series)
                report.shown.push_back(text_of(one));
        }
    }
    return report;
}

}  // namespace chronopack::tool
