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

reply<std::monostate> create_frame_tables(connection& db) {
    return db.execute(
        "CREATE TABLE IF NOT EXISTS frame(series INTEGER NOT NULL, first INTEGER NOT NULL, "
        "last INTEGER NOT NULL, samples INTEGER NOT NULL, bytes BLOB NOT NULL);"
        "CREATE UNIQUE INDEX IF NOT EXISTS frame_by_time ON frame(series, first);"
        "CREATE TABLE IF NOT EXISTS damaged(series INTEGER NOT NULL, first INTEGER NOT NULL, "
        "last INTEGER NOT NULL, samples INTEGER NOT NULL, bytes BLOB NOT NULL);");
}

reply<frame_table> frame_table::open(connection& db) {
    const std::string row = "SELECT rowid, series, first, last, samples";
    frame_table table;
    const auto ok = db.prepare({
        // Frames do not overlap, so the first one that can matter is the last to start before the
        // range.
        {&table.overlapping_,
         row + ", bytes FROM frame WHERE series = ?1 AND first <= ?3 AND first >= "
               "coalesce((SELECT max(first) FROM frame WHERE series = ?1 AND first <= ?2), ?2) "
               "ORDER BY first"},
        {&table.before_,
         row + " FROM frame WHERE series = ?1 AND first < ?2 ORDER BY first DESC LIMIT 1"},
        {&table.after_,
         row + " FROM frame WHERE series = ?1 AND first > ?2 ORDER BY first LIMIT 1"},
        {&table.bytes_of_, "SELECT bytes FROM frame WHERE rowid = ?1"},
        {&table.insert_frame_, "INSERT INTO frame VALUES (?1, ?2, ?3, ?4, ?5)"},
        {&table.remove_, "DELETE FROM frame WHERE rowid = ?1"},
        {&table.set_aside_, "INSERT INTO damaged SELECT * FROM frame WHERE rowid = ?1"},
        {&table.count_expired_,
         "SELECT coalesce(sum(samples), 0) FROM frame WHERE series = ?1 AND first < ?2 AND "
         "last < ?2"},
        {&table.drop_expired_, "DELETE FROM frame WHERE series = ?1 AND first < ?2 AND last < ?2"},
        {&table.drop_expired_damage_, "DELETE FROM damaged WHERE series = ?1 AND last < ?2"},
        {&table.all_frames_, row + ", bytes FROM frame"},
        {&table.damage_within_,
         row + " FROM damaged WHERE series IN (0, ?1) AND first <= ?3 AND last >= ?2 LIMIT 1"},
        {&table.all_damage_, row + " FROM damaged"},
        {&table.drop_damage_, "DELETE FROM damaged"},
        {&table.has_any_,
         "SELECT EXISTS (SELECT 1 FROM frame WHERE series = ?1) OR "
         "EXISTS (SELECT 1 FROM damaged WHERE series = ?1)"},
    });
    if (!ok) return ok.error();
    return table;
}

reply<run> frame_table::read(std::int64_t series, std::int64_t first, std::int64_t last,
                             std::size_t most, const series_namer& names) {
    if (const auto ok = no_damage_within(series, first, last, names); !ok) return ok.error();
    run out;
    overlapping_.bind(1, series).bind(2, first).bind(3, last);
    for (;;) {
        const auto row = overlapping_.step();
        if (!row) return row.error();
        if (!*row) return out;
        const stored_frame f = frame_of(overlapping_);
        if (f.last < first) continue;
        const auto samples = decode(f, overlapping_.data(5));
        if (!samples) {
            overlapping_.reset();
            return damage(f, message(samples.error()), names);
        }
        ++read_;
        out = merged(std::move(out), within(*samples, first, last));
        if (out.size() > most) {
            overlapping_.reset();
            return out;  // the caller refuses it
        }
    }
}

reply<std::monostate> frame_table::no_damage_within(std::int64_t series, std::int64_t first,
                                                    std::int64_t last, const series_namer& names) {
    damage_within_.bind(1, series).bind(2, first).bind(3, last);
    const auto row = damage_within_.step();
    if (!row) return row.error();
    if (!*row) return std::monostate();
    const stored_frame f = frame_of(damage_within_);
    damage_within_.reset();
    return damage(f, "set aside", names);
}

reply<std::monostate> frame_table::merge(std::int64_t series, run newer,
                                         std::size_t frame_samples) {
    const std::int64_t first = newer.timestamps.front();
    const std::int64_t last = newer.timestamps.back();

    std::vector<stored_frame> inside;
    overlapping_.bind(1, series).bind(2, first).bind(3, last);
    for (;;) {
        const auto row = overlapping_.step();
        if (!row) return row.error();
        if (!*row) break;
        const stored_frame f = frame_of(overlapping_);
        if (f.last >= first) inside.push_back(f);
    }
    for (const stored_frame& f : inside)
        if (const auto ok = absorb(f, newer); !ok) return ok.error();

    // Neighbours are merged if they are smaller, or not much larger.
    for (statement* const side : {&before_, &after_}) {
        for (;;) {
            const bool back = side == &before_;
            const auto next =
                neighbour(*side, series, back ? newer.timestamps.front() : newer.timestamps.back());
            if (!next) return next.error();
            if (!*next) break;
            const auto samples = static_cast<std::uint64_t>((*next)->samples);
            if (samples >= frame_samples || samples > 2 * newer.size()) break;
            if (const auto ok = absorb(**next, newer); !ok) return ok.error();
        }
    }
    return insert(series, newer, frame_samples);
}

