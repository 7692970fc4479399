#include "bucket_text.hpp"
#include "command.hpp"
#include "output_request.hpp"
#include "selected.hpp"
#include "input/series_text.hpp"
#include "text_output.hpp"
#include "text_parts.hpp"
#include "time_bounds.hpp"
#include "value_text.hpp"
#include "input/words.hpp"

#include <chronopack/rollup/rollup.hpp>

#include <array>
#include <set>

namespace chronopack::tool {

namespace {

struct request {
    archive_request archive;
    std::vector<std::string> selectors;
    std::string every, zone, from, to;
    std::vector<std::string> aggregates{"count", "min", "max", "mean"};
    std::uint64_t empty_rows = 0;
    std::string format = "csv";
    output_request output;
    bool quiet = false;
};

constexpr std::array<const char*, 13> all_aggregates{"count",
                                                     "nans",
                                                     "min",
                                                     "max",
                                                     "sum",
                                                     "mean",
                                                     "first",
                                                     "last",
                                                     "start",
                                                     "end",
                                                     "increase",
                                                     "resets",
                                                     "time_weighted_mean"};

/// Returns a time as CSV or JSON writes it: a date is text, and a row number is a number.
std::string time_field(std::int64_t at, input::tick unit, bool json) {
    const std::string text = time_text(at, unit);
    return json && unit != input::tick::row ? '"' + text + '"' : text;
}

template <class V>
void print_aggregate(fmt::memory_buffer& out, const std::string& name, const rollup_row<V>& row,
                     input::tick unit, bool json) {
    const aggregate<V>& a = row.values;
    const auto number = [&](auto v) {
        if constexpr (std::is_same_v<decltype(v), double>)
            if (json)
                print_json_value(out, v);
            else
                print_value(out, v);
        else
            fmt::format_to(fmt::appender(out), "{}", v);  // v has 64 bits, or 128
    };
    const auto time = [&](std::int64_t t) {
        append(out, time_field(t, unit, json));
    };
    const auto none = [&] {
        if (json) append(out, "null");
    };
    if (name == "count") return number(a.count);
    if (name == "nans") return number(a.nans);
    if (name == "time_weighted_mean") {
        const double mean = row.time_weighted_mean();
        return is_nan(mean) ? none() : number(mean);
    }
    if (a.count == 0) return none();
    if (name == "first") return number(a.first);
    if (name == "last") return number(a.last);
    if (name == "start") return time(a.first_timestamp);
    if (name == "end") return time(a.last_timestamp);
    if (a.numbers() == 0) return none();
    if (name == "min") return number(a.min);
    if (name == "max") return number(a.max);
    if (name == "sum") return number(a.sum);
    if (name == "mean") return number(a.mean());
    if (name == "increase") return number(a.increase());
    if (name == "resets") return number(a.resets());
}

class rollup_printer {
public:
    rollup_printer(const request& asked, const archive_file& archive,
                   const std::vector<std::size_t>& numbers, const destination& to)
        : asked_(asked),
          archive_(archive),
          numbers_(numbers),
          bounds_(asked.from, asked.to),
          buckets_(asked.every, asked.zone),
          out_(to),
          json_(asked.format == "jsonl"),
          time_name_(archive.has_rows() ? "row" : "time") {
        if (archive.has_rows()) bounds_.expect_counts();
    }

    void print() && {
        if (!json_) print_header();
        for (const std::size_t number : numbers_)
            if (archive_.series()[number].integers)
                roll<std::int64_t>(number);
            else
                roll<double>(number);
        out_.finish();
        if (!asked_.quiet)
            fmt::print(stderr, "{}; {} answered by headers, {} decoded\n",
                       input::counted(counts_.rows, "row"),
                       input::counted(counts_.frames_from_header, "frame"),
                       input::counted(counts_.blocks_decoded, "block"));
    }

private:
    void print_header() {
        auto& out = out_.buffer();
        append(out, time_name_);
        for (const std::size_t number : numbers_)
            for (const label& one : archive_.series()[number].labels.pairs())
                names_.insert(one.name);
        for (const std::string& name : names_) {
            out.push_back(',');
            print_field(out, name);
        }
        for (const std::string& name : asked_.aggregates) append(out, ',' + name);
        out.push_back('\n');
    }

    template <class V>
    void roll(std::size_t number) {
        const input::tick unit = archive_.tick(number);
        const labels& names = archive_.series()[number].labels;
        const std::string prefix = json_ ? ",\"labels\":" + json_of(names) : fields_of(names);
        const auto print_row = [&](const rollup_row<V>& row) {
            print(row, prefix, unit);
            out_.settle();
        };
        rollup_options how;
        how.range = bounds_.in(archive_.unit(number));
        how.max_empty_rows = asked_.empty_rows;
        for (const std::string& name : asked_.aggregates)
            how.time_weighted |= name == "time_weighted_mean";
        const auto reader = archive_.read<V>(number);
        const auto done =
            std::visit([&](const auto& buckets) { return rollup(reader, buckets, print_row, how); },
                       buckets_.in(unit));
        if (!done) fail(number, done.error());
        counts_.rows += done->rows;
        counts_.frames_from_header += done->frames_from_header;
        counts_.blocks_decoded += done->blocks_decoded;
    }

