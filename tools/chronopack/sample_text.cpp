#include "sample_text.hpp"

#include "input/failure.hpp"
#include "input/series_text.hpp"
#include "text_output.hpp"
#include "text_parts.hpp"
#include "value_text.hpp"
#include "input/words.hpp"

#include <algorithm>
#include <set>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

constexpr std::size_t most_merged = std::size_t{64} << 20;  // bytes that merging columns may take

class sample_printer {
public:
    sample_printer(const archive_file& archive, const std::vector<std::size_t>& numbers,
                   const time_bounds& bounds, const text_request& asked, const destination& to)
        : archive_(archive), numbers_(numbers), bounds_(bounds), asked_(asked), out_(to) {
        for (const std::size_t number : numbers) units_.push_back(archive.unit(number));
        if (archive.has_rows()) {
            if (asked.time == "dates")
                throw failure(fault::usage,
                              "--time-as dates: the times of this archive are row numbers");
            bounds.expect_counts();
            time_name_ = "row";
            return;
        }
        dates_ = asked.time == "dates" || (asked.time == "auto" && all_have_dates());
        if (dates_ && asked.time == "dates" && !all_have_dates())
            throw failure(fault::data, {archive.name()},
                          "times outside the years 0000 to 9999; --time-as count prints them");
    }

    void print() && {
        if (asked_.format == "jsonl")
            print_each(
                [this](std::size_t i) { prepare_json(i); },
                [this](std::size_t i, std::int64_t at, auto value) { print_json(i, at, value); });
        else if (is_wide())
            print_wide();
        else
            print_long();
        out_.finish();
    }

private:
    [[nodiscard]] const archived_series& series(std::size_t i) const {
        return archive_.series()[numbers_[i]];
    }

    [[nodiscard]] bool all_have_dates() const {
        for (std::size_t i = 0; i < numbers_.size(); ++i)
            for (const archived_frame& f : series(i).frames)
                if (!has_date(f.min_timestamp, units_[i]) || !has_date(f.max_timestamp, units_[i]))
                    return false;
        return true;
    }

    [[nodiscard]] bool is_wide() const {
        if (asked_.shape == "long") return false;
        const std::string why_not = why_not_wide();
        if (asked_.shape == "wide" && !why_not.empty())
            throw failure(fault::data, {archive_.name()}, "--shape wide: " + why_not);
        return why_not.empty() && (asked_.shape == "wide" || merged_bytes() <= most_merged);
    }

