// What VictoriaMetrics takes and gives as text.
//
//   lines    ,job=shop,host=a\ b http_requests=17 1700000000000
//            InfluxDB's line protocol with an empty measurement: the metric is the
//            field, whole, where measurement_field would have to be cut somewhere
//   JSON     {"metric":{"__name__":"http_requests","job":"shop"},"values":[17],
//             "timestamps":[1700000000000]}
//            a line a series, both ways: /api/v1/import and /api/v1/export
//
// Neither form has a stale marker on its way in: such samples go by remote write.
#pragma once

#include <adapters/prometheus_protocol/series_batch.hpp>

#include <chronopack/core/result.hpp>

#include <map>
#include <string>

namespace chronopack::victoriametrics {

/// Why lines cannot hold the point's series; empty where they can: a line break ends
/// any text, a quote begins one where fields are.
[[nodiscard]] std::string_view why_not_a_line(const storage::point& p);

/// Lines with times in milliseconds.
[[nodiscard]] std::string lines_of(const prometheus::series_batch& batch,
                                   const prometheus::series_rules& rules);

[[nodiscard]] std::string json_lines_of(const prometheus::series_batch& batch,
                                        const prometheus::series_rules& rules);

/// A line of an export: releases up to 1.80 or so print infinities bare, which is no
/// JSON; null is a stale marker, the only NaN that is stored. corrupt for other text.
struct exported_series {
    labels names;
    std::vector<sample> samples;
};
[[nodiscard]] result<exported_series> read_export_line(std::string_view line);

}  // namespace chronopack::victoriametrics