    [[noreturn]] void fail(std::size_t number, errc error) const {
        const std::string name =
            input::printable(input::series_text(archive_.series()[number].labels, 120), 120);
        if (error == errc::unordered)
            throw failure(fault::data, {archive_.name()},
                          name +
                              ": its frames overlap in time; chronopack compress --sort puts "
                              "an archive in order");
        if (error == errc::out_of_range)
            throw failure(
                fault::data, {archive_.name()},
                name + ": more than " + input::grouped(asked_.empty_rows) + " empty rows");
        archive_.fail(number, error);
    }

    [[nodiscard]] std::string fields_of(const labels& names) const {
        fmt::memory_buffer fields;
        for (const std::string& name : names_) {
            fields.push_back(',');
            print_field(fields, names[name]);
        }
        return fmt::to_string(fields);
    }

    template <class V>
    void print(const rollup_row<V>& row, const std::string& prefix, input::tick unit) {
        auto& out = out_.buffer();
        if (json_) append(out, "{\"" + time_name_ + "\":");
        append(out, time_field(row.bucket.first, unit, json_));
        append(out, prefix);
        for (const std::string& name : asked_.aggregates) {
            append(out, json_ ? ",\"" + name + "\":" : ",");
            print_aggregate(out, name, row, unit, json_);
        }
        append(out, json_ ? "}\n" : "\n");
    }

    const request& asked_;
    const archive_file& archive_;
    const std::vector<std::size_t>& numbers_;
    time_bounds bounds_;
    bucket_request buckets_;
    text_output out_;
    bool json_;
    std::string time_name_;
    std::set<std::string> names_;
    rollup_counts counts_;
};

int rollup_command(const request& asked) {
    const store_part wanted{selectors_of(asked.selectors), {asked.from, asked.to}};
    const destination to = asked.output.checked(content::text, {asked.archive.file});
    const archive_file archive(asked.archive, wanted);
    const auto numbers = selected(archive, wanted.selectors);
    rollup_printer(asked, archive, numbers, to).print();
    return 0;
}

}  // namespace

void add_rollup(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    CLI::App* const command = add_command(
        app, "rollup",
        "Aggregates series over buckets of time, as CSV or JSON lines: a row for each bucket\n"
        "with samples. A frame that lies in one bucket is answered from its header alone.",
        "  chronopack rollup load.cpk --every 15m\n"
        "  chronopack rollup load.cpk load --every 6h --aggregates mean,time_weighted_mean\n"
        "  chronopack rollup load.cpk requests --every day --zone Europe/Berlin");
    add_archive_options(*command, asked->archive);
    command->add_option("SELECTOR", asked->selectors, "as in query; default: all series");
    command
        ->add_option("--every", asked->every,
                     "15s, 5m, 1h, 1d, ... from 1970 on; or day, week, sunday-week,\n"
                     "month, quarter or year; for row numbers a count, such as 100")
        ->type_name("BUCKET")
        ->required();
    command
        ->add_option("--zone", asked->zone,
                     "time zone of the midnights, such as Europe/Berlin, for days and\n"
                     "more, or for hours that divide a day; default: UTC")
        ->type_name("ZONE");
    command
        ->add_option("--aggregates", asked->aggregates,
                     "count, nans, min, max, sum, mean, first, last, start, end (times of\n"
                     "these), increase and resets (of counters), time_weighted_mean")
        ->type_name("NAME,...")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember(std::set<std::string>(all_aggregates.begin(), all_aggregates.end()))
                    .description(""))
        ->default_str("count,min,max,mean");
    command->add_option("--from", asked->from, "as in query")->type_name("TIME");
    command->add_option("--to", asked->to, "as in query")->type_name("TIME");
    command
        ->add_option("--empty-rows", asked->empty_rows,
                     "also print rows for empty buckets, at most so many a series")
        ->type_name("N")
        ->capture_default_str();
    add_text_output(*command, asked->output);
    command->add_option("--to-format", asked->format, "csv, or jsonl: one JSON object a row")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"csv", "jsonl"}).description(""))
        ->capture_default_str();
    command->add_flag("-q,--quiet", asked->quiet, "print nothing but errors on stderr");
    command->callback([asked, &todo] {
        todo = [asked] {
            return rollup_command(*asked);
        };
    });
}

}  // namespace chronopack::tool
