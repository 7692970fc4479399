#include "parquet_input.hpp"

#include "input/failure.hpp"

#include <adapters/parquet/file_reader.hpp>

#include <cerrno>
#include <cstring>
#include <optional>

namespace chronopack::tool {

using input::failure;
using input::fault;

struct parquet_input::state {
    std::string file;
    std::uint64_t bytes = 0;
    std::optional<parquet::file_reader> reader;
    std::optional<parquet::row_cursor> cursor;
    std::vector<column> columns;
    parquet::batch some;

    [[noreturn]] void fail(const storage::failure& why) const {
        throw failure(why.what == storage::verdict::retry ? fault::environment : fault::data,
                      {file}, why.message);
    }
};

parquet_input::parquet_input(const std::string& file) : state_(std::make_unique<state>()) {
    state& s = *state_;
    s.file = file;
    auto from = parquet::open_path(file);
    if (!from)
        throw failure(fault::environment, {file},
                      errno != 0 ? std::strerror(errno) : "it cannot be opened");
    s.bytes = (*from)->size();
    auto reader = parquet::file_reader::open(std::move(*from));
    if (!reader) s.fail(reader.error());
    s.reader.emplace(std::move(*reader));
    for (const parquet::column_schema& c : s.reader->schema()) {
        column& made = s.columns.emplace_back();
        made.name = c.name;
        made.why = c.why;
        made.is_unsigned = c.is_unsigned;
        switch (c.kind) {
            case parquet::column_kind::timestamp:
                made.what = kind::time;
                made.step = 1'000'000'000 / per_second(c.unit);
                break;
            case parquet::column_kind::integer:
                made.what = kind::integer;
                break;
            case parquet::column_kind::real:
                made.what = kind::real;
                break;
            case parquet::column_kind::text:
                made.what = kind::text;
                break;
            case parquet::column_kind::tags:
                made.what = kind::tags;
                break;
            case parquet::column_kind::unsupported:
                break;
        }
    }
}

parquet_input::~parquet_input() = default;

const std::vector<parquet_input::column>& parquet_input::columns() const {
    return state_->columns;
}

std::uint64_t parquet_input::bytes() const {
    return state_->bytes;
}

void parquet_input::read(const std::vector<std::size_t>& numbers) {
    parquet::selection wanted;
    for (const std::size_t number : numbers) wanted.columns.push_back(state_->columns[number].name);
    auto cursor = state_->reader->read(wanted);
    if (!cursor) state_->fail(cursor.error());
    state_->cursor.emplace(std::move(*cursor));
}

bool parquet_input::next(rows& into) {
    state& s = *state_;
    const auto more = s.cursor->next(s.some);
    if (!more) s.fail(more.error());
    into.count = s.some.rows;
    into.columns.resize(s.some.columns.size());
    for (std::size_t c = 0; c < into.columns.size(); ++c) {
        parquet::column& from = s.some.columns[c];
        values& to = into.columns[c];
        to.integers.swap(from.integers);
        to.reals.swap(from.reals);
        to.indices.swap(from.indices);
        to.present.swap(from.present);
        to.texts.clear();
        to.tags.clear();
        if (from.texts) to.texts = *from.texts;
        if (!from.tags) continue;
        for (const labels& one : *from.tags) {
            pairs& made = to.tags.emplace_back();
            for (const label& l : one) made.emplace_back(l.name, l.value);
        }
    }
    return *more;
}

}  // namespace chronopack::tool
