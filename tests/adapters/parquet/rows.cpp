#include "rows.hpp"

#include <catch2/catch.hpp>

namespace chronopack::parquet_test {

namespace {

void append(std::string& out, const column_schema& c, const column& from, std::size_t row) {
    if (!from.has(row)) {
        out += " -";
        return;
    }
    switch (c.kind) {
        case column_kind::real:
            out += ' ' + std::to_string(std::bit_cast<std::uint64_t>(from.reals[row]));
            return;
        case column_kind::text:
            out += " \"" + from.text(row) + '"';
            return;
        case column_kind::tags:
            out += " {";
            for (const label& l : from.tags_of(row)) out += l.name + '=' + l.value + ',';
            out += '}';
            return;
        default:
            out += ' ' + std::to_string(from.integers[row]);
    }
}

void append(std::vector<std::string>& out, const std::vector<column_schema>& schema,
            const batch& rows) {
    for (std::size_t row = 0; row < rows.rows; ++row) {
        std::string text;
        for (std::size_t c = 0; c < schema.size(); ++c)
            append(text, schema[c], rows.columns[c], row);
        out.push_back(std::move(text));
    }
}

}  // namespace

file_bytes written(const std::vector<column_schema>& schema, const std::vector<batch>& batches,
                   const writer_options& options) {
    memory_sink to;
    auto out = file_writer::create(to, schema, options);
    if (!out) FAIL(out.error().message);
    for (const batch& rows : batches)
        if (const auto done = out->write(rows); !done) FAIL(done.error().message);
    const auto done = out->finish();
    if (!done) FAIL(done.error().message);
    CHECK(*done == to.written.size());
    return to.written;
}

std::vector<std::string> shown(const std::vector<column_schema>& schema,
                               const std::vector<batch>& batches) {
    std::vector<std::string> all;
    for (const batch& rows : batches) append(all, schema, rows);
    return all;
}

reading try_read(std::shared_ptr<source> from, const selection& wanted,
                 const reader_limits& limits) {
    reading got;
    const auto fail = [&](const storage::failure& why) {
        got.failure = why.message;
        got.what = why.what;
        return got;
    };
    const auto file = file_reader::open(std::move(from), limits);
    if (!file) return fail(file.error());
    auto rows = file->read(wanted);
    if (!rows) return fail(rows.error());
    batch some;
    for (;;) {
        const auto more = rows->next(some);
        if (!more) return fail(more.error());
        if (!*more) break;
        if (some.rows == 0 || some.rows > wanted.batch_rows) FAIL("a batch of " << some.rows);
        append(got.rows, rows->schema(), some);
    }
    got.bytes_read = rows->bytes_read();
    return got;
}

reading try_read(const file_bytes& file, const selection& wanted, const reader_limits& limits) {
    return try_read(std::make_shared<memory_source>(file), wanted, limits);
}

std::vector<std::string> shown(const file_bytes& file, const selection& wanted) {
    reading got = try_read(file, wanted);
    if (!got.failure.empty()) FAIL(got.failure);
    return std::move(got.rows);
}

}  // namespace chronopack::parquet_test
