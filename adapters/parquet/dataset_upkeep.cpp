// What is done to the files of a dataset: cuts, compaction, deletion, repair.
#include <adapters/parquet/dataset.hpp>

#include <adapters/parquet/schema.hpp>
#include <adapters/storage/spool_format.hpp>

#include <algorithm>

namespace chronopack::parquet {

using storage::clock;
using storage::deadline;
using storage::failure;
using storage::point;
using storage::reply;
using storage::verdict;

reply<std::monostate> dataset::checkpoint(deadline until) {
    {
        const std::unique_lock held(log_lock_, until);
        if (!held) return no_time();
        seal_log();
    }
    const std::unique_lock held(upkeep_, until);
    if (!held) return no_time();
    return cut_sealed(until);
}

reply<std::monostate> dataset::cut(deadline until) {
    if (clock::now() >= next_cut()) {
        const std::unique_lock held(log_lock_, until);
        if (!held) return no_time();
        seal_log();
    }
    const std::unique_lock held(upkeep_, until);
    if (!held) return no_time();
    return cut_sealed(until);
}

reply<std::monostate> dataset::cut_sealed(deadline until) {
    for (;;) {
        if (const auto ok = remove_old(); !ok) return ok.error();
        if (clock::now() >= until) return no_time();
        std::uint64_t number = 0;
        {
            const std::unique_lock held(log_lock_, until);
            if (!held) return no_time();
            const auto& logs = log_.segments();
            if (logs.empty() || logs.front().file >= 0) {
                waiting_ = false;
                return std::monostate();
            }
            number = logs.front().number;
        }
        if (const auto ok = cut_one(number, until); !ok) return ok.error();
    }
}

// Writes the points of a log, which is sealed, into files.
reply<std::monostate> dataset::cut_one(std::uint64_t number, deadline until) {
    std::shared_ptr<generation> from;
    {
        const std::lock_guard held(recent_lock_);
        if (!recent_.empty() && recent_.front()->number == number) from = recent_.front();
        if (from) from->samples.settle();
    }
    stored_files made;
    // Nobody changes a generation whose log is sealed, so it can be read without the lock.
    if (from)
        for (const auto& [day, slices] : by_day(from->samples)) {
            if (clock::now() >= until) return no_time();
            auto file = files_.write({day, number, number, 0}, slices);
            if (!file) return file.error();
            made.push_back(std::move(*file));
        }
    if (from) {
        const std::lock_guard held(recent_lock_);
        (void)files_.publish(made);
        recent_.pop_front();
    }
    old_logs_.push_back(storage::segment_name(number));
    {
        const std::lock_guard held(log_lock_);
        if (log_.remove_first()) old_logs_.back().clear();
    }
    return remove_old();
}

// Nothing is done to files before this has worked: what was to be removed must not come back when
// the files that replaced it are gone.
reply<std::monostate> dataset::remove_old() {
    if (!old_files_.empty()) {
        if (const auto ok = files_.remove(old_files_); !ok) return ok.error();
        old_files_.clear();
    }
    if (old_logs_.empty()) return std::monostate();
    const failure stays = io_failure("a log of the dataset cannot be removed");
    for (std::string& name : old_logs_) {
        if (name.empty()) continue;
        if (!remove_if_there(*layer_, name)) return stays;
        name.clear();
    }
    if (!layer_->sync_directory({})) return stays;
    old_logs_.clear();
    return std::monostate();
}

reply<std::monostate> dataset::remove(const stored_files& gone) {
    old_files_.insert(old_files_.end(), gone.begin(), gone.end());
    return remove_old();
}

reply<std::monostate> dataset::replace_by(const std::shared_ptr<stored_file>& made) {
    // First: what is replaced must not be forgotten for want of memory.
    const std::int64_t day = made->name.day;
    old_files_.reserve(old_files_.size() + files_.of_days(day, day).size());
    return remove(files_.publish({made}));
}

reply<std::monostate> dataset::compact(std::size_t least, deadline until) {
    const std::unique_lock held(upkeep_, until);
    if (!held) return no_time();
    if (const auto ok = remove_old(); !ok) return ok.error();
    std::optional<failure> damage;
    stored_files run;
    std::uint64_t rows = 0;
    const auto end_run = [&]() -> reply<std::monostate> {
        const stored_files whole = std::exchange(run, {});
        rows = 0;
        if (whole.size() < std::max<std::size_t>(least, 2)) return std::monostate();
        const auto ok = merge(whole, until);
        if (!ok && ok.error().what != verdict::retry) {
            if (!damage) damage = ok.error();
            return std::monostate();
        }
        return ok;
    };
    const stored_files all = files_.of_days();
    std::map<std::int64_t, std::size_t> of_day;
    for (const auto& file : all) ++of_day[file->name.day];
    for (const auto& file : all) {
        if (of_day[file->name.day] < least) continue;
        if (clock::now() >= until) return no_time();
        const auto more = files_.rows_of(*file);
        if (!more && more.error().what == verdict::retry) return more.error();
        if (!more && !damage) damage = more.error();
        const bool joins =
            more && !run.empty() && run.back()->name.day == file->name.day &&
            *more <= how_.cut_points - std::min<std::uint64_t>(how_.cut_points, rows);
        if (!joins)
            if (const auto ok = end_run(); !ok) return ok.error();
        if (!more) continue;
        run.push_back(file);
        rows += *more;
    }
    if (const auto ok = end_run(); !ok) return ok.error();
    if (damage) return *damage;
    return std::monostate();
}

reply<std::monostate> dataset::merge(const stored_files& run, deadline until) {
    series_samples all;
    for (const auto& file : run) {
        const auto read = files_.read(*file, {.most = SIZE_MAX / 2}, until, {}, all);
        if (!read) return read.error();
    }
    all.settle();
    const day_slices days = by_day(all);
    if (days.size() != 1 || days.begin()->first != run.front()->name.day)
        return refused(run.front()->path + ": a file has points of another day than its folder's");
    auto made =
        files_.write({run.front()->name.day, run.front()->name.first, run.back()->name.last, 0},
                     days.begin()->second);
    if (!made) return made.error();
    return replace_by(*made);
}

reply<storage::deletion> dataset::delete_before(const std::string& metric, std::int64_t cutoff,
                                                deadline until) {
    // Recent points would come back with the log.
    if (const auto ok = checkpoint(until); !ok) return ok.error();
    const std::unique_lock held(upkeep_, until);
    if (!held) return no_time();
    if (const auto ok = remove_old(); !ok) return ok.error();
    storage::deletion done{0};
    if (cutoff == INT64_MIN) return done;
    std::optional<failure> damage;
    std::optional<std::int64_t> day;  // of the last file that lost rows
    // In order of number: an older value of a point must not come back in between.
    for (const auto& file : files_.of_days(INT64_MIN, day_of(cutoff - 1))) {
        if (clock::now() >= until) return no_time();
        const auto rows = delete_of(*file, metric, cutoff, until);
        if (!rows && rows.error().what == verdict::retry) return rows.error();
        if (!rows) {
            if (!damage) damage = rows.error();
            continue;
        }
        if (*rows > 0 && day == file->name.day) done.points.reset();
        if (*rows > 0) day = file->name.day;
        if (done.points) *done.points += *rows;
    }
    if (damage) return *damage;
    return done;
}

reply<std::uint64_t> dataset::delete_of(stored_file& file, const std::string& metric,
                                        std::int64_t cutoff, deadline until) {
    stored_files itself;
    for (const auto& one : files_.of_days(file.name.day, file.name.day))
        if (one->name == file.name) itself.push_back(one);
    if (metric.empty() && last_of_day(file.name.day) < cutoff) {
        const auto rows = files_.rows_of(file);
        // It need not be read to be removed: damaged or not, its points are to go.
        if (!rows && rows.error().what == verdict::retry) return rows.error();
        if (const auto ok = remove(itself); !ok) return ok.error();
        return rows ? *rows : 0;
    }
    const storage::range_query gone{.metric = metric, .end = cutoff - 1, .most = SIZE_MAX / 2};
    series_samples deleted;
    if (const auto read = files_.read(file, gone, until, {}, deleted); !read) return read.error();
    if (deleted.size() == 0) return std::uint64_t{0};
    series_samples kept;
    const auto stays = [&](const point& p) {
        return p.timestamp >= cutoff || (!metric.empty() && p.metric != metric);
    };
    const auto read = files_.read(file, {.most = SIZE_MAX / 2}, until, stays, kept);
    if (!read) return read.error();
    const std::uint64_t rows = deleted.size();
    kept.settle();
    if (kept.size() == 0) {
        if (const auto ok = remove(itself); !ok) return ok.error();
        return rows;
    }
    const day_slices days = by_day(kept);
    if (days.size() != 1 || days.begin()->first != file.name.day)
        return refused(file.path + ": the file has points of another day than its folder's");
    auto made =
        files_.write({file.name.day, file.name.first, file.name.last, file.name.revision + 1},
                     days.begin()->second);
    if (!made) return made.error();
    if (const auto ok = replace_by(*made); !ok) return ok.error();
    return rows;
}

reply<std::vector<damaged_file>> dataset::repair(deadline until) {
    const std::unique_lock held(upkeep_, until);
    if (!held) return no_time();
    std::vector<damaged_file> lost;
    for (const auto& file : files_.of_days()) {
        if (clock::now() >= until) return no_time();
        series_samples all;
        const auto read = files_.read(*file, {.most = SIZE_MAX / 2}, until, {}, all);
        if (read) continue;
        if (read.error().what == verdict::retry) return read.error();
        const auto rows = files_.rows_of(*file);
        lost.push_back({file->path, rows ? *rows : 0, read.error().message});
    }
    // Renamed together, so that none is gone without the caller's knowing it.
    for (const damaged_file& l : lost)
        for (const auto& file : files_.of_days())
            if (file->path == l.path)
                if (const auto ok = files_.set_aside(*file); !ok) return ok.error();
    return lost;
}

}  // namespace chronopack::parquet
