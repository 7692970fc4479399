// Rows for files that are written by tests.
#include "rows.hpp"
#include "support/double_shapes.hpp"

namespace chronopack::parquet_test {

std::vector<column_schema> every_kind(bool optional) {
    std::vector<column_schema> all;
    const auto add = [&](std::string name, column_kind kind) -> column_schema& {
        column_schema c;
        c.name = std::move(name);
        c.kind = kind;
        c.optional = optional;
        all.push_back(c);
        return all.back();
    };
    add("time", column_kind::timestamp);
    add("time_ms", column_kind::timestamp).unit = time_unit::milliseconds;
    add("time_us_local", column_kind::timestamp).unit = time_unit::microseconds;
    all.back().utc = false;
    add("count", column_kind::integer);
    add("metric", column_kind::text);
    add("id \"\xc3\xa9\" ", column_kind::text);
    add("json", column_kind::text).json = true;
    add("tags", column_kind::tags);
    add("decimal", column_kind::real);
    add("bits", column_kind::real);
    return all;
}

batch rows_of(const std::vector<column_schema>& schema, std::size_t rows, std::size_t first,
              prng& random) {
    batch all;
    all.rows = rows;
    for (const column_schema& c : schema) {
        column to;
        std::vector<std::string> texts;
        std::vector<labels> sets;
        for (std::size_t i = 0; i < rows; ++i) {
            const std::size_t n = first + i;
            const bool there = !c.optional || !random.one_in(5);
            if (c.optional) to.present.push_back(there);
            switch (c.kind) {
                case column_kind::timestamp:
                    to.integers.push_back(!there ? 0
                                                 : 1'700'000'000'000 +
                                                       10'000 * static_cast<std::int64_t>(n) +
                                                       random.between(-9, 9));
                    break;
                case column_kind::integer:
                    to.integers.push_back(!there ? 0 : static_cast<std::int64_t>(random()));
                    break;
                case column_kind::text:
                    if (c.json)
                        texts.push_back("{\"n\":" + std::to_string(n % 3) + "}");
                    else
                        texts.push_back(c.name == "metric" ? "metric-" + std::to_string(n % 7)
                                                           : std::string(random.below(20), 'x') +
                                                                 std::to_string(random()));
                    to.indices.push_back(static_cast<std::uint32_t>(i));
                    break;
                case column_kind::tags: {
                    std::vector<label> pairs;
                    for (std::size_t t = 0; t < n % 4; ++t)
                        pairs.push_back(
                            {"tag" + std::to_string(t), std::to_string(random.below(5))});
                    sets.push_back(*labels::from(std::move(pairs)));
                    to.indices.push_back(static_cast<std::uint32_t>(i));
                    break;
                }
                default:
                    to.reals.push_back(
                        !there ? 0.0
                        : c.name == "bits"
                            ? std::bit_cast<double>(
                                  random.one_in(3)
                                      ? test::double_shape::special_bits[random.below(20)]
                                      : random())
                            : static_cast<double>(random.between(0, 100'000)) / 100);
            }
        }
        if (c.kind == column_kind::text)
            to.texts = std::make_shared<std::vector<std::string>>(std::move(texts));
        if (c.kind == column_kind::tags)
            to.tags = std::make_shared<std::vector<labels>>(std::move(sets));
        all.columns.push_back(std::move(to));
    }
    return all;
}

}  // namespace chronopack::parquet_test
