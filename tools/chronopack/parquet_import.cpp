#include "parquet_import.hpp"

#include "parquet_input.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace chronopack::tool {

using input::failure;
using input::fault;
using input::tick;
using kind = parquet_input::kind;

namespace {

std::int64_t step_of(tick unit) noexcept {
    return 1'000'000'000 / input::ticks_per_second(unit);
}

tick unit_of(std::int64_t step) noexcept {
    return step == 1           ? tick::nanoseconds
           : step == 1'000     ? tick::microseconds
           : step == 1'000'000 ? tick::milliseconds
                               : tick::seconds;
}

class importer {
public:
    importer(const std::string& file, const input::csv_request& asked, input::sample_sink& to,
             const input::read_options& how)
        : file_(file), asked_(asked), to_(to), how_(how), from_(file) {
        done_.bytes = from_.bytes();
        choose_time();
        choose_columns();
        done_.layout = "time from column " + column(time_).name + " (kept in " +
                       std::string(name(done_.unit)) + "); values: " + names_of(values_) +
                       (labels_.empty() ? "" : "; labels: " + names_of(labels_));
    }

    parquet_import read() && {
        std::vector<std::size_t> numbers{time_};
        numbers.insert(numbers.end(), values_.begin(), values_.end());
        numbers.insert(numbers.end(), labels_.begin(), labels_.end());
        from_.read(numbers);
        parquet_input::rows rows;
        while (!to_.full() && from_.next(rows)) {
            known_.clear();
            for (std::size_t row = 0; row < rows.count && !to_.full(); ++row) take(rows, row);
            row_ += rows.count;
        }
        return done_;
    }

private:
    [[nodiscard]] const parquet_input::column& column(std::size_t number) const {
        return from_.columns()[number];
    }
    [[nodiscard]] std::string names_of(const std::vector<std::size_t>& numbers) const {
        std::string text;
        for (const std::size_t number : numbers)
            text += (text.empty() ? "" : ", ") + column(number).name;
        return text;
    }
    [[nodiscard]] std::size_t find(const std::string& name) const {
        const auto& all = from_.columns();
        const auto at =
            std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
        if (at == all.end()) throw failure(fault::usage, {file_}, "there is no column " + name);
        return static_cast<std::size_t>(at - all.begin());
    }
    [[nodiscard]] std::optional<std::size_t> first_of(kind what) const {
        for (std::size_t c = 0; c < from_.columns().size(); ++c)
            if (column(c).what == what) return c;
        return std::nullopt;
    }

    void choose_time() {
        const auto first = first_of(kind::time);
        const input::time_request& wanted = asked_.time;
        if (wanted.rows || wanted.unit_by_size || !wanted.format.empty() || !wanted.zone.empty())
            throw failure(fault::usage, {file_},
                          "its times have a type: --rows, --time-format, --zone and --time-unit "
                          "auto are for text");
        if (wanted.column.empty() && !first)
            throw failure(fault::data, {file_},
                          "there is no column of timestamps; --time names a column of integers");
        time_ = wanted.column.empty() ? *first : find(wanted.column);
        tick own = unit_of(column(time_).step);
        if (column(time_).what == kind::integer && !column(time_).is_unsigned) {
            if (!wanted.unit)
                throw failure(fault::usage, {file_},
                              "the column " + column(time_).name +
                                  " has no unit of time; --time-unit says which it is");
            own = *wanted.unit;
        } else if (column(time_).what != kind::time) {
            throw failure(fault::usage, {file_},
                          "the column " + column(time_).name + " has no times");
        }
        from_step_ = step_of(own);
        done_.unit = wanted.kept.value_or(wanted.unit.value_or(own));
        if (done_.unit == tick::row)
            throw failure(fault::data, {file_}, "it has times, and the files before have none");
        to_step_ = step_of(done_.unit);
    }

    void choose_columns() {
        for (const std::string& name : asked_.labels) labels_.push_back(find(name));
        for (const std::size_t c : labels_)
            if (column(c).what == kind::real || column(c).what == kind::time ||
                column(c).what == kind::other)
                throw failure(fault::usage, {file_},
                              "the column " + column(c).name + " cannot be a label");
        const auto is_label = [&](std::size_t c) {
            return std::find(labels_.begin(), labels_.end(), c) != labels_.end();
        };
        for (const std::string& name : asked_.values) values_.push_back(find(name));
        for (std::size_t c = 0; c < from_.columns().size(); ++c) {
            if (c == time_ || is_label(c)) continue;
            const kind what = column(c).what;
            if (what == kind::text || what == kind::tags) labels_.push_back(c);
            if (asked_.values.empty() && (what == kind::real || what == kind::integer))
                values_.push_back(c);
        }
        if (values_.empty()) throw failure(fault::data, {file_}, "there is no column of numbers");
        for (const std::size_t c : values_) {
            if (column(c).what != kind::real && column(c).what != kind::integer)
                throw failure(fault::usage, {file_},
                              "the column " + column(c).name + " has no numbers");
            done_.value_columns.push_back(column(c).name);
        }
        for (const std::string& name : asked_.integers)
            if (name != "*" && column(find(name)).what != kind::integer)
                throw failure(fault::usage, {file_}, "the column " + name + " has no integers");
    }

