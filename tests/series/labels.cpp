// Labels are found by name, and series by their labels, in time that hardly grows with their
// number.

#include <chronopack/series/series_finder.hpp>

#include <catch2/catch.hpp>

#include <chrono>

using namespace chronopack;
using chronopack::detail::archive::series_finder;

namespace {

labels numbered(std::size_t n) {
    std::vector<label> pairs;
    for (std::size_t i = 0; i < n; ++i) pairs.push_back({"name" + std::to_string(i), "v"});
    return *labels::from(std::move(pairs));
}

std::vector<archived_series> many(std::size_t n) {
    std::vector<archived_series> all(n);
    for (std::size_t i = 0; i < n; ++i)
        all[i].labels = *labels::from({{"__name__", "cpu"}, {"n", std::to_string(i)}});
    return all;
}

// Returns the seconds of the fastest of some runs of `work`.
template <class Work>
double fastest(Work work) {
    double best = 1e9;
    for (int i = 0; i < 7; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        best = std::min(
            best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

}  // namespace

TEST_CASE("every label is found by its name, and no other", "[labels]") {
    const labels all = *labels::from({{"b", "2"}, {"a", "1"}, {"d", ""}, {"c", "3"}});
    REQUIRE(all["a"] == "1");
    REQUIRE(all["b"] == "2");
    REQUIRE(all["c"] == "3");
    REQUIRE(all["d"].empty());
    for (const char* const none : {"", "A", "aa", "bb", "e"}) REQUIRE(all[none].empty());
    REQUIRE(labels()["a"].empty());
}

TEST_CASE("with 64 times as many labels, finding one takes less than 16 times as long",
          "[labels]") {
    const auto look_up = [](const labels& all) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < 2000; ++i)
            found += all[all.pairs()[i * 7919 % all.pairs().size()].name].size();
        REQUIRE(found == 2000);
    };
    const labels few = numbered(500), more = numbered(32'000);
    REQUIRE(fastest([&] { look_up(more); }) < 16 * fastest([&] { look_up(few); }));
}

TEST_CASE("each series is found by its labels, and no others are", "[labels]") {
    auto all = many(1000);
    all.push_back(all[17]);  // the same labels again; the first series must be found
    const series_finder index(all);
    for (std::size_t i = 0; i < 1000; ++i) REQUIRE(*index.find(all[i].labels) == i);
    for (const char* const none : {"-1", "1000", "", "00"})
        REQUIRE(index.find(*labels::from({{"__name__", "cpu"}, {"n", none}})).error() ==
                errc::not_found);
    REQUIRE(index.find(labels()).error() == errc::not_found);
    REQUIRE(series_finder({}).find(labels()).error() == errc::not_found);
}

TEST_CASE("with 1,000 times as many series, finding one takes less than 50 times as long",
          "[labels]") {
    const auto few = many(100), more = many(100'000);
    const series_finder of_few(few), of_more(more);
    const auto find_all = [](const series_finder& index, const std::vector<archived_series>& all) {
        for (std::size_t i = 0; i < 300; ++i) {
            const std::size_t number = all.size() - 1 - i * 7919 % all.size();
            REQUIRE(*index.find(all[number].labels) == number);
        }
    };
    REQUIRE(fastest([&] { find_all(of_more, more); }) <
            50 * fastest([&] { find_all(of_few, few); }));
}

TEST_CASE("labels are a range of pairs in order of their names", "[series]") {
    const labels names = labels::from({{"host", "a"}, {"__name__", "cpu"}}).value();
    static_assert(std::ranges::random_access_range<const labels> &&
                  std::ranges::sized_range<const labels>);
    std::string text;
    for (const auto& [name, value] : names) text += name + "=" + value + ";";
    CHECK(text == "__name__=cpu;host=a;");
    CHECK(names.size() == 2);
    CHECK_FALSE(names.empty());
    CHECK(labels().empty());
}
