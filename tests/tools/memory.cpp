// What reading text takes in memory, counted by operator new: no more than a multiple
// of the text, what the labels of all series may take, and a constant, whatever the
// text is.

#include "input/line_import.hpp"
#include "input/csv_import.hpp"
#include "input/raw_import.hpp"
#include "input/series.hpp"

#include "support/counted_new.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::input;
using chronopack::test::live_bytes;
using chronopack::test::peak_bytes;
using chronopack::test::reset_peak;

namespace {

constexpr std::size_t label_bytes = std::size_t{4} << 20;
// The window's pieces, the longest record twice, and one set of labels being made.
constexpr std::size_t constant = std::size_t{24} << 20;

// Takes samples and keeps none, as an archive does that has written them; of series it
// keeps the labels.
class forgetting_sink final : public sample_sink {
public:
    std::size_t add(std::vector<label> names, value_type type, tick unit) override {
        return labels_.add(std::move(names), type, unit);
    }
    void append(std::size_t, std::int64_t, double) override { ++samples; }
    void append(std::size_t, std::int64_t, std::int64_t) override { ++samples; }

    std::size_t samples = 0;

private:
    collector labels_{"", SIZE_MAX, label_bytes};
};

struct reading {
    std::size_t peak = 0;
    std::size_t samples = 0;
    std::string refused;
};

template <class Read>
reading read_counted(Read read) {
    const std::size_t before = live_bytes();
    reset_peak();
    reading seen;
    {
        forgetting_sink to;
        try {
            read(to);
        } catch (const failure& wrong) {
            seen.refused = wrong.message();
        }
        seen.samples = to.samples;
    }
    seen.peak = peak_bytes() - before;
    return seen;
}

reading read_lines(const std::string& text, const read_options& how = {}) {
    return read_counted([&](sample_sink& to) {
        memory_source from(text);
        import_lines(from, "x.lp", {}, to, how);
    });
}

reading read_csv(const std::string& text, const csv_request& asked = {}) {
    return read_counted([&](sample_sink& to) {
        memory_source from(text);
        import_csv(from, "x.csv", asked, to);
    });
}

std::string repeated(std::size_t n, const std::function<std::string(std::size_t)>& piece) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += piece(i);
    return text;
}

std::string number(std::size_t i) {
    return std::to_string(i);
}

// One line of many tags and many fields: each field is a series with all the tags.
std::string wide_line(std::size_t tags, std::size_t fields) {
    return "m" + repeated(tags, [](std::size_t i) { return ",t" + number(i) + "=v"; }) + " " +
           repeated(fields,
                    [](std::size_t i) { return (i == 0 ? "f" : ",f") + number(i) + "=1"; }) +
           " 0\n";
}

}  // namespace