    void take(const parquet_input::rows& rows, std::size_t row) {
        try {
            const std::int64_t at = time_of(rows.columns[0], row);
            const std::vector<std::size_t>& series = series_of(rows, row);
            for (std::size_t v = 0; v < values_.size(); ++v) {
                const parquet_input::values& value = rows.columns[1 + v];
                if (!value.has(row)) continue;
                if (column(values_[v]).what == kind::real)
                    to_.append(series[v], at, value.reals[row]);
                else if (column(values_[v]).is_unsigned && value.integers[row] < 0)
                    throw failure(fault::data, "an integer is past what int64 can hold");
                else
                    to_.append(series[v], at, value.integers[row]);
            }
        } catch (const input::unordered& wrong) {
            throw input::unordered({file_}, in_row(row) + wrong.message());
        } catch (const input::too_many& wrong) {
            throw input::too_many({file_}, in_row(row) + wrong.message());
        } catch (const failure& wrong) {
            const failure placed(wrong.whose(), {file_}, in_row(row) + wrong.message());
            if (!how_.on_bad || wrong.whose() != fault::data) throw placed;
            how_.on_bad(placed);
            ++done_.bad;
        }
    }

    [[nodiscard]] std::string in_row(std::size_t row) const {
        return "row " + std::to_string(row_ + row + 1) + ": ";
    }

    [[nodiscard]] std::int64_t time_of(const parquet_input::values& times, std::size_t row) const {
        if (!times.has(row)) throw failure(fault::data, "there is no time");
        const std::int64_t count = times.integers[row];
        if (from_step_ >= to_step_) {
            std::int64_t out = 0;
            if (!__builtin_mul_overflow(count, from_step_ / to_step_, &out)) return out;
            throw failure(fault::data, "the time is past what " + std::string(name(done_.unit)) +
                                           " in int64 can hold");
        }
        const std::int64_t by = to_step_ / from_step_;
        if (count % by == 0) return count / by;
        throw failure(fault::data, "the time is finer than the unit, " +
                                       std::string(name(done_.unit)) +
                                       "; --time-unit sets the unit");
    }

    // Indices are those of a batch, and so are the series that are known.
    [[nodiscard]] const std::vector<std::size_t>& series_of(const parquet_input::rows& rows,
                                                            std::size_t row) {
        key_.clear();
        for (std::size_t l = 0; l < labels_.size(); ++l) {
            const parquet_input::values& of = rows.columns[1 + values_.size() + l];
            const bool integer = column(labels_[l]).what == kind::integer;
            key_.push_back(!of.has(row) ? -1
                           : integer    ? of.integers[row]
                                        : static_cast<std::int64_t>(of.indices[row]));
            key_.push_back(of.has(row));
        }
        const auto [at, is_new] = known_.try_emplace(key_);
        if (!is_new && !at->second.empty()) return at->second;
        std::vector<label> pairs = labels_of(rows, row);
        const bool named = std::any_of(pairs.begin(), pairs.end(),
                                       [](const label& l) { return l.name == "__name__"; });
        std::vector<std::size_t> series;
        for (const std::size_t c : values_) {
            std::vector<label> all = pairs;
            if (!named) all.push_back({"__name__", column(c).name});
            if (named && values_.size() > 1) all.push_back({"_field", column(c).name});
            const auto type = column(c).what == kind::integer ? input::value_type::integers
                                                              : input::value_type::doubles;
            series.push_back(to_.add(std::move(all), type, done_.unit));
        }
        return at->second = std::move(series);
    }

    [[nodiscard]] std::vector<label> labels_of(const parquet_input::rows& rows,
                                               std::size_t row) const {
        std::vector<label> pairs;
        const auto add = [&](std::string name, std::string value) {
            // An empty label counts as absent, as in CSV.
            if (!value.empty()) pairs.push_back({std::move(name), std::move(value)});
        };
        for (std::size_t l = 0; l < labels_.size(); ++l) {
            const parquet_input::values& of = rows.columns[1 + values_.size() + l];
            const parquet_input::column& from = column(labels_[l]);
            if (!of.has(row)) continue;
            const std::string name = from.name == "metric_name"    ? "__name__"
                                     : from.name == "service_name" ? "job"
                                                                   : from.name;
            if (from.what == kind::integer)
                add(name, std::to_string(of.integers[row]));
            else if (from.what == kind::text)
                add(name, of.texts[of.indices[row]]);
            else
                for (const auto& [tag, value] : of.tags[of.indices[row]]) add(tag, value);
        }
        return pairs;
    }

    std::string file_;
    const input::csv_request& asked_;
    input::sample_sink& to_;
    const input::read_options& how_;
    parquet_input from_;
    std::size_t time_ = 0;
    std::vector<std::size_t> values_, labels_;
    std::int64_t from_step_ = 1, to_step_ = 1;
    std::map<std::vector<std::int64_t>, std::vector<std::size_t>> known_;
    std::vector<std::int64_t> key_;
    std::uint64_t row_ = 0;  // of the batch's first
    parquet_import done_;
};

}  // namespace

parquet_import import_parquet(const std::string& file, const input::csv_request& asked,
                              input::sample_sink& to, const input::read_options& how) {
    return importer(file, asked, to, how).read();
}

}  // namespace chronopack::tool
