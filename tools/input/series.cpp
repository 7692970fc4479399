#include "series.hpp"

#include "series_text.hpp"
#include "words.hpp"

#include <algorithm>
#include <cmath>

namespace chronopack::input {

struct collector::column {
    labels names;
    value_type type;
    tick unit;
    std::vector<std::int64_t> timestamps;
    std::vector<double> values;
    std::vector<std::int64_t> integers;
};

namespace {

bool is_a_double(std::int64_t v) noexcept {
    const auto near = static_cast<double>(v);
    return near < 0x1p63 && static_cast<std::int64_t>(near) == v;
}

tick coarser(tick unit) noexcept {
    return static_cast<tick>(static_cast<std::uint8_t>(unit) - 1);
}

}  // namespace

collector::collector(std::string stem, std::size_t most_samples, std::size_t most_label_bytes)
    : stem_(std::move(stem)), most_samples_(most_samples), label_bytes_(most_label_bytes) {}

collector::~collector() = default;

std::size_t collector::add(std::vector<label> names, value_type type, tick unit) {
    auto made = labels::from(std::move(names));
    if (!made)
        throw failure(fault::data, "a label occurs twice, or there are too many bytes of labels");
    const auto known =
        numbers_.find(*made, [&](std::uint32_t n) -> const labels& { return columns_[n].names; });
    if (!known) {
        label_bytes_.charge(made->pairs());
        numbers_.add(*made, static_cast<std::uint32_t>(columns_.size()));
        columns_.push_back({std::move(*made), type, unit, {}, {}, {}});
        return columns_.size() - 1;
    }
    if (columns_[*known].type != type)
        throw failure(fault::data, "series " + printable(series_text(*made), 120) +
                                       " had values of another type before");
    return *known;
}

void collector::append(std::size_t series, std::int64_t timestamp, double value) {
    columns_[series].timestamps.push_back(timestamp);
    columns_[series].values.push_back(value);
    ++samples_;
}

void collector::append(std::size_t series, std::int64_t timestamp, std::int64_t value) {
    columns_[series].timestamps.push_back(timestamp);
    columns_[series].integers.push_back(value);
    ++samples_;
}

std::vector<series> collector::take(bool coarsest) {
    const auto all_end_in_000 = [&] {
        return std::all_of(columns_.begin(), columns_.end(), [](const column& one) {
            return one.unit > tick::seconds &&
                   std::all_of(one.timestamps.begin(), one.timestamps.end(),
                               [](std::int64_t t) { return t % 1000 == 0; });
        });
    };
    while (coarsest && !columns_.empty() && all_end_in_000())
        for (column& one : columns_) {
            for (std::int64_t& t : one.timestamps) t /= 1000;
            one.unit = coarser(one.unit);
        }

    std::vector<series> all;
    for (column& one : columns_) {
        series made{.name = printable(stem_, 120) + (stem_.empty() ? "" : "/") +
                            printable(series_text(one.names), 120),
                    .names = std::move(one.names),
                    .unit = one.unit};
        made.values = std::move(one.values);
        made.integers = std::move(one.integers);
        if (std::all_of(made.integers.begin(), made.integers.end(), is_a_double))
            for (const std::int64_t v : made.integers)
                made.values.push_back(static_cast<double>(v));
        if (!all.empty() && *all.back().timestamps == one.timestamps)
            made.timestamps = all.back().timestamps;
        else
            made.timestamps =
                std::make_shared<const std::vector<std::int64_t>>(std::move(one.timestamps));
        all.push_back(std::move(made));
    }
    columns_.clear();
    numbers_.clear();
    return all;
}

}  // namespace chronopack::input