TEST_CASE("lines take memory by their tag sets, not by their number", "[memory][line]") {
    for (const std::size_t lines : {std::size_t{1000}, std::size_t{200'000}}) {
        const auto text = repeated(lines, [](std::size_t i) {
            return "cpu,host=h" + number(i % 10) + " usage=0.5,tasks=3i " + number(i) + "\n";
        });
        const reading seen = read_lines(text);
        CHECK(seen.refused.empty());
        CHECK(seen.samples == 2 * lines);
        CHECK(seen.peak <= constant);
    }
}

TEST_CASE("a line of many tags and fields takes no more memory than labels may", "[memory][line]") {
    const std::string text = wide_line(20'000, 300);
    const reading seen = read_lines(text);
    CHECK(seen.refused.starts_with("more than 4,194,304 bytes of memory for labels"));
    CHECK(seen.peak <= constant + 2 * label_bytes + 20 * text.size());
}

TEST_CASE("the limit of labels ends a run that skips bad records", "[memory][line]") {
    const std::string text = wide_line(20'000, 300);
    std::size_t skipped = 0;
    read_options how;
    how.on_bad = [&](const failure&) {
        ++skipped;
    };
    const reading seen = read_lines(text, how);
    CHECK_FALSE(seen.refused.empty());
    CHECK(skipped == 0);
}

TEST_CASE("fields that are new in every line are found in time linear in the text",
          "[memory][line]") {
    // Were each looked up among all before it, these would be 10^10 comparisons.
    constexpr std::size_t fields = 40'000;
    std::string text;
    for (std::size_t line = 0; line < 10; ++line)
        text += "m " +
                repeated(fields,
                         [&](std::size_t i) {
                             const std::size_t field = line % 2 == 0 ? i : fields - 1 - i;
                             return (i == 0 ? "f" : ",f") + number(field) + "=1";
                         }) +
                " " + number(line) + "\n";
    const reading seen = read_counted([&](sample_sink& to) {
        memory_source from(text);
        import_lines(from, "x.lp", {}, to);
    });
    CHECK(seen.samples <= 10 * fields);
    CHECK(seen.peak <= constant + 2 * label_bytes + 40 * text.size());
}

TEST_CASE("tag sets that never come back take a multiple of their text", "[memory][line]") {
    const auto text = repeated(20'000, [](std::size_t i) {
        return "cpu,host=h" + number(i) + " usage=0.5 " + number(i) + "\n";
    });
    const reading seen = read_lines(text);
    CHECK(seen.samples == 20'000);
    CHECK(seen.peak <= constant + 2 * label_bytes + 40 * text.size());
}

TEST_CASE("records of CSV take memory by their label sets, not by their number", "[memory][csv]") {
    for (const std::size_t rows : {std::size_t{1000}, std::size_t{200'000}}) {
        const auto text = "time,host,load\n" + repeated(rows, [](std::size_t i) {
                              return number(i / 10) + ",h" + number(i % 10) + ",0.5\n";
                          });
        const reading seen = read_csv(text);
        CHECK(seen.refused.empty());
        CHECK(seen.samples == rows);
        CHECK(seen.peak <= constant);
    }
}

TEST_CASE("many columns of labels and of values take no more memory than labels may",
          "[memory][csv]") {
    constexpr std::size_t each = 400;
    csv_request asked;
    for (std::size_t i = 0; i < each; ++i) {
        asked.labels.push_back("l" + number(i));
        asked.values.push_back("v" + number(i));
    }
    const auto row = [&](const char* first, const char* label, const char* value) {
        return std::string(first) +
               repeated(each,
                        [&](std::size_t i) {
                            return "," + std::string(label) + (label[0] == 'l' ? number(i) : "");
                        }) +
               repeated(each,
                        [&](std::size_t i) {
                            return "," + std::string(value) + (value[0] == 'v' ? number(i) : "");
                        }) +
               "\n";
    };
    const std::string text = row("time", "l", "v") + row("1", "x", "1");
    const reading seen = read_csv(text, asked);
    CHECK(seen.refused.starts_with("more than 4,194,304 bytes of memory for labels"));
    CHECK(seen.peak <= constant + 2 * label_bytes + 100 * text.size());
}

TEST_CASE("one long record of CSV takes a multiple of its text", "[memory][csv]") {
    const auto text = "time,v\n1," + std::string(std::size_t{1} << 20, '1') + "\n2,3\n";
    CHECK(read_csv(text).peak <= constant + 20 * text.size());
}

TEST_CASE("raw columns take the same memory whatever their length", "[memory][raw]") {
    for (const std::size_t n : {std::size_t{1000}, std::size_t{2'000'000}}) {
        const std::string bytes(8 * n, '\0');
        const reading seen = read_counted([&](sample_sink& to) {
            memory_source from(bytes);
            import_raw(from, "x.f64", nullptr, "", {.name = "x"}, to);
        });
        CHECK(seen.refused.empty());
        CHECK(seen.samples == n);
        CHECK(seen.peak <= constant);
    }
}
