// CSV text to series, record by record: csv_layout.hpp says what its columns
// are.
//
//   time,          host,  load,  requests
//   2024-01-01T00, web1,  0.25,  100      load{host="web1"}, requests{host="web1"}
//
// A series is named after its column of values (label __name__) and has the
// labels of its record; an empty label is none. Where a label column is called
// __name__, that is the name, and with several columns of values theirs is
// label _field. An empty cell is no sample. Memory: that of the window, and of
// the labels of the series.
#pragma once

#include "csv_layout.hpp"
#include "read_report.hpp"
#include "source.hpp"

namespace chronopack::input {

struct csv_import {
    csv_layout layout;
    read_report report;
};

/// Reads all of `from` into `to`; `file` is for messages. `looked` is called with
/// the layout before the first sample. failure at its place for what cannot be
/// read, unless how.on_bad takes it; samples out of order and too_many are always one.
csv_import import_csv(source& from, const std::string& file, const csv_request& asked,
                      sample_sink& to, const read_options& how = {},
                      const std::function<void(const csv_layout&)>& looked = {});

}  // namespace chronopack::input
