#include <adapters/parquet/points.hpp>

#include <adapters/parquet/schema.hpp>
#include <adapters/parquet/tags_json.hpp>
#include <adapters/text/utf8.hpp>

namespace chronopack::parquet {

namespace {

// The columns of every layout, by their place.
constexpr std::size_t time_at = 0, metric_at = 1, service_at = 2, value_at = 3, tags_at = 4;

std::optional<storage::dropped_point> wrong_text(std::string_view what, std::string_view text) {
    if (text.size() > max_text_bytes)
        return storage::dropped_point{0, storage::drop_reason::too_large,
                                      std::string(what) + " has more than 1 MiB"};
    if (!text::valid_utf8(text))
        return storage::dropped_point{0, storage::drop_reason::invalid,
                                      std::string(what) + " is not UTF-8"};
    return std::nullopt;
}

std::int64_t floor_by(std::int64_t v, std::int64_t by) {
    return v / by - (v % by < 0);
}

std::string wire_of(const labels& tags) {
    std::string wire(tags.wire_bytes(), '\0');
    byte_writer out(wire);
    tags.write(out);
    return wire;
}

// Returns why a series cannot be in files of this layout.
std::optional<storage::dropped_point> names_wrong(const point_layout& layout,
                                                  const storage::point& p) {
    if (p.metric.empty())
        return storage::dropped_point{0, storage::drop_reason::invalid, "the metric has no name"};
    if (auto wrong = wrong_text("the metric", p.metric)) return wrong;
    if (auto wrong = wrong_text("the service", p.service)) return wrong;
    std::size_t bytes = 0;
    for (const label& l : p.tags) {
        bytes += l.name.size() + l.value.size();
        if (bytes > max_text_bytes)
            return storage::dropped_point{0, storage::drop_reason::too_large,
                                          "the tags have more than 1 MiB"};
        if (auto wrong = wrong_text("a tag's name", l.name)) return wrong;
        if (auto wrong = wrong_text("a tag's value", l.value)) return wrong;
    }
    if (layout.tags == tags_form::json && tags_to_json(p.tags).size() > max_text_bytes)
        return storage::dropped_point{0, storage::drop_reason::too_large,
                                      "the tags have more than 1 MiB as JSON"};
    if (layout.tags != tags_form::columns) return std::nullopt;
    for (const label& l : p.tags)
        if (std::find(layout.tag_columns.begin(), layout.tag_columns.end(), l.name) ==
            layout.tag_columns.end())
            return storage::dropped_point{0, storage::drop_reason::invalid,
                                          "a tag has no column in this layout"};
    return std::nullopt;
}

// Returns why a time cannot be in them: cut to the unit it is before all nanoseconds.
std::optional<storage::dropped_point> time_wrong(time_unit unit, std::int64_t time) {
    const std::int64_t ticks = 1'000'000'000 / per_second(unit);
    if (time / ticks > INT64_MIN / ticks || time % ticks == 0) return std::nullopt;
    return storage::dropped_point{0, storage::drop_reason::invalid,
                                  "the time is before what the unit can hold"};
}

std::size_t find(const std::vector<column_schema>& schema, std::string_view name) {
    std::size_t i = 0;
    while (i < schema.size() && schema[i].name != name) ++i;
    return i;
}

}  // namespace

std::vector<column_schema> schema_of(const point_layout& layout) {
    std::vector<column_schema> all(4);
    all[time_at].name = "timestamp";
    all[time_at].kind = column_kind::timestamp;
    all[time_at].unit = layout.unit;
    all[metric_at].name = "metric_name";
    all[metric_at].kind = column_kind::text;
    all[service_at].name = "service_name";
    all[service_at].kind = column_kind::text;
    all[value_at].name = "value";
    column_schema tags;
    tags.name = "tags";
    if (layout.tags == tags_form::columns) {
        tags.kind = column_kind::text;
        tags.optional = true;
        for (const std::string& name : layout.tag_columns) {
            tags.name = name;
            all.push_back(tags);
        }
        return all;
    }
    tags.json = layout.tags == tags_form::json;
    tags.kind = tags.json ? column_kind::text : column_kind::tags;
    all.push_back(tags);
    return all;
}

std::vector<std::string> order_of(const point_layout& layout) {
    std::vector<std::string> names = {"metric_name", "service_name"};
    if (layout.tags == tags_form::columns)
        names.insert(names.end(), layout.tag_columns.begin(), layout.tag_columns.end());
    else
        names.emplace_back("tags");
    names.emplace_back("timestamp");
    return names;
}

std::optional<storage::dropped_point> why_dropped(const point_layout& layout,
                                                  const storage::point& p) {
    if (auto why = time_wrong(layout.unit, p.timestamp)) return why;
    return names_wrong(layout, p);
}

std::int64_t cut_to(time_unit unit, std::int64_t time) noexcept {
    const std::int64_t ticks = 1'000'000'000 / per_second(unit);
    // Unsigned: times that why_dropped() refuses go past the end.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(floor_by(time, ticks)) *
                                     static_cast<std::uint64_t>(ticks));
}

