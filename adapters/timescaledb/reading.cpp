// What is read: series by name, and their samples by COPY. See backend.hpp.
#include <adapters/timescaledb/backend.hpp>
#include <adapters/timescaledb/copy_reader.hpp>
#include <adapters/timescaledb/selection.hpp>

#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

reply<labels> labels_of(const row_set& rows, std::size_t row) {
    std::vector<label> pairs;
    const auto names = read_cell(oid::text_array, bytes_of(rows.text(row, 3)));
    const auto values = read_cell(oid::text_array, bytes_of(rows.text(row, 4)));
    if (!names || !values) return damaged("tags");
    const auto& name = std::get<std::vector<cell>>(names->value);
    const auto& value = std::get<std::vector<cell>>(values->value);
    if (name.size() != value.size()) return damaged("tags");
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto* const of = std::get_if<std::string>(&name[i].value);
        const auto* const is = std::get_if<std::string>(&value[i].value);
        if (of == nullptr) return damaged("tags");
        pairs.push_back({*of, is == nullptr ? std::string() : *is});
    }
    auto made = labels::from(std::move(pairs));
    if (!made) return damaged("tags");
    return *made;
}

std::string id_list(std::span<const std::int64_t> ids) {
    std::string out = "'{";
    for (const std::int64_t id : ids) {
        if (out.back() != '{') out += ',';
        out += std::to_string(id);
    }
    return out + "}'::bigint[]";
}

}  // namespace

/// The series of a metric, by service and tags.
reply<std::vector<backend::found_series>> backend::series_of(connection& line,
                                                             const std::string& metric,
                                                             const std::string& service,
                                                             storage::deadline until) const {
    for (const std::string* text : {&metric, &service})
        if (text->find('\0') != std::string::npos || !text::valid_utf8(*text))
            return std::vector<found_series>{};  // there can be none
    std::vector<parameter> with{parameter::text(metric)};
    if (!service.empty()) with.push_back(parameter::text(service));
    const auto got = line.run(
        "SELECT id, metric, service, ARRAY(SELECT e.key FROM pg_catalog.jsonb_each_text(tags) e), "
        "ARRAY(SELECT e.value FROM pg_catalog.jsonb_each_text(tags) e) FROM " +
            names().of_series() + " WHERE metric = $1" +
            (service.empty() ? "" : " AND service = $2"),
        with, until);
    if (!got) return got.error();
    std::vector<found_series> out;
    for (std::size_t row = 0; row < got->rows(); ++row) {
        auto tags = labels_of(*got, row);
        if (!tags) return tags.error();
        out.push_back(
            {got->integer(row, 0), {std::string(got->text(row, 2)), std::move(*tags), {}, {}}});
    }
    std::sort(out.begin(), out.end(), [](const found_series& a, const found_series& b) {
        return std::tie(a.names.service, a.names.tags, a.id) <
               std::tie(b.names.service, b.names.tags, b.id);
    });
    return out;
}

/// A condition on times, both ends included.
std::string backend::between(std::int64_t start, std::int64_t end) const {
    if (!keeps_nanoseconds())
        return "\"time\" >= " + time_literal(microseconds_from(start)) +
               " AND \"time\" <= " + time_literal(microseconds_of(end));
    // The time alone as well: chunks are chosen by it.
    const std::string first = time_literal(microseconds_of(start));
    const std::string last = time_literal(microseconds_of(end));
    return "\"time\" >= " + first + " AND \"time\" <= " + last + " AND (\"time\", ns) >= (" +
           first + ", " + std::to_string(rest_of(start)) + ") AND (\"time\", ns) <= (" + last +
           ", " + std::to_string(rest_of(end)) + ")";
}

std::string backend::before(std::int64_t cutoff) const {
    if (!keeps_nanoseconds()) return "\"time\" < " + time_literal(microseconds_from(cutoff));
    const std::string last = time_literal(microseconds_of(cutoff));
    return "\"time\" <= " + last + " AND (\"time\", ns) < (" + last + ", " +
           std::to_string(rest_of(cutoff)) + ")";
}

reply<std::vector<series_samples>> backend::query_series(const storage::range_query& what,
                                                         storage::deadline until) {
    auto line = pool_.take(until);
    if (!line) return line.error();
    auto found = series_of(**line, what.metric, what.service, until);
    if (!found) return found.error();
    if (what.start > what.end || found->empty()) return std::vector<series_samples>{};

    std::unordered_map<std::int64_t, std::size_t> place;
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < found->size(); ++i) {
        place[(*found)[i].id] = i;
        ids.push_back((*found)[i].id);
    }
    std::sort(ids.begin(), ids.end());
    std::size_t samples = 0;
    bool strange = false;
    const bool ns = keeps_nanoseconds();
    const auto take = [&](std::int64_t id, std::int64_t time, std::uint64_t value,
                          std::int64_t rest) {
        const auto at = place.find(id);
        if (at == place.end() || rest < 0 || rest > 999) {
            strange = true;
            return;
        }
        series_samples& to = (*found)[at->second].names;
        to.timestamps.push_back(nanoseconds_of(time, rest));
        to.values.push_back(bit_cast<double>(value));
        ++samples;
    };
    for (std::size_t at = 0; at < ids.size(); at += most_ids) {
        const auto part = std::span(ids).subspan(at, std::min(most_ids, ids.size() - at));
        const std::size_t room = what.most - samples;
        const std::string sql =
            "COPY (SELECT series_id, \"time\", value" + std::string(ns ? ", ns" : "") + " FROM " +
            names().of_samples() + " WHERE series_id = ANY(" + id_list(part) + ") AND " +
            between(what.start, what.end) + " ORDER BY series_id, \"time\"" + (ns ? ", ns" : "") +
            " LIMIT " + std::to_string(std::min<std::size_t>(room, INT64_MAX - 1) + 1) +
            ") TO STDOUT (FORMAT BINARY)";
        copy_reader<3> plain;
        copy_reader<4> exact;
        const auto read = [&](cbytes piece) -> std::string {
            const auto ok = ns ? exact.feed(piece,
                                            [&](const auto& r) {
                                                take(static_cast<std::int64_t>(r[0]),
                                                     static_cast<std::int64_t>(r[1]), r[2],
                                                     static_cast<std::int16_t>(r[3]));
                                            })
                               : plain.feed(piece, [&](const auto& r) {
                                     take(static_cast<std::int64_t>(r[0]),
                                          static_cast<std::int64_t>(r[1]), r[2], 0);
                                 });
            return ok && !strange ? "" : "the answer is damaged: it has other rows than asked for";
        };
        const auto done = (*line)->copy_out(sql, until, read);
        if (!done) return done.error();
        if (!(ns ? exact.ended() : plain.ended())) return damaged("it is cut short");
        if (samples > what.most) return too_many(what.most, "points");
    }
    std::vector<series_samples> out;
    for (found_series& one : *found)
        if (!one.names.timestamps.empty()) out.push_back(std::move(one.names));
    return out;
}

reply<std::vector<storage::point>> backend::query_range(const storage::range_query& what,
                                                        storage::deadline until) {
    auto found = query_series(what, until);
    if (!found) return found.error();
    std::size_t count = 0;
    for (const series_samples& one : *found) count += one.values.size();
    std::vector<storage::point> out;
    out.reserve(count);
    for (series_samples& one : *found) {
        for (std::size_t i = 0; i < one.values.size(); ++i)
            out.push_back({what.metric, one.service, one.tags, one.timestamps[i], one.values[i]});
        one = {};
    }
    return out;
}

}  // namespace chronopack::timescaledb