reply<std::optional<stored_frame>> frame_table::neighbour(statement& next, std::int64_t series,
                                                          std::int64_t time) {
    next.bind(1, series).bind(2, time);
    const auto row = next.step();
    if (!row) return row.error();
    if (!*row) return std::optional<stored_frame>();
    const stored_frame f = frame_of(next);
    next.reset();
    return std::optional(f);
}

reply<std::monostate> frame_table::absorb(const stored_frame& f, run& into) {
    bytes_of_.bind(1, f.row);
    const auto row = bytes_of_.step();
    if (!row) return row.error();
    if (!*row) return std::monostate();
    auto samples = decode(f, bytes_of_.data(0));
    bytes_of_.reset();
    if (!samples)
        if (const auto ok = set_aside_.bind(1, f.row).run(); !ok) return ok.error();
    if (const auto ok = remove_.bind(1, f.row).run(); !ok) return ok.error();
    if (samples) into = merged(std::move(*samples), std::move(into));
    return std::monostate();
}

reply<std::monostate> frame_table::insert(std::int64_t series, const run& all,
                                          std::size_t frame_samples) {
    const std::span<const std::int64_t> timestamps(all.timestamps);
    const std::span<const double> values(all.values);
    std::vector<std::byte> wire(frame::max_bytes<double>(std::min(all.size(), frame_samples)));
    for (std::size_t at = 0; at < all.size(); at += frame_samples) {
        const std::size_t n = std::min(frame_samples, all.size() - at);
        const auto t = timestamps.subspan(at, n);
        const auto size =
            frame::encode<double>(t, values.subspan(at, n), {.unit = time_unit::nanoseconds}, wire);
        if (!size) return failure{verdict::refused, {}, std::string(message(size.error()))};
        insert_frame_.bind(1, series)
            .bind(2, t.front())
            .bind(3, t.back())
            .bind(4, static_cast<std::int64_t>(n))
            .bind(5, cbytes(wire).first(*size));
        if (const auto ok = insert_frame_.run(); !ok) return ok.error();
    }
    return std::monostate();
}

reply<std::uint64_t> frame_table::delete_before(std::int64_t series, std::int64_t cutoff,
                                                const series_namer& names) {
    count_expired_.bind(1, series).bind(2, cutoff);
    const auto row = count_expired_.step();
    if (!row) return row.error();
    auto deleted = static_cast<std::uint64_t>(count_expired_.integer(0));
    count_expired_.reset();
    if (const auto ok = drop_expired_.bind(1, series).bind(2, cutoff).run(); !ok) return ok.error();
    drop_expired_damage_.bind(1, series).bind(2, cutoff);
    if (const auto ok = drop_expired_damage_.run(); !ok) return ok.error();

    const auto across = neighbour(before_, series, cutoff);
    if (!across) return across.error();
    if (!*across) return deleted;
    bytes_of_.bind(1, (*across)->row);
    const auto found = bytes_of_.step();
    if (!found) return found.error();
    const auto samples = decode(**across, bytes_of_.data(0));
    bytes_of_.reset();
    if (!samples) return damage(**across, message(samples.error()), names);
    const run kept = within(*samples, cutoff, INT64_MAX);
    deleted += samples->size() - kept.size();
    if (const auto ok = remove_.bind(1, (*across)->row).run(); !ok) return ok.error();
    if (const auto ok = insert(series, kept, std::max<std::size_t>(kept.size(), 1)); !ok)
        return ok.error();
    return deleted;
}

reply<bool> frame_table::has_frames(std::int64_t series) {
    has_any_.bind(1, series);
    const auto row = has_any_.step();
    if (!row) return row.error();
    const bool has = has_any_.integer(0) != 0;
    has_any_.reset();
    return has;
}

reply<std::vector<stored_frame>> frame_table::remove_damaged(storage::deadline until) {
    std::vector<stored_frame> lost;
    std::vector<std::int64_t> rows;
    for (;;) {
        const auto row = all_frames_.step();
        if (!row) return row.error();
        if (!*row) break;
        if (storage::clock::now() >= until) {
            all_frames_.reset();
            return no_time();
        }
        const stored_frame f = frame_of(all_frames_);
        if (decode(f, all_frames_.data(5))) continue;
        lost.push_back(f);
        rows.push_back(f.row);
    }
    for (;;) {
        const auto row = all_damage_.step();
        if (!row) return row.error();
        if (!*row) break;
        lost.push_back(frame_of(all_damage_));
    }
    for (const std::int64_t row : rows)
        if (const auto ok = remove_.bind(1, row).run(); !ok) return ok.error();
    if (const auto ok = drop_damage_.run(); !ok) return ok.error();
    return lost;
}

}  // namespace chronopack::embedded
