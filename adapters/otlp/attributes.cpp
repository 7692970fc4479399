#include <adapters/otlp/attributes.hpp>

#include <adapters/otlp/text.hpp>
#include <adapters/otlp/wire.hpp>
#include <adapters/text/base64.hpp>
#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <cmath>

namespace chronopack::otlp {

namespace {

void append_value(std::string& out, std::string_view any_value, bool json, std::size_t depth,
                  decoding& state);

/// Returns `from`. Throws refusal out_of_range, before any text is made, where `from` is longer
/// than a label may be: the text made from it is at least as long.
std::string_view bounded(std::string_view from) {
    if (from.size() > labels::max_bytes) throw refusal{errc::out_of_range};
    return from;
}

void append_string(std::string& out, std::string_view text, bool json, decoding& state) {
    if (!json) {
        if (!text::append_utf8(out, bounded(text))) state.lost.add(loss::invalid_text);
    } else if (text::valid_utf8(bounded(text))) {
        append_json(out, text);
    } else {
        std::string mended;
        text::append_utf8(mended, text);
        append_json(out, mended);
        state.lost.add(loss::invalid_text);
    }
}

void append_real(std::string& out, double value, bool json) {
    if (std::isfinite(value)) return append_number(out, value);
    if (json) out += '"';
    out += std::isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
    if (json) out += '"';
}

void append_array(std::string& out, std::string_view array, std::size_t depth, decoding& state) {
    out += '[';
    bool first = true;
    for (fields in(array); in.next();) {
        if (in.number() != wire::values::value) continue;
        if (!first) out += ',';
        first = false;
        append_value(out, in.bytes(), true, depth, state);
        bounded(out);
    }
    out += ']';
}

void append_list(std::string& out, std::string_view list, std::size_t depth, decoding& state) {
    attributes pairs;
    for (fields in(list); in.next();)
        if (in.number() == wire::values::value) pairs.add(in.bytes(), state);
    pairs.take_json(out, depth, state);
}

void append_value(std::string& out, std::string_view any_value, bool json, std::size_t depth,
                  decoding& state) {
    fields in(any_value);
    fields last(any_value);  // a message has one of them as its value; the last one counts
    while (in.next())
        if (in.number() >= wire::any_value::string && in.number() <= wire::any_value::bytes)
            last = in;
    switch (last.number()) {
        case wire::any_value::string:
            return append_string(out, last.bytes(), json, state);
        case wire::any_value::boolean:
            out += last.varint() != 0 ? "true" : "false";
            return;
        case wire::any_value::integer:
            return append_number(out, static_cast<std::int64_t>(last.varint()));
        case wire::any_value::real:
            return append_real(out, last.real(), json);
        case wire::any_value::array:
        case wire::any_value::list: {
            if (depth == 0) throw refusal{errc::out_of_range};
            const auto append =
                last.number() == wire::any_value::array ? append_array : append_list;
            return append(out, last.bytes(), depth - 1, state);
        }
        case wire::any_value::bytes:
            if (json) out += '"';
            text::append_base64(out, bounded(last.bytes()));
            if (json) out += '"';
            return;
        default:
            if (json) out += "null";
    }
}

}  // namespace

std::string decoding::text(std::string_view from) {
    take(from.size());
    std::string made;
    if (!text::append_utf8(made, from)) {
        take(made.size() - from.size());
        lost.add(loss::invalid_text);
    }
    return made;
}

void attributes::add(std::string_view key_value, decoding& state) {
    pair read{{}, {}, pairs_.size()};
    for (fields in(key_value); in.next();) {
        if (in.number() == wire::key_value::key) read.key = in.bytes();
        if (in.number() == wire::key_value::value) read.value = in.bytes();
    }
    state.take(sizeof read);
    if (!text::valid_utf8(read.key)) read.key = mended_.emplace_back(state.text(read.key));
    pairs_.push_back(read);
}

/// Sorts the pairs by key and keeps each key once: the last one that came.
void attributes::sort(decoding& state) {
    const auto before = [](const pair& a, const pair& b) {
        const int order = a.key.compare(b.key);
        return order < 0 || (order == 0 && a.index > b.index);
    };
    if (!std::is_sorted(pairs_.begin(), pairs_.end(), before))
        std::sort(pairs_.begin(), pairs_.end(), before);
    const auto same_key = [](const pair& a, const pair& b) {
        return a.key == b.key;
    };
    const auto end = std::unique(pairs_.begin(), pairs_.end(), same_key);
    const auto repeated = static_cast<std::size_t>(pairs_.end() - end);
    pairs_.erase(end, pairs_.end());
    state.lost.add(loss::repeated_attribute, repeated);
    state.give_back(repeated * sizeof(pair));
}

void attributes::clear(decoding& state) noexcept {
    state.give_back(pairs_.size() * sizeof(pair));
    pairs_.clear();
    mended_.clear();
}

labels attributes::take_labels(decoding& state) {
    if (pairs_.empty()) return {};
    sort(state);
    std::vector<label> made;
    if (pairs_.front().key.empty()) {
        state.lost.add(loss::unnamed_attribute);
        pairs_.erase(pairs_.begin());
        state.give_back(sizeof(pair));
    }
    state.take(pairs_.size() * sizeof(label));
    made.reserve(pairs_.size());
    for (const pair& p : pairs_) {
        label& l = made.emplace_back();
        l.name = bounded(p.key);
        append_value(l.value, p.value, false, state.within.depth, state);
        state.take(l.name.size() + l.value.size());
    }
    clear(state);
    auto sorted = labels::from(std::move(made));
    if (!sorted) throw refusal{sorted.error()};
    return std::move(*sorted);
}

void attributes::take_json(std::string& out, std::size_t depth, decoding& state) {
    sort(state);
    out += '{';
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        if (i != 0) out += ',';
        append_json(out, bounded(pairs_[i].key));
        out += ':';
        append_value(out, pairs_[i].value, true, depth, state);
        bounded(out);
    }
    out += '}';
    clear(state);
}

}  // namespace chronopack::otlp
