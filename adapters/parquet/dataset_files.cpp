#include <adapters/parquet/dataset_files.hpp>

#include <adapters/parquet/schema.hpp>

#include <algorithm>

namespace chronopack::parquet {

namespace {

constexpr std::string_view layout_key = "chronopack.layout";
constexpr std::string_view unfinished = ".part";
constexpr std::string_view damaged_suffix = ".damaged";
constexpr std::size_t most_open = 128;
constexpr std::size_t batch_points = 65'536;

// What every file of a dataset says of its columns.
std::string text_of(const point_layout& layout) {
    std::string text = layout.unit == time_unit::nanoseconds    ? "ns"
                       : layout.unit == time_unit::microseconds ? "us"
                                                                : "ms";
    text += layout.tags == tags_form::map    ? " map"
            : layout.tags == tags_form::json ? " json"
                                             : " columns";
    if (layout.tags == tags_form::columns)
        for (const std::string& name : layout.tag_columns) text += '\n' + name;
    return text;
}

/// A new file of a file layer, which goes away unless it is published.
class layer_sink final : public sink {
public:
    layer_sink(storage::file_layer& files, std::string name)
        : files_(files), name_(std::move(name)) {
        const auto file = files_.open(name_);
        if (!file) return;
        file_ = *file;
        failed_ = !files_.truncate(file_, 0);
    }
    layer_sink(const layer_sink&) = delete;
    layer_sink& operator=(const layer_sink&) = delete;
    ~layer_sink() override {
        if (file_ >= 0) files_.close(file_);
        if (!name_.empty()) (void)files_.remove(name_);
    }

    [[nodiscard]] result<void> write(cbytes data) override {
        if (file_ < 0 || failed_) return errc::io_error;
        failed_ = true;  // until all of it has worked
        if (const auto done = write_all(files_, file_, data, size_); !done) return done;
        size_ += data.size();
        failed_ = false;
        return {};
    }

    /// Makes the file durable under that name in the folder.
    [[nodiscard]] result<void> publish(const std::string& name, const std::string& folder) {
        if (file_ < 0 || failed_) return errc::io_error;
        failed_ = true;
        if (const auto done = files_.sync(file_); !done) return done;
        files_.close(std::exchange(file_, -1));
        if (const auto done = files_.rename(name_, name); !done) return done;
        name_.clear();
        return files_.sync_directory(folder);
    }

private:
    storage::file_layer& files_;
    std::string name_;
    int file_ = -1;
    std::uint64_t size_ = 0;
    bool failed_ = false;
};

class layer_source final : public source {
public:
    layer_source(storage::file_layer& files, int file, std::uint64_t size,
                 std::atomic<std::uint64_t>& bytes_read) noexcept
        : files_(files), file_(file), size_(size), bytes_read_(bytes_read) {}
    layer_source(const layer_source&) = delete;
    layer_source& operator=(const layer_source&) = delete;
    ~layer_source() override { files_.close(file_); }

    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
    [[nodiscard]] result<void> read_at(std::uint64_t offset, bytes out) override {
        bytes_read_ += out.size();
        while (!out.empty()) {
            const auto n = files_.read_at(file_, out, offset);
            if (!n) return n.error();
            if (*n == 0) return errc::truncated;
            out = out.subspan(*n);
            offset += *n;
        }
        return {};
    }

private:
    storage::file_layer& files_;
    int file_;
    std::uint64_t size_;
    std::atomic<std::uint64_t>& bytes_read_;
};

storage::failure about(const stored_file& file, storage::failure why) {
    why.message = file.path + ": " + why.message;
    return why;
}

bool before(const std::shared_ptr<stored_file>& a, const std::shared_ptr<stored_file>& b) {
    return a->name.last < b->name.last;
}

}  // namespace

result<void> remove_if_there(storage::file_layer& files, const std::string& name) {
    const auto file = files.open_existing(name);
    if (!file && file.error() == errc::not_found) return {};
    if (file) files.close(*file);
    return files.remove(name);
}

day_slices by_day(const series_samples& samples) {
    day_slices days;
    for (const auto* one : samples.in_order()) {
        const std::span<const sample> all = one->second.all;
        for (std::size_t from = 0; from < all.size();) {
            const std::int64_t day = day_of(all[from].time);
            const auto end = std::upper_bound(
                all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), last_of_day(day),
                [](std::int64_t time, const sample& s) { return time < s.time; });
            const auto to = static_cast<std::size_t>(end - all.begin());
            days[day].push_back({&one->first, all.subspan(from, to - from)});
            from = to;
        }
    }
    return days;
}

