// The written table (prometheus/verdict.hpp), with the server's own words.
#include <adapters/prometheus/verdict.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::prometheus;
using namespace std::chrono_literals;
using http::blame;
using http::judgement;
using storage::drop_reason;
using storage::verdict;

namespace {

const auto now = std::chrono::system_clock::from_time_t(1795514400);

constexpr judgement because(drop_reason why, blame whose = blame::some_point) {
    return {verdict::refused, whose, why, std::nullopt};
}
constexpr judgement again{verdict::retry, blame::none, drop_reason::refused, std::nullopt};

}  // namespace

TEST_CASE("Prometheus' words say which refusals are final", "[prometheus]") {
    const struct {
        unsigned status;
        std::string_view body;
        judgement means;
    } rows[] = {
        {204, "", {}},
        {200, "out of order sample", {}},
        {400, "duplicate sample for timestamp\n", because(drop_reason::duplicate)},
        {400, "out of order sample\n", because(drop_reason::out_of_order)},
        {400, "out of bounds\n", because(drop_reason::too_old)},
        {400, "snappy: corrupt input\n", because(drop_reason::refused)},
        {500, "too old sample\n", because(drop_reason::too_old)},
        {500, "label name \"a\" is not unique: invalid sample\n", because(drop_reason::invalid)},
        {500, "empty labelset: invalid sample\n", because(drop_reason::invalid)},
        {500, "out of order sample", because(drop_reason::out_of_order)},
        {500, "write /data/wal/00000001: no space left on device\n", again},
        {500, "", again},
        {503, "Service Unavailable", again},
        {503, "too old sample", again},
        {429, "too old sample", again},
        {404, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver",
         because(drop_reason::refused, blame::every_point)},
        {413, "", because(drop_reason::too_large)},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status, row.body);
        CHECK(judge_1({row.status, row.body, ""}, now) == row.means);
    }
    CHECK(judge_1({503, "", "9"}, now).retry_after == 9s);
}

TEST_CASE("remote write 2.0 is believed by what it says it wrote", "[prometheus]") {
    const std::optional<judgement> speaks_1;
    const struct {
        unsigned status;
        std::string_view written, body;
        std::optional<judgement> means;
    } rows[] = {
        {204, "5", "", judgement{}},
        {200, "5", "", judgement{}},
        {204, "7", "", judgement{}},
        {204, "", "", speaks_1},
        {204, "five", "", speaks_1},
        {204, "5 ", "", speaks_1},
        {204, "-5", "", speaks_1},
        {204, "99999999999999999999999", "", speaks_1},
        {204, "4", "", because(drop_reason::refused, blame::rest_written)},
        {204, "0", "", because(drop_reason::refused, blame::rest_written)},
        {415, "", "", speaks_1},
        {415, "0", "", speaks_1},
        {400, "0", "out of order sample", because(drop_reason::out_of_order)},
        {400, "4", "out of order sample", because(drop_reason::out_of_order, blame::rest_written)},
        {400, "", "out of order sample", because(drop_reason::out_of_order)},
        {500, "3", "disk is full", again},
        {503, "", "", again},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status, row.written, row.body);
        CHECK(judge_2({row.status, row.body, ""}, row.written, 5, now) == row.means);
    }
}
