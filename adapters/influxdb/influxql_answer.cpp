// Answers of InfluxQL and SQL, read.
#include <adapters/influxdb/influxql.hpp>

#include <adapters/influxdb/json_cursor.hpp>
#include <adapters/text/printable.hpp>

#include <algorithm>
#include <map>

namespace chronopack::influxdb {

using storage::failure;
using storage::verdict;

namespace {

constexpr std::size_t message_bytes = 4096;
// Cells without value stand before a column's first: rows that each have a column of their
// own must not take memory by the square of their number.
constexpr std::size_t cells_a_byte = 4;

failure damaged() {
    return {verdict::retry, std::nullopt, "the answer is damaged or was cut off"};
}

failure too_many() {
    return {verdict::refused, std::nullopt, "more rows than asked for"};
}

/// Reads a value of a cell, text into `room`.
bool read_cell(json_cursor& at, std::string& room, query_cell& to) {
    switch (at.peek()) {
        case '"':
            if (!at.read(room)) return false;
            to = std::string_view(room);
            return true;
        case 't':
            to = true;
            return at.take("true");
        case 'f':
            to = false;
            return at.take("false");
        case 'n':
            to = std::monostate();
            return at.take("null");
        default: {
            json_number number;
            if (!at.read(number)) return false;
            std::visit([&](auto one) { to = one; }, number);
            return true;
        }
    }
}

bool read_flag(json_cursor& at, bool& to) {
    if (at.take("true")) {
        to = true;
        return true;
    }
    return at.take("false");
}

}  // namespace

/// One answer. Members of an object may come in any order, so a series is put together
/// only at its end.
class influxql_reader {
public:
    influxql_reader(std::string_view body, std::size_t most) : at_(body), most_(most) {}

    storage::reply<std::vector<query_table>> read() {
        while (!at_.at_end())
            if (!read_value()) return why_ ? *why_ : damaged();
        if (series_goes_on_)
            return failure{verdict::refused, std::nullopt,
                           "the server cut the answer at its limit of rows"};
        if (result_goes_on_) return damaged();
        return std::move(tables_);
    }

private:
    bool fail(failure why) {
        why_ = std::move(why);
        return false;
    }

    bool read_error() {
        std::string words;
        if (!at_.read(words)) return false;
        return fail(
            {judge_query_error(words), std::nullopt,
             text::printable(words.empty() ? "an error without words" : words, message_bytes)});
    }

    bool read_value() {
        return at_.object([&](const std::string& name) {
            if (name == "error") return read_error();
            if (name != "results") return at_.skip();
            return at_.array([&] { return read_result(); });
        });
    }

    bool read_result() {
        std::vector<found> all;
        std::size_t statement = 0;
        result_goes_on_ = false;
        const bool read = at_.object([&](const std::string& name) {
            if (name == "error") return read_error();
            if (name == "partial") return read_flag(at_, result_goes_on_);
            if (name == "series") return at_.array([&] { return read_series(all.emplace_back()); });
            if (name != "statement_id") return at_.skip();
            json_number number;
            if (!at_.read(number)) return false;
            const auto* const id = std::get_if<std::int64_t>(&number);
            if (id == nullptr || *id < 0) return false;
            statement = static_cast<std::size_t>(*id);
            return true;
        });
        if (!read) return false;
        for (found& one : all) {
            one.table.statement = statement;
            if (!keep(std::move(one))) return false;
        }
        return true;
    }

    struct found {
        query_table table;
        bool partial = false;
    };

    bool read_series(found& to) {
        // `columns` comes before `values` in every answer that there is.
        return at_.object([&](const std::string& name) {
            if (name == "name") return at_.read(to.table.name);
            if (name == "tags") return read_tags(to.table.tags);
            if (name == "partial") return read_flag(at_, to.partial);
            if (name == "columns")
                return to.table.columns().empty() && at_.array([&] {
                    std::string column;
                    if (!at_.read(column)) return false;
                    (void)to.table.add_column(std::move(column));
                    return true;
                });
            if (name == "values") return at_.array([&] { return read_row(to.table); });
            return at_.skip();
        });
    }

    bool read_tags(labels& to) {
        std::vector<label> pairs;
        const bool read = at_.object([&](const std::string& name) {
            std::string value;
            if (!at_.read(value)) return false;
            if (!value.empty()) pairs.push_back({name, std::move(value)});
            return true;
        });
        if (!read) return false;
        auto made = labels::from(std::move(pairs));
        if (!made) return false;
        to = *std::move(made);
        return true;
    }

    bool read_row(query_table& to) {
        if (rows_++ == most_) return fail(too_many());
        to.add_row();
        std::size_t column = 0;
        const bool read = at_.array([&] {
            if (column == to.columns().size()) return false;
            query_cell cell;
            if (!read_cell(at_, room_, cell)) return false;
            to.set(column++, cell);
            return true;
        });
        return read && column == to.columns().size() && column != 0;
    }

    /// Takes a series in, as the next or as more of the last.
    bool keep(found one) {
        if (!std::exchange(series_goes_on_, one.partial)) {
            tables_.push_back(std::move(one.table));
            return true;
        }
        query_table& to = tables_.back();
        const query_table& more = one.table;
        if (to.statement != more.statement || to.name != more.name || to.tags != more.tags ||
            to.columns() != more.columns())
            return fail(
                {verdict::refused, std::nullopt, "the server cut a series at its limit of rows"});
        for (std::size_t row = 0; row < more.rows(); ++row) {
            to.add_row();
            for (std::size_t column = 0; column < more.columns().size(); ++column)
                to.set(column, more.at(row, column));
        }
        return true;
    }

    json_cursor at_;
    std::size_t most_;
    std::size_t rows_ = 0;
    bool series_goes_on_ = false;
    bool result_goes_on_ = false;
    std::string room_;
    std::vector<query_table> tables_;
    std::optional<failure> why_;
};

verdict judge_query_error(std::string_view words) noexcept {
    constexpr struct {
        std::string_view words;
        verdict means;
    } known[] = {
        {"database not found", verdict::hold},
        {"retention policy not found", verdict::hold},
        {"not authorized", verdict::hold},
        {"timeout", verdict::retry},
        {"interrupted", verdict::retry},
        {"engine is closed", verdict::retry},
        {"max-concurrent-queries limit exceeded", verdict::retry},
    };
    const auto* const at = std::find_if(std::begin(known), std::end(known), [&](const auto& one) {
        return words.find(one.words) != words.npos;
    });
    return at == std::end(known) ? verdict::refused : at->means;
}

storage::reply<std::vector<query_table>> read_influxql(std::string_view body, std::size_t most) {
    return influxql_reader(body, most).read();
}

storage::reply<query_table> read_json_lines(std::string_view body, std::size_t most) {
    json_cursor at(body);
    query_table table;
    std::map<std::string, std::size_t> columns;
    std::string room;
    while (!at.at_end()) {
        if (table.rows() == most) return too_many();
        table.add_row();
        std::size_t next = 0;  // rows name their columns in the same order
        const bool read = at.object([&](const std::string& name) {
            std::size_t column = next;
            if (column >= table.columns().size() || table.columns()[column] != name) {
                const auto [place, is_new] = columns.try_emplace(name, columns.size());
                column = place->second;
                if (is_new) (void)table.add_column(name);
            }
            next = column + 1;
            query_cell cell;
            if (table.is_set(column) || !read_cell(at, room, cell)) return false;
            table.set(column, cell);
            return table.cells() / cells_a_byte <= body.size();
        });
        if (!read) return damaged();
    }
    return table;
}

}  // namespace chronopack::influxdb
