// Reads CSV text into series, record by record. csv_layout.hpp says what its columns mean.
//
//   time,          host,  load,  requests
//   2024-01-01T00, web1,  0.25,  100      load{host="web1"}, requests{host="web1"}
//
// A series is named after its column of values (label __name__) and has the labels of its record.
// An empty label counts as absent. If a label column is called __name__, it is the name, and the
// label _field holds the name of the column where there are several columns of values. An empty
// cell is no sample, and neither is a word for nothing, such as NA. Memory: the window, and the labels of the series.
#pragma once

#include "csv_layout.hpp"
#include "read_report.hpp"
#include "source.hpp"

namespace chronopack::input {

struct csv_import {
    csv_layout layout;
    read_report report;
};

/// Reads all of `from` into `to`; `file` is for messages. Calls `looked` with the layout before the
/// first sample. Throws failure with its place for text that cannot be read, unless how.on_bad
/// takes it. Samples out of order and too_many are always thrown.
csv_import import_csv(source& from, const std::string& file, const csv_request& asked,
                      sample_sink& to, const read_options& how = {},
                      const std::function<void(const csv_layout&)>& looked = {});

}  // namespace chronopack::input
