#include <adapters/embedded/frame_table.hpp>

#include <chronopack/frame/frame.hpp>

namespace chronopack::embedded {

using storage::verdict;

namespace {

/// Returns the samples of a frame, or an error where it is damaged or not what its row says.
result<run> decode(const stored_frame& row, cbytes data) {
    const auto opened = frame::reader<double>::open(data);
    if (!opened) return opened.error();
    const frame::info& info = opened->info();
    if (info.first_timestamp != row.first || info.last_timestamp != row.last || !info.ordered ||
        row.samples < 0 || info.samples != static_cast<std::size_t>(row.samples))
        return errc::corrupt;
    run out;
    out.timestamps.resize(opened->size());
    out.values.resize(opened->size());
    if (const auto ok = opened->read(out.timestamps, out.values); !ok) return ok.error();
    return out;
}

failure damage(const stored_frame& row, std::string_view why, const series_namer& names) {
    std::string text = "damaged frame of ";
    text += row.series == 0 ? std::string("recent samples") : names(row.series);
    text += ", from " + std::to_string(row.first) + " to " + std::to_string(row.last) + ", " +
            std::to_string(row.samples) + " samples: ";
    text += why;
    return {verdict::refused, {}, std::move(text)};
}

stored_frame frame_of(statement& s) {
    return {s.integer(0), s.integer(1), s.integer(2), s.integer(3), s.integer(4)};
}

}  // namespace

trouble create_frame_tables(connection& db) {
    return db.execute(
        "CREATE TABLE IF NOT EXISTS frame(series INTEGER NOT NULL, first INTEGER NOT NULL, "
        "last INTEGER NOT NULL, samples INTEGER NOT NULL, bytes BLOB NOT NULL);"
        "CREATE UNIQUE INDEX IF NOT EXISTS frame_by_time ON frame(series, first);"
        "CREATE TABLE IF NOT EXISTS damaged(series INTEGER NOT NULL, first INTEGER NOT NULL, "
        "last INTEGER NOT NULL, samples INTEGER NOT NULL, bytes BLOB NOT NULL);");
}

reply<frame_table> frame_table::open(connection& db) {
#define COLUMNS "SELECT rowid, series, first, last, samples"
    constexpr const char* text[statements] = {
        // Frames do not overlap, so the first one that can matter is the last to start before the
        // range.
        COLUMNS
        ", bytes FROM frame WHERE series = ?1 AND first <= ?3 AND first >= "
        "coalesce((SELECT max(first) FROM frame WHERE series = ?1 AND first <= ?2), ?2) "
        "ORDER BY first",
        COLUMNS " FROM frame WHERE series = ?1 AND first < ?2 ORDER BY first DESC LIMIT 1",
        COLUMNS " FROM frame WHERE series = ?1 AND first > ?2 ORDER BY first LIMIT 1",
        "SELECT bytes FROM frame WHERE rowid = ?1",
        "INSERT INTO frame VALUES (?1, ?2, ?3, ?4, ?5)",
        "DELETE FROM frame WHERE rowid = ?1",
        "INSERT INTO damaged SELECT * FROM frame WHERE rowid = ?1",
        "SELECT coalesce(sum(samples), 0) FROM frame WHERE series = ?1 AND first < ?2 AND "
        "last < ?2",
        "DELETE FROM frame WHERE series = ?1 AND first < ?2 AND last < ?2",
        "DELETE FROM damaged WHERE series = ?1 AND last < ?2",
        COLUMNS ", bytes FROM frame",
        COLUMNS " FROM damaged WHERE series IN (0, ?1) AND first <= ?3 AND last >= ?2 LIMIT 1",
        COLUMNS " FROM damaged",
        "DELETE FROM damaged",
        "INSERT INTO damaged VALUES (?1, ?2, ?3, ?4, ?5)",
        "SELECT EXISTS (SELECT 1 FROM frame WHERE series = ?1) OR "
        "EXISTS (SELECT 1 FROM damaged WHERE series = ?1)",
    };
#undef COLUMNS
    std::vector<statement> sql;
    for (const char* one_text : text) {
        auto s = db.prepare(one_text);
        if (!s) return s.error();
        sql.push_back(std::move(*s));
    }
    return frame_table(std::move(sql));
}

reply<run> frame_table::read(std::int64_t series, std::int64_t first, std::int64_t last,
                             std::size_t most, const series_namer& names) {
    if (auto bad = no_damage_within(series, first, last, names)) return *bad;
    run out;
    statement& found = sql_[overlapping];
    found.bind(1, series).bind(2, first).bind(3, last);
    for (;;) {
        const auto row = found.step();
        if (!row) return row.error();
        if (!*row) return out;
        const stored_frame f = frame_of(found);
        if (f.last < first) continue;
        const auto samples = decode(f, found.data(5));
        if (!samples) {
            found.reset();
            return damage(f, message(samples.error()), names);
        }
        ++read_;
        out = merged(std::move(out), within(*samples, first, last));
        if (out.size() > most) {
            found.reset();
            return out;  // the caller refuses it
        }
    }
}

trouble frame_table::no_damage_within(std::int64_t series, std::int64_t first, std::int64_t last,
                                      const series_namer& names) {
    sql_[damage_within].bind(1, series).bind(2, first).bind(3, last);
    const auto row = sql_[damage_within].step();
    if (!row) return row.error();
    if (!*row) return std::nullopt;
    const stored_frame f = frame_of(sql_[damage_within]);
    sql_[damage_within].reset();
    return damage(f, "set aside", names);
}

trouble frame_table::merge(std::int64_t series, run newer, std::size_t frame_samples) {
    const std::int64_t first = newer.timestamps.front();
    const std::int64_t last = newer.timestamps.back();

    std::vector<stored_frame> inside;
    sql_[overlapping].bind(1, series).bind(2, first).bind(3, last);
    for (;;) {
        const auto row = sql_[overlapping].step();
        if (!row) return row.error();
        if (!*row) break;
        const stored_frame f = frame_of(sql_[overlapping]);
        if (f.last >= first) inside.push_back(f);
    }
    for (const stored_frame& f : inside)
        if (auto bad = absorb(f, newer)) return bad;

    // Neighbours are merged if they are smaller, or not much larger.
    for (const which side : {before, after}) {
        for (;;) {
            const bool back = side == before;
            const auto next =
                neighbour(side, series, back ? newer.timestamps.front() : newer.timestamps.back());
            if (!next) return next.error();
            if (!*next) break;
            const auto samples = static_cast<std::uint64_t>((*next)->samples);
            if (samples >= frame_samples || samples > 2 * newer.size()) break;
            if (auto bad = absorb(**next, newer)) return bad;
        }
    }
    return insert(series, newer, frame_samples);
}

reply<std::optional<stored_frame>> frame_table::neighbour(which side, std::int64_t series,
                                                          std::int64_t time) {
    statement& next = sql_[side];
    next.bind(1, series).bind(2, time);
    const auto row = next.step();
    if (!row) return row.error();
    if (!*row) return std::optional<stored_frame>();
    const stored_frame f = frame_of(next);
    next.reset();
    return std::optional(f);
}

trouble frame_table::absorb(const stored_frame& f, run& into) {
    sql_[one].bind(1, f.row);
    const auto row = sql_[one].step();
    if (!row) return row.error();
    if (!*row) return std::nullopt;
    auto samples = decode(f, sql_[one].data(0));
    sql_[one].reset();
    if (!samples)
        if (auto bad = sql_[set_aside].bind(1, f.row).run()) return bad;
    if (auto bad = sql_[remove].bind(1, f.row).run()) return bad;
    if (samples) into = merged(std::move(*samples), std::move(into));
    return std::nullopt;
}

trouble frame_table::insert(std::int64_t series, const run& all, std::size_t frame_samples) {
    const std::span<const std::int64_t> timestamps(all.timestamps);
    const std::span<const double> values(all.values);
    std::vector<std::byte> wire(frame::max_bytes<double>(std::min(all.size(), frame_samples)));
    for (std::size_t at = 0; at < all.size(); at += frame_samples) {
        const std::size_t n = std::min(frame_samples, all.size() - at);
        const auto t = timestamps.subspan(at, n);
        const auto size =
            frame::encode<double>(t, values.subspan(at, n), {.unit = time_unit::nanoseconds}, wire);
        if (!size) return failure{verdict::refused, {}, std::string(message(size.error()))};
        sql_[insert_frame]
            .bind(1, series)
            .bind(2, t.front())
            .bind(3, t.back())
            .bind(4, static_cast<std::int64_t>(n))
            .bind(5, cbytes(wire).first(*size));
        if (auto bad = sql_[insert_frame].run()) return bad;
    }
    return std::nullopt;
}

reply<std::uint64_t> frame_table::delete_before(std::int64_t series, std::int64_t cutoff,
                                                const series_namer& names) {
    sql_[expired].bind(1, series).bind(2, cutoff);
    const auto row = sql_[expired].step();
    if (!row) return row.error();
    auto deleted = static_cast<std::uint64_t>(sql_[expired].integer(0));
    sql_[expired].reset();
    if (auto bad = sql_[drop_expired].bind(1, series).bind(2, cutoff).run()) return *bad;
    sql_[drop_expired_damage].bind(1, series).bind(2, cutoff);
    if (auto bad = sql_[drop_expired_damage].run()) return *bad;

    const auto across = neighbour(before, series, cutoff);
    if (!across) return across.error();
    if (!*across) return deleted;
    sql_[one].bind(1, (*across)->row);
    const auto found = sql_[one].step();
    if (!found) return found.error();
    const auto samples = decode(**across, sql_[one].data(0));
    sql_[one].reset();
    if (!samples) return damage(**across, message(samples.error()), names);
    const run kept = within(*samples, cutoff, INT64_MAX);
    deleted += samples->size() - kept.size();
    if (auto bad = sql_[remove].bind(1, (*across)->row).run()) return *bad;
    if (auto bad = insert(series, kept, std::max<std::size_t>(kept.size(), 1))) return *bad;
    return deleted;
}

reply<bool> frame_table::has_frames(std::int64_t series) {
    sql_[any].bind(1, series);
    const auto row = sql_[any].step();
    if (!row) return row.error();
    const bool has = sql_[any].integer(0) != 0;
    sql_[any].reset();
    return has;
}

reply<std::vector<stored_frame>> frame_table::remove_damaged(storage::deadline until) {
    std::vector<stored_frame> lost;
    std::vector<std::int64_t> rows;
    for (;;) {
        const auto row = sql_[all_frames].step();
        if (!row) return row.error();
        if (!*row) break;
        if (storage::clock::now() >= until) {
            sql_[all_frames].reset();
            return no_time();
        }
        const stored_frame f = frame_of(sql_[all_frames]);
        if (decode(f, sql_[all_frames].data(5))) continue;
        lost.push_back(f);
        rows.push_back(f.row);
    }
    for (;;) {
        const auto row = sql_[all_damage].step();
        if (!row) return row.error();
        if (!*row) break;
        lost.push_back(frame_of(sql_[all_damage]));
    }
    for (const std::int64_t row : rows)
        if (auto bad = sql_[remove].bind(1, row).run()) return *bad;
    if (auto bad = sql_[drop_damage].run()) return *bad;
    return lost;
}

trouble frame_table::add_damaged(const stored_frame& what, cbytes data) {
    return sql_[insert_damage]
        .bind(1, what.series)
        .bind(2, what.first)
        .bind(3, what.last)
        .bind(4, what.samples)
        .bind(5, data)
        .run();
}

}  // namespace chronopack::embedded