std::uint32_t point_rows::dictionary::index(const std::string& text) {
    if (!all.empty() && all[last] == text) return last;
    const auto [at, fresh] = of.try_emplace(text, static_cast<std::uint32_t>(all.size()));
    if (fresh) all.push_back(text);
    return last = at->second;
}

point_rows::point_rows(point_layout layout) : layout_(std::move(layout)) {
    rows_.columns.resize(schema_of(layout_).size());
    texts_.resize(rows_.columns.size());
    series_.resize(rows_.columns.size());
}

std::optional<storage::dropped_point> point_rows::add(const storage::point& p) {
    if (auto why = time_wrong(layout_.unit, p.timestamp)) return why;
    // Points often come series by series, and a series is looked up once.
    if (!any_ || p.tags != last_.tags || p.metric != last_.metric || p.service != last_.service) {
        any_ = false;
        if (auto why = add_series(p)) return why;
        last_.metric = p.metric;
        last_.service = p.service;
        last_.tags = p.tags;
        any_ = true;
    }
    const std::int64_t ticks = 1'000'000'000 / per_second(layout_.unit);
    rows_.columns[time_at].integers.push_back(floor_by(p.timestamp, ticks));
    rounded_ += p.timestamp % ticks != 0;
    rows_.columns[value_at].reals.push_back(p.value);
    rows_.columns[metric_at].indices.push_back(series_[metric_at]);
    rows_.columns[service_at].indices.push_back(series_[service_at]);
    for (std::size_t c = tags_at; c < rows_.columns.size(); ++c) {
        const bool there = series_[c] != UINT32_MAX;
        rows_.columns[c].indices.push_back(there ? series_[c] : 0);
        if (layout_.tags == tags_form::columns) rows_.columns[c].present.push_back(there);
    }
    ++rows_.rows;
    return std::nullopt;
}

// Sets series_ to the indices of the point's series.
std::optional<storage::dropped_point> point_rows::add_series(const storage::point& p) {
    if (auto why = names_wrong(layout_, p)) return why;
    if (layout_.tags == tags_form::columns) {
        for (std::size_t t = 0; t < layout_.tag_columns.size(); ++t) {
            const std::string& name = layout_.tag_columns[t];
            const auto at = std::find_if(p.tags.begin(), p.tags.end(),
                                         [&](const label& l) { return l.name == name; });
            series_[tags_at + t] =
                at == p.tags.end() ? UINT32_MAX : texts_[tags_at + t].index(at->value);
        }
    } else {
        series_[tags_at] = index_of(p.tags);
        if (layout_.tags == tags_form::json) {
            series_[tags_at] = texts_[tags_at].index(tags_to_json(p.tags));
        }
    }
    series_[metric_at] = texts_[metric_at].index(p.metric);
    series_[service_at] = texts_[service_at].index(p.service);
    return std::nullopt;
}

std::uint32_t point_rows::index_of(const labels& tags) {
    if (layout_.tags == tags_form::json) return 0;
    const auto [at, fresh] =
        tags_of_.try_emplace(wire_of(tags), static_cast<std::uint32_t>(tags_.size()));
    if (fresh) tags_.push_back(tags);
    return at->second;
}