storage::reply<std::monostate> dataset_files::load() {
    const storage::failure cannot{storage::verdict::hold, std::nullopt,
                                  "the dataset's folders cannot be read"};
    const auto names = files_.list({});
    if (!names) return cannot;
    for (const std::string& folder : *names)
        if (const auto day = day_of_folder(folder))
            if (const auto ok = load_folder(*day, folder); !ok) return ok.error();
    return check_layout();
}

storage::reply<std::monostate> dataset_files::load_folder(std::int64_t day,
                                                          const std::string& folder) {
    const storage::failure cannot{storage::verdict::hold, std::nullopt,
                                  "a folder of the dataset cannot be read: " + folder};
    const auto names = files_.list(folder);
    if (!names) return cannot;
    std::vector<stored_name> found;
    bool removed = false;
    const auto drop = [&](const std::string& path) {
        removed = true;
        return files_.remove(path).has_value();
    };
    for (const std::string& name : *names) {
        const std::string_view text = name;
        const bool part = text.ends_with(unfinished);
        const auto ours =
            read_name(day, part ? text.substr(0, text.size() - unfinished.size()) : text);
        if (!ours)
            foreign_ += text.ends_with(".parquet");
        else if (!part)
            found.push_back(*ours);
        else if (!drop(folder + '/' + name))
            return cannot;
    }
    stored_files kept;
    for (const stored_name& name : found) {
        const bool replaced =
            std::any_of(found.begin(), found.end(),
                        [&](const stored_name& other) { return replaces(other, name); });
        if (!replaced)
            kept.push_back(std::make_shared<stored_file>(name));
        else if (!drop(path_of(name)))
            return cannot;
    }
    if (removed && !files_.sync_directory(folder)) return cannot;
    std::sort(kept.begin(), kept.end(), before);
    if (!kept.empty()) days_.emplace(day, std::move(kept));
    return std::monostate();
}

storage::reply<std::monostate> dataset_files::check_layout() {
    // All files have the layout that the first one had; of a damaged one it is not known.
    stored_files all = of_days();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return before(b, a); });
    for (const auto& file : all) {
        const auto reader = open(*file);
        if (!reader && reader.error().what == storage::verdict::retry)
            return storage::failure{storage::verdict::hold, std::nullopt, reader.error().message};
        if (!reader || !*reader) continue;
        for (const auto& [key, value] : (*reader)->key_values()) {
            if (key != layout_key) continue;
            if (value == text_of(layout_)) return std::monostate();
            return storage::failure{storage::verdict::hold, std::nullopt,
                                    "the dataset's files have another unit of time, or other "
                                    "columns of tags, than was asked for"};
        }
    }
    return std::monostate();
}

std::uint64_t dataset_files::last_number() const {
    const std::lock_guard held(mutex_);
    std::uint64_t last = 0;
    for (const auto& [day, files] : days_) last = std::max(last, files.back()->name.last);
    return last;
}

stored_files dataset_files::of_days(std::int64_t first, std::int64_t last) const {
    const std::lock_guard held(mutex_);
    stored_files out;
    for (auto day = days_.lower_bound(first); day != days_.end() && day->first <= last; ++day)
        out.insert(out.end(), day->second.begin(), day->second.end());
    return out;
}

storage::reply<std::monostate> dataset_files::make_folder(std::int64_t day) {
    {
        const std::lock_guard held(mutex_);
        if (days_.contains(day)) return std::monostate();
    }
    if (!files_.make_folder(folder_of(day)) || !files_.sync_directory({}))
        return io_failure("a folder of the dataset cannot be made: " + folder_of(day));
    return std::monostate();
}

storage::reply<std::shared_ptr<stored_file>> dataset_files::write(
    const stored_name& name, std::span<const sample_slice> slices) {
    if (const auto ok = make_folder(name.day); !ok) return ok.error();
    auto made = std::make_shared<stored_file>(name);
    layer_sink to(files_, made->path + std::string(unfinished));
    if (const auto ok = write_rows(to, slices); !ok) return about(*made, ok.error());
    if (!to.publish(made->path, folder_of(name.day)))
        return io_failure(made->path + ": the file cannot be made durable");
    std::uint64_t rows = 0;
    time_bounds bounds{INT64_MAX, INT64_MIN};
    for (const sample_slice& s : slices) {
        rows += s.samples.size();
        bounds.first = std::min(bounds.first, s.samples.front().time);
        bounds.last = std::max(bounds.last, s.samples.back().time);
    }
    made->rows = rows;
    made->bounds = bounds;
    return made;
}

