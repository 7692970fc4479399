// The text formats that VictoriaMetrics reads and writes.
//
//   lines    ,job=shop,host=a\ b http_requests=17 1700000000000
//   lines    ,job=shop,host=a\ b http_requests=17 1700000000000
//            InfluxDB's line protocol with an empty measurement: the whole metric is the
//            field's name, which measurement_field would have to split somewhere
//   JSON     {"metric":{"__name__":"http_requests","job":"shop"},"values":[17],
//             "timestamps":[1700000000000]}
//            a line a series, both ways: /api/v1/import and /api/v1/export
//
// Neither format can carry a stale marker to the server: such samples go by remote write.
#pragma once

#include <adapters/prometheus_protocol/series_batch.hpp>

#include <chronopack/core/result.hpp>

#include <map>
#include <string>

namespace chronopack::victoriametrics {

/// Returns why lines cannot hold the point's series, or an empty text where they can. A line break
/// ends any text, and a quote starts one where fields are.
[[nodiscard]] std::string_view why_not_a_line(const storage::point& p);

/// Returns lines with times in milliseconds.
[[nodiscard]] std::string lines_of(const prometheus::series_batch& batch,
                                   const prometheus::series_rules& rules);

[[nodiscard]] std::string json_lines_of(const prometheus::series_batch& batch,
                                        const prometheus::series_rules& rules);

/// A line of an export. Releases up to about 1.80 print bare infinities, which are not valid JSON.
/// null is a stale marker, the only NaN that is stored. Other text is corrupt.
struct exported_series {
    labels names;
    std::vector<sample> samples;
};
[[nodiscard]] result<exported_series> read_export_line(std::string_view line);

}  // namespace chronopack::victoriametrics
