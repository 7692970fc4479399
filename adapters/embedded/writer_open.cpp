// Opens an embedded store, and reads into memory what the database has.
#include <adapters/embedded/writer.hpp>

namespace chronopack::embedded {

using storage::verdict;

namespace {

constexpr const char* tables =
    "CREATE TABLE IF NOT EXISTS recent(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS series(id INTEGER PRIMARY KEY, metric TEXT NOT NULL, "
    "service TEXT NOT NULL, tags BLOB NOT NULL);"
    "PRAGMA application_id = 1129335620;"  // "CPKD"
    "PRAGMA user_version = 1;";

// Checks that the database is empty or was made by this library.
reply<std::monostate> check_kind(connection& db) {
    const auto id = db.number("PRAGMA application_id");
    if (!id) return id.error();
    const auto version = db.number("PRAGMA user_version");
    if (!version) return version.error();
    const auto has = db.number("SELECT count(*) FROM sqlite_master");
    if (!has) return has.error();
    if (*has == 0 || (*id == 1129335620 && *version == 1)) return std::monostate();
    return failure{verdict::hold, {}, "not a chronopack database, or of another version"};
}

}  // namespace

reply<std::unique_ptr<writer>> writer::open(const std::string& path, options how,
                                            storage::deadline until) {
    how.frame_samples = std::clamp<std::size_t>(how.frame_samples, 64, 65'536);
    how.recent_samples = std::max(how.recent_samples, how.frame_samples);
    auto db = connection::open(path);
    if (!db) return db.error();
    db->wait_until(until);
    if (const auto ok = check_kind(*db); !ok) return ok.error();
    for (const char* sql :
         {"PRAGMA page_size = 4096", "PRAGMA auto_vacuum = INCREMENTAL",
          "PRAGMA journal_mode = WAL",
          how.synchronous ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"})
        if (const auto ok = db->execute(sql); !ok) return ok.error();
    if (const auto ok = create_frame_tables(*db); !ok) return ok.error();
    if (const auto ok = db->execute(tables); !ok) return ok.error();
    auto frames = frame_table::open(*db);
    if (!frames) return frames.error();
    std::unique_ptr<writer> w(new writer(std::move(*db), std::move(*frames), how));
    const auto prepared = w->db_.prepare({
        {&w->insert_recent_, "INSERT INTO recent(bytes) VALUES (?1)"},
        {&w->trim_recent_, "DELETE FROM recent WHERE id < ?1"},
        {&w->insert_series_,
         "INSERT INTO series(id, metric, service, tags) VALUES (?1, ?2, ?3, ?4)"},
        {&w->remove_series_, "DELETE FROM series WHERE id = ?1"},
    });
    if (!prepared) return prepared.error();
    if (const auto ok = w->refresh(); !ok) return ok.error();
    return w;
}

reply<std::monostate> writer::refresh() {
    if (!stale_) return std::monostate();
    // An exception leaves everything as it was.
    if (const auto ok = db_.give_up(); !ok) return ok.error();
    waiting_.clear();
    known_.clear();
    newcomers_.clear();
    last_series_ = 0;
    recent_ = 0;
    auto names = db_.prepare("SELECT id, metric, service, tags FROM series");
    if (!names) return names.error();
    for (;;) {
        const auto row = names->step();
        if (!row) return row.error();
        if (!*row) break;
        byte_reader reader(names->data(3));
        auto tags = labels::read(reader);
        const std::int64_t id = names->integer(0);
        if (!tags || reader.remaining() != 0)
            return failure{verdict::hold, {}, "damaged names of series " + std::to_string(id)};
        last_series_ = std::max(last_series_, id);
        known_.add(id,
                   {std::string(names->text(1)), std::string(names->text(2)), std::move(*tags)});
    }
    auto rows = db_.prepare("SELECT id, bytes FROM recent ORDER BY id");
    if (!rows) return rows.error();
    std::vector<std::int64_t> damaged;
    for (;;) {
        const auto row = rows->step();
        if (!row) return row.error();
        if (!*row) break;
        if (!replay_row(rows->integer(0), rows->data(1))) damaged.push_back(rows->integer(0));
    }
    // The series of these samples is not known, so every query fails until repair().
    for (const std::int64_t id : damaged) {
        const auto moved = transact([&]() -> reply<std::monostate> {
            auto move = db_.prepare(
                "INSERT INTO damaged SELECT 0, ?2, ?3, 0, bytes FROM recent "
                "WHERE id = ?1");
            if (!move) return move.error();
            move->bind(1, id).bind(2, INT64_MIN).bind(3, INT64_MAX);
            if (const auto ok = move->run(); !ok) return ok.error();
            auto drop = db_.prepare("DELETE FROM recent WHERE id = ?1");
            if (!drop) return drop.error();
            return drop->bind(1, id).run();
        });
        if (!moved) return moved.error();
    }
    stale_ = false;
    return std::monostate();
}

bool writer::replay_row(std::int64_t row, cbytes data) {
    const auto samples = storage::read_samples(data);
    if (!samples) return false;
    for (const std::int64_t id : samples->numbers)
        if (known_.find(id) == nullptr) return false;
    for (std::size_t i = 0; i < samples->size(); ++i)
        take(*known_.find(samples->numbers[i]), row, samples->timestamps[i], samples->values[i]);
    return true;
}

}  // namespace chronopack::embedded