storage::reply<std::monostate> dataset_files::write_rows(sink& to,
                                                         std::span<const sample_slice> slices) {
    writer_options how = how_;
    how.sort_by = order_of(layout_);
    how.key_values.emplace_back(layout_key, text_of(layout_));
    auto out = file_writer::create(to, schema_of(layout_), std::move(how));
    if (!out) return out.error();
    point_rows rows(layout_);
    storage::point p;
    for (const sample_slice& slice : slices) {
        p.metric = slice.series->metric;
        p.service = slice.series->service;
        p.tags = slice.series->tags;
        for (const sample& s : slice.samples) {
            p.timestamp = s.time;
            p.value = s.value;
            if (auto why = rows.add(p)) return refused(why->message);
            if (rows.size() < batch_points) continue;
            if (const auto ok = out->write(rows.take()); !ok) return ok.error();
        }
    }
    if (rows.size() > 0)
        if (const auto ok = out->write(rows.take()); !ok) return ok.error();
    if (const auto ok = out->finish(); !ok) return ok.error();
    return std::monostate();
}

stored_files dataset_files::publish(const stored_files& made) {
    const std::lock_guard held(mutex_);
    stored_files gone;
    for (const auto& file : made) {
        stored_files next;
        for (const auto& old : days_[file->name.day]) {
            // A log that was cut again after a failure has made the same file again.
            if (old->name == file->name) continue;
            (replaces(file->name, old->name) ? gone : next).push_back(old);
        }
        next.push_back(file);
        std::sort(next.begin(), next.end(), before);
        days_[file->name.day] = std::move(next);
    }
    return gone;
}

storage::reply<std::monostate> dataset_files::remove(const stored_files& gone) {
    bool stays = false;
    std::set<std::int64_t> days;
    for (const auto& file : gone) {
        const bool removed = remove_if_there(files_, file->path).has_value();
        stays = stays || !removed;
        days.insert(file->name.day);
        if (!removed) continue;
        const std::lock_guard held(mutex_);
        const auto day = days_.find(file->name.day);
        if (day == days_.end()) continue;
        std::erase(day->second, file);
        if (day->second.empty()) days_.erase(day);
    }
    for (const std::int64_t day : days) {
        const std::string folder = folder_of(day);
        // Of a folder that is gone nothing comes back.
        stays = stays || (!files_.sync_directory(folder) && files_.list(folder));
        bool empty = false;
        {
            const std::lock_guard held(mutex_);
            empty = !days_.contains(day);
        }
        // Other files may be in it; then it stays.
        if (empty) (void)files_.remove_folder(folder);
    }
    if (stays) return io_failure("a file of the dataset cannot be removed");
    return std::monostate();
}

storage::reply<std::monostate> dataset_files::set_aside(const stored_file& damaged) {
    const auto there = files_.open_existing(damaged.path);
    if (there) files_.close(*there);
    const bool gone = !there && there.error() == errc::not_found;
    if (!gone && (!files_.rename(damaged.path, damaged.path + std::string(damaged_suffix)) ||
                  !files_.sync_directory(folder_of(damaged.name.day))))
        return io_failure(damaged.path + ": the damaged file cannot be renamed");
    const std::lock_guard held(mutex_);
    const auto day = days_.find(damaged.name.day);
    if (day == days_.end()) return std::monostate();
    std::erase_if(day->second, [&](const auto& file) { return file->name == damaged.name; });
    if (day->second.empty()) days_.erase(day);
    return std::monostate();
}

storage::reply<std::shared_ptr<const file_reader>> dataset_files::open(stored_file& file) {
    using opened = std::shared_ptr<const file_reader>;
    {
        const std::lock_guard held(mutex_);
        if (file.reader) return file.reader;
    }
    const auto descriptor = files_.open_existing(file.path);
    if (!descriptor && descriptor.error() == errc::not_found) return opened();
    if (!descriptor) return io_failure(file.path + ": the file cannot be opened");
    const auto size = files_.size(*descriptor);
    std::shared_ptr<source> from;
    try {
        from = std::make_shared<layer_source>(files_, *descriptor, size ? *size : 0, bytes_read_);
    } catch (...) {
        files_.close(*descriptor);
        throw;
    }
    if (!size) return io_failure(file.path + ": the file cannot be read");
    auto reader = file_reader::open(std::move(from), limits_);
    if (!reader) return about(file, reader.error());
    auto shared = std::make_shared<const file_reader>(std::move(*reader));

    const std::lock_guard held(mutex_);
    file.rows = shared->rows();
    file.bounds = shared->bounds("timestamp");
    if (++open_ > most_open) {
        for (auto& [day, files] : days_)
            for (const auto& other : files) other->reader.reset();
        open_ = 1;
    }
    file.reader = shared;
    return opened(shared);
}

