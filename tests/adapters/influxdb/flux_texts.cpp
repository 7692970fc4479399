// Texts of Flux for a real parser to read (flux_parser.mjs), a case a line, its parts in
// hexadecimal digits:
//
//   text LITERAL TEXT
//   query QUERY STRING...      every string that the query may hold
#include "support/points.hpp"

#include <adapters/influxdb/flux.hpp>
#include <adapters/text/utf8.hpp>

#include <cstdio>

using namespace chronopack;
using namespace chronopack::test;

namespace {

void print(std::string_view part) {
    std::printf(" -");  // an empty one is a part, too
    for (const char c : part) std::printf("%02x", static_cast<unsigned char>(c));
}

std::string any_text(prng& random) {
    for (;;) {
        std::string text = hostile_text(random, 6);
        if (random.one_in(3)) text += "${" + hostile_text(random, 2) + "}";
        if (text::valid_utf8(text)) return text;
    }
}

}  // namespace

int main() {
    prng random(1);
    for (int i = 0; i < 2000; ++i) {
        const std::string text = any_text(random);
        std::printf("text");
        print(influxdb::flux_text(text));
        print(text);
        std::printf("\n");
    }
    for (int i = 0; i < 500; ++i) {
        const std::string bucket = any_text(random), tag = any_text(random);
        storage::range_query what{.metric = any_text(random), .service = any_text(random)};
        if (random.one_in(2)) what.start = static_cast<std::int64_t>(random()) / 2;
        if (random.one_in(2)) what.end = 7;
        if (random.one_in(2)) what.most = SIZE_MAX;
        const bool all = random.one_in(3);
        std::printf("query");
        print(influxdb::flux_range(bucket, tag, what, all));
        print(bucket);
        if (!all) print("value");
        if (!what.metric.empty()) print(what.metric);
        if (!what.service.empty()) {
            print(tag);
            print(what.service);
        }
        print("_start");
        print("_stop");
        std::printf("\nquery");
        print(influxdb::flux_measurements(bucket));
        print(bucket);
        print("_measurement");
        print("_measurement");
        std::printf("\n");
    }
}
