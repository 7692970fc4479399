#include "store_source.hpp"

#include "store_reader.hpp"
#include "input/progress.hpp"
#include "input/series_text.hpp"
#include "input/words.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>

namespace chronopack::tool {

using input::failure;
using input::fault;
using input::tick;

namespace {

std::int64_t step_of(tick unit) noexcept {
    return 1'000'000'000 / input::ticks_per_second(unit);
}

/// Returns a count of steps as nanoseconds, the last of the step with `end`. Where int64 cannot
/// hold them, returns the nearest that it can.
std::int64_t nanoseconds_of(std::int64_t count, std::int64_t step, bool end) noexcept {
    std::int64_t out = 0;
    if (!__builtin_mul_overflow(count, step, &out) &&
        !__builtin_add_overflow(out, end ? step - 1 : 0, &out))
        return out;
    return count < 0 ? INT64_MIN : INT64_MAX;
}

/// The metrics to read. A service stands where all selectors of the metric ask for it, and is
/// otherwise empty.
using services = std::map<std::string, std::string>;

services wanted_metrics(store_reader& from, const std::vector<selector>& selectors) {
    services wanted;
    const auto want = [&](std::string_view metric, std::string_view service) {
        const auto [at, is_new] = wanted.try_emplace(std::string(metric), service);
        if (!is_new && at->second != service) at->second.clear();
    };
    bool list = selectors.empty();
    for (const selector& one : selectors)
        if (const auto metric = one.exactly("__name__"))
            want(*metric, one.exactly("job").value_or(""));
        else
            list = true;
    if (!list) return wanted;
    for (const std::string& metric : from.metrics()) {
        if (selectors.empty()) want(metric, "");
        for (const selector& one : selectors)
            if (one.may_select(metric)) want(metric, one.exactly("job").value_or(""));
    }
    return wanted;
}

class sink_feed final : public store_reader::receiver {
public:
    sink_feed(const store_reader& from, const std::vector<selector>& selectors, tick unit,
              input::sample_sink& to, bool progress)
        : store_(from.store()),
          selectors_(selectors),
          unit_(unit),
          step_(step_of(unit)),
          to_(to),
          progress_(progress),
          started_(std::chrono::steady_clock::now()) {}

    void begin(std::string metric) { metric_ = std::move(metric); }
    [[nodiscard]] std::uint64_t samples() const noexcept { return samples_; }

    std::optional<std::size_t> add(const store_reader::pairs& names) override {
        std::vector<label> all;
        for (const auto& [name, value] : names) all.push_back({name, value});
        const auto made = labels::from(std::move(all));
        if (!made)
            throw failure(fault::data,
                          store_ + ": a series of " + input::printable(metric_, 120) +
                              " has a tag called job or __name__ beside its service and its "
                              "name, or more than 1 MiB of labels");
        const bool wanted =
            selectors_.empty() || std::any_of(selectors_.begin(), selectors_.end(),
                                              [&](const selector& one) { return one(*made); });
        if (!wanted) return std::nullopt;
        return to_.add(made->pairs(), input::value_type::doubles, unit_);
    }

    void append(std::size_t series, std::int64_t nanoseconds, double value) override {
        if (nanoseconds % step_ != 0)
            throw failure(fault::data, store_ + ": a time of " + input::printable(metric_, 120) +
                                           " is finer than the unit, " + std::string(name(unit_)) +
                                           "; --time-unit ns keeps all of them");
        to_.append(series, nanoseconds / step_, value);
        ++samples_;
    }

    bool go_on() override {
        if (progress_ && line_.shown()) {
            const double seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
            line_.show(fmt::format("{}: {} read, {:.0f}/s, now {}", store_,
                                   input::counted(samples_, "sample"),
                                   static_cast<double>(samples_) / std::max(seconds, 1e-3),
                                   input::printable(metric_)));
        }
        return !to_.full();
    }

private:
    std::string store_;
    const std::vector<selector>& selectors_;
    tick unit_;
    std::int64_t step_;
    input::sample_sink& to_;
    bool progress_;
    std::string metric_;
    std::uint64_t samples_ = 0;
    std::chrono::steady_clock::time_point started_;
    input::progress_line line_;
};

}  // namespace

std::uint64_t read_store(const store_request& from, const store_part& part,
                         std::optional<tick> unit, input::sample_sink& to, bool progress) {
    store_reader reader(from);
    const tick own =
        reader.step() == step_of(tick::milliseconds) ? tick::milliseconds : tick::nanoseconds;
    const time_range range = part.bounds.in(input::unit_in_frames(own));
    store_reader::part one;
    one.first = nanoseconds_of(range.first, step_of(own), false);
    one.last = nanoseconds_of(range.last, step_of(own), true);
    sink_feed feed(reader, part.selectors, unit.value_or(own), to, progress);
    for (const auto& [metric, service] : wanted_metrics(reader, part.selectors)) {
        one.metric = metric;
        one.service = service;
        feed.begin(metric);
        if (!reader.read(one, feed)) break;
    }
    return feed.samples();
}

void add_store_options(CLI::App& app, store_request& asked, const std::string& prefix,
                       const std::string& group) {
    if (!prefix.empty()) {
        asked.credentials_option = "--source-credentials";
        asked.credentials_variable = "CHRONOPACK_SOURCE_CREDENTIALS";
    }
    app.add_option("--" + prefix + "credentials", asked.credentials_file,
                   "a file of one line, \"bearer TOKEN\" or \"basic USER:PASSWORD\";\n"
                   "without it " +
                       std::string(asked.credentials_variable) + " is read, if it is set")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--" + prefix + "influxdb-version", asked.influxdb_version,
                   "which of its interfaces an InfluxDB has")
        ->type_name("N")
        ->check(CLI::Range(1u, 3u).description(""))
        ->capture_default_str()
        ->group(group);
    app.add_option("--" + prefix + "ca-file", asked.ca_file,
                   "PEM file of the authorities for https; default: the system's")
        ->type_name("FILE")
        ->group(group);
}

}  // namespace chronopack::tool