storage::reply<std::uint64_t> dataset_files::rows_of(stored_file& file) {
    {
        const std::lock_guard held(mutex_);
        if (file.rows) return *file.rows;
    }
    const auto reader = open(file);
    if (!reader) return reader.error();
    return *reader ? (*reader)->rows() : 0;
}

storage::reply<std::optional<row_cursor>> dataset_files::begin(stored_file& file,
                                                               const selection& rows) {
    const auto reader = open(file);
    if (!reader) return reader.error();
    if (!*reader && !is_listed(file)) return std::optional<row_cursor>();
    if (!*reader) return refused(file.path + ": the file is gone");
    auto cursor = (*reader)->read(rows);
    if (!cursor) return about(file, cursor.error());
    return std::optional<row_cursor>(std::move(*cursor));
}

storage::reply<bool> dataset_files::read_metrics(stored_file& file, storage::deadline until,
                                                 std::set<std::string>& to) {
    selection rows;
    rows.columns = {"metric_name"};
    auto cursor = begin(file, rows);
    if (!cursor) return cursor.error();
    if (!*cursor) return false;
    batch some;
    std::vector<std::uint8_t> seen;
    for (;;) {
        if (storage::clock::now() >= until) return no_time();
        const auto more = (*cursor)->next(some);
        if (!more) return about(file, more.error());
        if (!*more) return true;
        const column& metrics = some.columns.front();
        if (!metrics.texts) return refused(file.path + ": the metrics are no text");
        seen.assign(metrics.texts->size(), 0);
        for (const std::uint32_t index : metrics.indices) seen[index] = 1;
        for (std::size_t i = 0; i < seen.size(); ++i)
            if (seen[i] != 0) to.insert((*metrics.texts)[i]);
    }
}

storage::reply<bool> dataset_files::read(stored_file& file, const storage::range_query& what,
                                         storage::deadline until,
                                         const std::function<bool(const storage::point&)>& wanted,
                                         series_samples& to) {
    {
        const std::lock_guard held(mutex_);
        if (file.bounds && (file.bounds->last < what.start || file.bounds->first > what.end))
            return true;
    }
    selection rows;
    rows.time_column = "timestamp";
    rows.start = what.start;
    rows.end = what.end;
    if (!what.metric.empty()) rows.equal.emplace_back("metric_name", what.metric);
    if (!what.service.empty()) rows.equal.emplace_back("service_name", what.service);
    auto begun = begin(file, rows);
    if (!begun) return begun.error();
    if (!*begun) return false;
    row_cursor& cursor = **begun;
    const auto points = point_reader::of(cursor.schema());
    if (!points) return about(file, points.error());
    batch some;
    std::vector<storage::point> found;
    for (;;) {
        if (storage::clock::now() >= until) return no_time();
        const auto more = cursor.next(some);
        if (!more) return about(file, more.error());
        if (!*more) return true;
        found.clear();
        const auto ok = points->append(some, found, [&](const storage::point& p) {
            return p.timestamp >= what.start && p.timestamp <= what.end &&
                   (what.metric.empty() || p.metric == what.metric) &&
                   (what.service.empty() || p.service == what.service) && (!wanted || wanted(p));
        });
        if (!ok) return about(file, ok.error());
        for (const storage::point& p : found) to.add(p);
        if (to.size() > what.most)
            if (to.settle(); to.size() > what.most)
                return storage::failure{storage::verdict::refused, std::nullopt,
                                        "more than " + std::to_string(what.most) + " points"};
    }
}

bool dataset_files::is_listed(const stored_file& file) const {
    const std::lock_guard held(mutex_);
    const auto day = days_.find(file.name.day);
    return day != days_.end() &&
           std::any_of(day->second.begin(), day->second.end(),
                       [&](const auto& one) { return one->name == file.name; });
}

std::size_t dataset_files::count() const {
    const std::lock_guard held(mutex_);
    std::size_t n = 0;
    for (const auto& [day, files] : days_) n += files.size();
    return n;
}

}  // namespace chronopack::parquet
