// Remote write's messages, 1.0 and 2.0, before compression.
//
//   1.0   series { "__name__" "cpu"  "host" "a" }   names and values in each series
//   2.0   symbols  "" "__name__" "cpu" "host" "a"   once a request; series { 1 2  3 4 }
//
// Sources: the Prometheus Remote-Write 1.0 specification with prompb/types.proto, and that of 2.0
// with io/prometheus/write/v2/types.proto. Labels must be sorted by name with each name once, and
// samples in order of time; series_batch takes care of both.
#pragma once

#include <adapters/prometheus_protocol/series_batch.hpp>

#include <string>

namespace chronopack::prometheus {

/// Returns a prometheus.WriteRequest.
[[nodiscard]] std::string write_request_1(const series_batch& batch, const series_rules& rules);

/// Returns an io.prometheus.write.v2.Request.
[[nodiscard]] std::string write_request_2(const series_batch& batch, const series_rules& rules);

}  // namespace chronopack::prometheus
