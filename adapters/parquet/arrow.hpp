// Rows of Parquet files as Arrow has them, without a copy of numbers and indices.
//
//   auto rows = file->read({.columns = {"timestamp", "metric_name", "value"}});
//   ArrowArrayStream out;
//   parquet::export_rows(std::move(*rows), &out);       // for whoever imports Arrow streams
//
//   timestamp  timestamp[ms|us|ns]   integer  int64 or uint64   real  double
//   text       dictionary<uint32, utf8>                         tags  the same, as JSON objects
#pragma once

#include <adapters/arrow/export.hpp>
#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/tags_json.hpp>

namespace chronopack::parquet {

namespace detail {

template <class T>
std::shared_ptr<const std::vector<T>> within(const std::shared_ptr<const batch>& rows,
                                             const std::vector<T>& values) {
    return {rows, &values};
}

}  // namespace detail

/// Returns the rows of a batch as a record, which shares the batch. Returns nothing where the
/// dictionary of a column has more than 2 GiB, or a column cannot be read.
[[nodiscard]] inline std::optional<arrow::column> to_arrow(const std::vector<column_schema>& schema,
                                                           std::shared_ptr<const batch> rows) {
    std::vector<arrow::column> all;
    for (std::size_t c = 0; c < schema.size(); ++c) {
        const column& from = rows->columns[c];
        const std::string& name = schema[c].name;
        std::optional<arrow::column> made;
        if (schema[c].kind == column_kind::timestamp)
            made = arrow::timestamps(name, detail::within(rows, from.integers), schema[c].unit,
                                     schema[c].utc);
        if (schema[c].kind == column_kind::integer) {
            made = arrow::integers(name, detail::within(rows, from.integers));
            if (schema[c].is_unsigned) made->format = "L";
        }
        if (schema[c].kind == column_kind::real)
            made = arrow::reals(name, detail::within(rows, from.reals));
        if (schema[c].kind == column_kind::text || schema[c].kind == column_kind::tags) {
            std::vector<std::string> texts;
            if (schema[c].kind == column_kind::text && from.texts) texts = *from.texts;
            if (schema[c].kind == column_kind::tags && from.tags)
                for (const labels& tags : *from.tags) texts.push_back(tags_to_json(tags));
            // A row without a value has the index 0, which must be one.
            if (texts.empty() && rows->rows > 0) texts.emplace_back();
            made = arrow::texts(name, detail::within(rows, from.indices), texts);
        }
        if (!made) return std::nullopt;
        all.push_back(schema[c].optional ? arrow::with_gaps(std::move(*made), from.present)
                                         : std::move(*made));
    }
    arrow::column made = arrow::record(std::move(all));
    made.length = static_cast<std::int64_t>(rows->rows);
    return made;
}

/// Exports rows as they are read. What reading fails with is the stream's error.
inline void export_rows(row_cursor rows, ArrowArrayStream* out) {
    const auto from = std::make_shared<row_cursor>(std::move(rows));
    auto none = std::make_shared<batch>();
    none->columns.resize(from->schema().size());
    auto shape = to_arrow(from->schema(), none);
    arrow::export_stream(
        shape ? std::move(*shape) : arrow::record({}),
        [from]() -> arrow::next_rows {
            auto some = std::make_shared<batch>();
            const auto more = from->next(*some);
            if (!more) return {{}, more.error().message};
            if (!*more) return {};
            auto made = to_arrow(from->schema(), std::move(some));
            if (!made) return {{}, "a dictionary of more than 2 GiB, which Arrow cannot have"};
            return {std::move(made), {}};
        },
        out);
}

}  // namespace chronopack::parquet