batch point_rows::take() {
    const std::vector<column_schema> schema = schema_of(layout_);
    batch out = std::move(rows_);
    for (std::size_t c = 0; c < schema.size(); ++c) {
        if (schema[c].kind == column_kind::text)
            out.columns[c].texts =
                std::make_shared<std::vector<std::string>>(std::move(texts_[c].all));
        if (schema[c].kind == column_kind::tags)
            out.columns[c].tags = std::make_shared<std::vector<labels>>(std::move(tags_));
        texts_[c] = {};
    }
    tags_ = {};
    tags_of_.clear();
    any_ = false;
    rows_ = {};
    rows_.columns.resize(schema.size());
    return out;
}

storage::reply<point_reader> point_reader::of(std::vector<column_schema> schema) {
    point_reader reader;
    const auto place = [&](std::string_view name, column_kind kind,
                           std::size_t& at) -> std::optional<storage::failure> {
        at = find(schema, name);
        if (at == schema.size()) return refused("there is no column " + std::string(name));
        if (schema[at].kind != kind)
            return refused("column " + std::string(name) + " is of another kind than points have");
        return std::nullopt;
    };
    if (auto wrong = place("timestamp", column_kind::timestamp, reader.time_)) return *wrong;
    if (auto wrong = place("metric_name", column_kind::text, reader.metric_)) return *wrong;
    if (auto wrong = place("value", column_kind::real, reader.value_)) return *wrong;
    for (std::size_t c = 0; c < schema.size(); ++c) {
        const bool text = schema[c].kind == column_kind::text;
        if (c == reader.time_ || c == reader.metric_ || c == reader.value_) continue;
        if (schema[c].name == "service_name" && text)
            reader.service_ = c;
        else if (schema[c].name == "tags" &&
                 (schema[c].kind == column_kind::tags || (text && schema[c].json)))
            reader.tags_ = c;
        else if (text)
            reader.tag_columns_.push_back(c);
    }
    reader.schema_ = std::move(schema);
    return reader;
}

storage::reply<std::monostate> point_reader::append(
    const batch& rows, std::vector<storage::point>& to,
    const std::function<bool(const storage::point&)>& wanted) const {
    const column& times = rows.columns[time_];
    const column& metrics = rows.columns[metric_];
    const column& values = rows.columns[value_];
    const std::int64_t ticks = 1'000'000'000 / per_second(schema_[time_].unit);
    storage::point p;
    std::vector<labels> parsed;  // of JSON, by index
    std::vector<std::uint8_t> known;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (!times.has(row) || !values.has(row) || !metrics.has(row))
            return refused("a row has no timestamp, no metric or no value");
        if (__builtin_mul_overflow(times.integers[row], ticks, &p.timestamp))
            return refused("a timestamp is past what nanoseconds in 64 bits can hold");
        p.value = values.reals[row];
        p.metric = metrics.text(row);
        p.service.clear();
        if (service_ && rows.columns[*service_].has(row))
            p.service = rows.columns[*service_].text(row);
        p.tags = {};
        if (tags_ && rows.columns[*tags_].has(row)) {
            const column& tags = rows.columns[*tags_];
            if (schema_[*tags_].kind == column_kind::tags) {
                p.tags = tags.tags_of(row);
            } else {
                parsed.resize(tags.texts->size());
                known.resize(tags.texts->size());
                const std::uint32_t index = tags.indices[row];
                if (known[index] == 0) {
                    auto made = tags_from_json((*tags.texts)[index]);
                    if (!made) return refused("the tags of a row are no JSON object of strings");
                    parsed[index] = std::move(*made);
                    known[index] = 1;
                }
                p.tags = parsed[index];
            }
        }
        if (!tag_columns_.empty()) {
            std::vector<label> pairs = p.tags.pairs();
            for (const std::size_t c : tag_columns_)
                if (rows.columns[c].has(row))
                    pairs.push_back({schema_[c].name, rows.columns[c].text(row)});
            auto made = labels::from(std::move(pairs));
            if (!made) return refused("a row has a tag twice, or more than 1 MiB of tags");
            p.tags = std::move(*made);
        }
        if (!wanted || wanted(p)) to.push_back(p);
    }
    return std::monostate();
}

}  // namespace chronopack::parquet
