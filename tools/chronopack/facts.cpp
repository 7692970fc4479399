#include "facts.hpp"

#include <chronopack/codec/registry.hpp>

#include "form_text.hpp"
#include "value_text.hpp"

#include <fmt/core.h>

#include <cmath>

namespace chronopack::tool {

namespace {

template <class T>
std::string name_of(codec_id id) {
    const std::string_view name = codec_name<T>(id);
    return name.empty() ? fmt::format("codec {}", static_cast<unsigned>(id)) : std::string(name);
}

std::string name_of(stage second) {
    switch (second) {
        case stage::none:
            return "none";
        case stage::zstd:
            return "zstd";
        case stage::snappy:
            return "snappy";
    }
    return "unknown";
}

template <class V>
bool less(V a, V b) noexcept {
    if constexpr (std::is_same_v<V, double>)
        return a < b || (a == b && std::signbit(a) && !std::signbit(b));
    else
        return a < b;
}

template <class V>
void add(total<V>& to, const statistics<V>& s, std::size_t samples) {
    const std::size_t numbers = samples - s.nans;
    if (numbers != 0) {
        const bool first = to.numbers == 0;
        if (first || less(s.min, to.all.min)) to.all.min = s.min;
        if (first || less(to.all.max, s.max)) to.all.max = s.max;
    }
    to.sum += s.exact ? static_cast<double>(s.sum) : std::nan("");
    to.numbers += numbers;
    to.all.nans += s.nans;
    to.all.resets += s.resets;
    to.all.last = s.last;
}

template <class V>
result<void> look_at_frame(cbytes wire, series_facts& facts) {
    const auto opened = frame::reader<V>::open(wire);
    if (!opened) return opened.error();
    const frame::info& info = opened->info();
    if (facts.samples != 0 && info.unit != facts.unit) return errc::wrong_type;
    for (frame::block_cursor cursor = opened->blocks(); !cursor.done();) {
        const auto block = cursor.next();
        if (!block) return block.error();
        const auto codecs = opened->codecs(*block);
        if (!codecs) return codecs.error();
        ++facts.time_codecs[name_of<std::int64_t>(codecs->timestamps)];
        ++facts.value_codecs[name_of<V>(codecs->values)];
        if constexpr (std::is_same_v<V, double>) {
            const auto stored = opened->stored_values(*block);
            if (!stored) return stored.error();
            const auto form = number_form_of(*stored);
            if (!form) return form.error();
            ++facts.forms[form_text(*form)];
        }
    }
    if (info.second_stage != stage::none) ++facts.stages[name_of(info.second_stage)];
    auto& values = std::get<total<V>>(facts.values);
    if (facts.samples == 0) {
        facts.unit = info.unit;
        facts.from = info.min_timestamp;
        facts.to = info.max_timestamp;
        values.all.first = opened->values().first;
    }
    facts.from = std::min(facts.from, info.min_timestamp);
    facts.to = std::max(facts.to, info.max_timestamp);
    facts.samples += info.samples;
    facts.bytes += info.bytes;
    ++facts.frames;
    add(values, opened->values(), info.samples);
    return {};
}

}  // namespace

series_facts look_at(const archive_file& archive, std::size_t series) {
    const archived_series& s = archive.series()[series];
    series_facts facts;
    if (s.integers) facts.values = total<std::int64_t>{};
    for (std::size_t i = 0; i < s.frames.size(); ++i) {
        const cbytes wire = archive.reader().frame_bytes(s.frames[i]);
        const auto ok = s.integers ? look_at_frame<std::int64_t>(wire, facts)
                                   : look_at_frame<double>(wire, facts);
        if (!ok)
            facts.damaged.push_back(
                frame_place(s, i) + ": " +
                (ok.error() == errc::wrong_type
                     ? "its values or its times are of another type than those before"
                     : std::string(message(ok.error()))));
    }
    return facts;
}

}  // namespace chronopack::tool
