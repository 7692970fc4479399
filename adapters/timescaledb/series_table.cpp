#include <adapters/timescaledb/series_table.hpp>

#include <chronopack/bits/varint.hpp>

#include <algorithm>

namespace chronopack::timescaledb {

using storage::failure;
using storage::point;
using storage::reply;
using storage::verdict;

namespace {

void append_json(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (byte < 0x20) {
            out += "\\u00";
            out += {hex[byte >> 4], hex[byte & 15]};
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace

std::string key_bytes(const point& of) {
    const auto bytes_of_text = [](const std::string& text) {
        return varint_bytes(text.size()) + text.size();
    };
    std::string out(bytes_of_text(of.metric) + bytes_of_text(of.service) + of.tags.wire_bytes(),
                    '\0');
    byte_writer to(std::as_writable_bytes(std::span(out)));
    for (const std::string* text : {&of.metric, &of.service}) {
        write_varint(to, text->size());
        to.put(std::as_bytes(std::span(*text)));
    }
    of.tags.write(to);
    return out;
}

std::string json_of(const labels& tags) {
    std::string out = "{";
    for (const label& one : tags) {
        if (out.size() > 1) out += ',';
        append_json(out, one.name);
        out += ':';
        append_json(out, one.value);
    }
    return out += '}';
}

void series_table::forget() {
    const std::lock_guard held(mutex_);
    known_.clear();
    of_ = {};
}

reply<table_file> series_table::file(connection& line, storage::deadline until) const {
    const auto got = line.run(
        "SELECT c.oid::bigint, pg_catalog.pg_relation_filenode(c.oid)::bigint FROM "
        "pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)",
        {parameter::text(names_.of_series())}, until);
    if (!got) return got.error();
    if (got->rows() == 0)
        return failure{
            verdict::hold, std::nullopt,
            "there is no table " + names_.of_series() + ": initialize_schema() makes it"};
    return table_file{got->integer(0, 0), got->integer(0, 1)};
}

reply<table_file> series_table::numbers(connection& line, std::span<const point* const> of,
                                        std::vector<std::int64_t>& into, std::uint64_t losses,
                                        storage::deadline until) {
    into.assign(of.size(), 0);
    std::vector<std::size_t> missing;
    std::vector<std::string> keys(of.size());
    for (std::size_t i = 0; i < of.size(); ++i) keys[i] = key_bytes(*of[i]);
    table_file known_of;
    {
        const std::lock_guard held(mutex_);
        if (losses != losses_) {
            known_.clear();
            of_ = {};
            losses_ = losses;
        }
        known_of = of_;
        for (std::size_t i = 0; i < of.size(); ++i) {
            const auto at = known_.find(keys[i]);
            if (at == known_.end())
                missing.push_back(i);
            else
                into[i] = at->second;
        }
    }
    if (missing.empty()) return known_of;
    // The file before the numbers: if it changes between, the samples' insert finds out.
    const auto now_of = file(line, until);
    if (!now_of) return now_of.error();
    if (known_of != table_file{} && !(*now_of == known_of)) {
        forget();
        missing.resize(of.size());
        for (std::size_t i = 0; i < of.size(); ++i) missing[i] = i;
        into.assign(of.size(), 0);
    }
    constexpr std::size_t most_at_once = 10'000;
    for (std::size_t at = 0; at < missing.size(); at += most_at_once) {
        const auto part =
            std::span(missing).subspan(at, std::min(most_at_once, missing.size() - at));
        std::vector<const point*> asked;
        for (const std::size_t i : part) asked.push_back(of[i]);
        std::vector<std::int64_t> found(asked.size(), 0);
        for (const bool insert : {false, true}) {
            if (std::find(found.begin(), found.end(), 0) == found.end()) break;
            const auto ok = look_up(line, asked, found, insert, until);
            if (!ok) return ok.error();
        }
        for (std::size_t i = 0; i < part.size(); ++i) into[part[i]] = found[i];
    }
    if (std::find(into.begin(), into.end(), 0) != into.end())
        return failure{verdict::retry, std::nullopt, "a series was deleted as it was looked for"};
    const std::lock_guard held(mutex_);
    if (losses != losses_) return *now_of;  // these may be of another server than the next ones
    if (!(of_ == *now_of) || known_.size() + missing.size() > most_) known_.clear();
    of_ = *now_of;
    for (const std::size_t i : missing) known_.insert_or_assign(std::move(keys[i]), into[i]);
    return *now_of;
}

/// Sets those numbers that are 0, where the table has them; first inserts them if asked to.
reply<std::monostate> series_table::look_up(connection& line, std::span<const point* const> of,
                                            std::vector<std::int64_t>& into, bool insert,
                                            storage::deadline until) const {
    std::vector<std::size_t> at;
    std::vector<std::string> keys, tags;
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (into[i] != 0) continue;
        at.push_back(i);
        keys.push_back(key_bytes(*of[i]));
        tags.push_back(json_of(of[i]->tags));
    }
    const auto text = [&](const std::string& (*which)(const point&)) {
        return parameter::text_array(
            at.size(), [&, which](std::size_t i) { return std::string_view(which(*of[at[i]])); });
    };
    const std::vector<parameter> names{
        parameter::bytea_array(at.size(), [&](std::size_t i) { return std::string_view(keys[i]); }),
        text([](const point& p) -> const std::string& { return p.metric; }),
        text([](const point& p) -> const std::string& { return p.service; }),
        parameter::text_array(at.size(), [&](std::size_t i) { return std::string_view(tags[i]); })};
    const std::string from = " FROM unnest($1, $2, $3, $4) ";
    if (insert) {
        // In the order of keys, so that two who insert the same ones do not wait for each other.
        const auto done = line.run("INSERT INTO " + names_.of_series() +
                                       " (key, metric, service, tags) SELECT "
                                       "pg_catalog.sha256(w.wire), w.metric, w.service, "
                                       "w.tags::jsonb" +
                                       from +
                                       "AS w (wire, metric, service, tags) ORDER BY 1 ON CONFLICT "
                                       "(key) DO NOTHING",
                                   names, until, during::write);
        if (!done) return done.error();
    }
    const auto got = line.run(
        "SELECT w.n, s.id, s.metric = w.metric AND s.service = w.service AND s.tags = "
        "w.tags::jsonb" +
            from + "WITH ORDINALITY AS w (wire, metric, service, tags, n) JOIN " +
            names_.of_series() + " s ON s.key = pg_catalog.sha256(w.wire)",
        names, until, during::write);
    if (!got) return got.error();
    for (std::size_t row = 0; row < got->rows(); ++row) {
        const auto n = static_cast<std::uint64_t>(got->integer(row, 0)) - 1;
        if (n >= at.size() || got->integer(row, 1) == 0)
            return failure{verdict::retry, std::nullopt,
                           "the answer has numbers that were not asked for"};
        if (got->integer(row, 2) != 1)
            return failure{verdict::hold, std::nullopt,
                           "the series " + std::to_string(got->integer(row, 1)) + " of " +
                               names_.of_series() + " has other names than its key"};
        into[at[n]] = got->integer(row, 1);
    }
    return std::monostate{};
}

}  // namespace chronopack::timescaledb