    /// Returns the memory that the wide shape needs: for each series, its largest block.
    [[nodiscard]] std::size_t merged_bytes() const {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            std::size_t most = 0;
            for (const archived_frame& f : series(i).frames)
                if (const auto info = frame::inspect(archive_.reader().frame_bytes(f)))
                    most = std::max(most, std::min(info->samples, info->block_samples));
            bytes += 16 * most;
        }
        return bytes;
    }

    [[nodiscard]] std::string why_not_wide() const {
        std::set<std::string_view> names;
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            const auto& pairs = series(i).labels.pairs();
            if (pairs.size() != 1 || pairs[0].name != "__name__" || pairs[0].value.empty())
                return input::printable(input::series_text(series(i).labels, 120), 120) +
                       " has labels besides its name";
            if (pairs[0].value == time_name_ || !names.insert(pairs[0].value).second)
                return "two columns would be called " + input::printable(pairs[0].value);
            if (!dates_ && units_[i] != units_[0]) return "the series count time in several units";
        }
        return numbers_.empty() ? "there are no series" : "";
    }

    /// Walks all samples, series by series: begin(i), then each(i, time, value).
    template <class Begin, class Each>
    void print_each(Begin begin, Each each) {
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            begin(i);
            if (series(i).integers)
                walk<std::int64_t>(i, each);
            else
                walk<double>(i, each);
        }
    }

    template <class V, class Each>
    void walk(std::size_t i, Each& each) {
        const time_range range = bounds_.in(units_[i]);
        const auto reader = archive_.read<V>(numbers_[i], range);
        auto cursor = reader.range(range.first, range.last);
        while (const auto run = cursor.next_run()) {
            for (std::size_t k = 0; k < run->values.size(); ++k)
                each(i, run->timestamps[k], run->values[k]);
            out_.settle();
        }
        if (const auto ok = cursor.status(); !ok) archive_.fail(numbers_[i], ok.error());
    }

    void prepare_json(std::size_t i) {
        print_time_.emplace(units_[i], dates_);
        head_ = "{\"" + time_name_ + (dates_ ? "\":\"" : "\":");
        rest_ = ",\"labels\":" + json_of(series(i).labels) + ",\"value\":";
    }

    template <class V>
    void print_json(std::size_t, std::int64_t at, V value) {
        auto& out = out_.buffer();
        append(out, head_);
        (*print_time_)(out, at);
        if (dates_) out.push_back('"');
        append(out, rest_);
        print_json_value(out, value);
        append(out, "}\n");
    }

    void print_long() {
        std::set<std::string> names;
        for (std::size_t i = 0; i < numbers_.size(); ++i)
            for (const label& one : series(i).labels.pairs()) names.insert(one.name);
        const auto free = [&](std::string name) {
            while (names.contains(name)) name.insert(0, 1, '_');
            return name;
        };
        auto& out = out_.buffer();
        append(out, free(time_name_));
        for (const std::string& name : names) {
            out.push_back(',');
            print_field(out, name);
        }
        append(out, ',' + free("value") + '\n');
        print_each(
            [&](std::size_t i) {
                print_time_.emplace(units_[i], dates_);
                fmt::memory_buffer fields;
                for (const std::string& name : names) {
                    fields.push_back(',');
                    print_field(fields, series(i).labels[name]);
                }
                fields.push_back(',');
                rest_ = fmt::to_string(fields);
            },
            [&](std::size_t, std::int64_t at, auto value) {
                (*print_time_)(out, at);
                append(out, rest_);
                print_value(out, value);
                out.push_back('\n');
            });
    }

    // A column of the wide shape, with the samples that are not printed yet.
    struct column {
        virtual ~column() = default;
        /// Returns false when there is no sample left.
        virtual bool ready() = 0;
        virtual std::int64_t time() const = 0;
        /// Prints the sample and moves to the next one.
        virtual void take(fmt::memory_buffer& out) = 0;
    };

    template <class V>
    struct typed_column final : column {
        typed_column(const archive_file& from, std::size_t n, time_range range)
            : archive(from),
              number(n),
              reader(from.read<V>(n, range)),
              cursor(reader.range(range.first, range.last)) {}

        bool ready() override {
            if (at < run.values.size()) return true;
            const auto more = cursor.next_run();
            if (const auto ok = cursor.status(); !ok) archive.fail(number, ok.error());
            if (!more) return false;
            run = *more;
            at = 0;
            return true;
        }
        std::int64_t time() const override { return run.timestamps[at]; }
        void take(fmt::memory_buffer& out) override { print_value(out, run.values[at++]); }

        const archive_file& archive;
        std::size_t number;
        series_reader<V> reader;
        sample_cursor<V> cursor;
        typename sample_cursor<V>::run run;
        std::size_t at = 0;
    };

    /// Nanoseconds, or ticks of the common unit where times are printed as counts.
    __extension__ using instant_key = __int128;
    [[nodiscard]] instant_key key(std::size_t i, std::int64_t at) const noexcept {
        return static_cast<instant_key>(at) * (1'000'000'000 / per_second(units_[i]));
    }

    void print_wide() {
        auto& out = out_.buffer();
        append(out, time_name_);
        std::vector<std::unique_ptr<column>> columns;
        std::vector<time_printer> print_time;
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            out.push_back(',');
            print_field(out, series(i).labels["__name__"]);
            const time_range range = bounds_.in(units_[i]);
            if (series(i).integers)
                columns.push_back(
                    std::make_unique<typed_column<std::int64_t>>(archive_, numbers_[i], range));
            else
                columns.push_back(
                    std::make_unique<typed_column<double>>(archive_, numbers_[i], range));
            print_time.emplace_back(units_[i], dates_);
        }
        out.push_back('\n');
        for (;;) {
            std::size_t first = columns.size();
            for (std::size_t i = 0; i < columns.size(); ++i)
                if (columns[i]->ready() &&
                    (first == columns.size() ||
                     key(i, columns[i]->time()) < key(first, columns[first]->time())))
                    first = i;
            if (first == columns.size()) break;
            const instant_key now = key(first, columns[first]->time());
            print_time[first](out, columns[first]->time());
            for (std::size_t i = 0; i < columns.size(); ++i) {
                out.push_back(',');
                if (columns[i]->ready() && key(i, columns[i]->time()) == now) columns[i]->take(out);
            }
            out.push_back('\n');
            out_.settle();
        }
    }

    const archive_file& archive_;
    const std::vector<std::size_t>& numbers_;
    const time_bounds& bounds_;
    const text_request& asked_;
    text_output out_;
    std::vector<time_unit> units_;
    bool dates_ = false;
    std::string time_name_ = "time";
    std::optional<time_printer> print_time_;
    std::string head_, rest_;  // the line before the time, and between the time and the value
};

}  // namespace

void add_text_options(CLI::App& app, text_request& asked) {
    add_text_output(app, asked.output);
    app.add_option("--to-format", asked.format, "csv, or jsonl: one JSON object a sample")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"csv", "jsonl"}).description(""))
        ->capture_default_str();
    app.add_option("--shape", asked.shape,
                   "of CSV: wide, a column for each series; long, a row for each sample;\n"
                   "auto, wide where series have a name and no other label")
        ->type_name("SHAPE")
        ->check(CLI::IsMember({"auto", "wide", "long"}).description(""))
        ->capture_default_str();
    app.add_option("--time-as", asked.time,
                   "dates, count (of the series' unit), or auto: dates where they lie in\n"
                   "the years 0000 to 9999")
        ->type_name("FORM")
        ->check(CLI::IsMember({"auto", "dates", "count"}).description(""))
        ->capture_default_str();
}

void print_samples(const archive_file& archive, const std::vector<std::size_t>& numbers,
                   const time_bounds& bounds, const text_request& asked, const destination& to) {
    sample_printer(archive, numbers, bounds, asked, to).print();
}

}  // namespace chronopack::tool
