// Statements and their answers, each until a deadline: connection.hpp.
//
//   send -> flush -> wait, consume -> result ... -> idle
//             ^__________|     a server that sends while we send is read, or both would wait
#include <adapters/timescaledb/connection.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>

namespace chronopack::timescaledb {

using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

constexpr std::string_view out_of_time = "no answer in time";

std::string field(const PGresult* of, int which) {
    const char* const text = PQresultErrorField(of, which);
    return text == nullptr ? std::string() : std::string(text);
}

std::uint64_t count_of(PGresult* of) {
    const std::string_view text = PQcmdTuples(of);
    std::uint64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

}  // namespace

void connection::result_deleter::operator()(pg_result* of) const noexcept {
    PQclear(of);
}

failure connection::gone(std::string_view words) {
    sqlstate_.clear();
    why_ = judge(connection_state::gone, {}, during::other);
    close();
    return failed(why_.judged.what, words);
}

failure connection::no_answer(storage::deadline until) {
    if (line_ == nullptr) return gone("the connection is closed");
    if (storage::clock::now() >= until) return gone(out_of_time);
    const std::string said = PQerrorMessage(line_);
    return gone(said.empty() ? "the connection has ended" : said);
}

failure connection::refusal(const PGresult* of, during what) {
    const std::string message = field(of, PG_DIAG_MESSAGE_PRIMARY);
    sqlstate_ = field(of, PG_DIAG_SQLSTATE);
    // A session that the server has ended has no SQLSTATE, and says so by its status alone.
    if (PQstatus(line_) != CONNECTION_OK || sqlstate_.empty())
        return gone(message.empty() ? PQerrorMessage(line_) : message);
    why_ = judge(connection_state::alive, sqlstate_, what, message);
    std::string words = sqlstate_ + ": " + message;
    for (const int part : {PG_DIAG_MESSAGE_DETAIL, PG_DIAG_MESSAGE_HINT, PG_DIAG_CONTEXT})
        if (const std::string more = field(of, part); !more.empty()) words += "; " + more;
    return failed(why_.judged.what, words);
}

/// Returns false where the connection fails or the deadline passes.
bool connection::flush(storage::deadline until) {
    for (;;) {
        const int left = PQflush(line_);
        if (left <= 0) return left == 0;
        if (!wait(true, true, until)) return false;
        if (!consume()) return false;
    }
}

bool connection::send(const std::string& sql, const std::vector<parameter>& with,
                      storage::deadline until) {
    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> lengths, formats;
    for (const parameter& one : with) {
        types.push_back(one.type);
        values.push_back(one.value ? one.value->c_str() : nullptr);
        lengths.push_back(one.value ? static_cast<int>(one.value->size()) : 0);
        formats.push_back(one.binary);
    }
    constexpr int binary = 1;
    if (PQsendQueryParams(line_, sql.c_str(), static_cast<int>(with.size()), types.data(),
                          values.data(), lengths.data(), formats.data(), binary) != 1)
        return false;
    PQsetSingleRowMode(line_);
    return flush(until);
}

/// Returns false where the connection fails or the deadline passes. No result is the end.
bool connection::next_result(result& into, storage::deadline until) {
    while (PQisBusy(line_) == 1) {
        if (!wait(true, false, until)) return false;
        if (!consume()) return false;
    }
    into.reset(PQgetResult(line_));
    return true;
}

/// Reads what is left of an answer.
bool connection::drain(storage::deadline until) {
    for (result rest;;) {
        if (!next_result(rest, until)) return false;
        if (!rest) return true;
        const auto status = PQresultStatus(rest.get());
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
            return false;
    }
}

/// The server ends a statement a little before the caller's patience ends.
reply<std::monostate> connection::set_timeout(storage::deadline until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - storage::clock::now())
            .count();
    if (line_ == nullptr) return gone("the connection is closed");
    if (left <= 0) return gone(out_of_time);
    const std::int64_t shorter = std::clamp<std::int64_t>(left - left / 20, 1, INT32_MAX);
    if (timeout_ms_ <= shorter && timeout_ms_ >= shorter - shorter / 5 && timeout_ms_ != 0)
        return std::monostate{};
    const auto done =
        converse("SET statement_timeout = " + std::to_string(shorter), {}, until, during::other);
    if (!done) return done.error();
    timeout_ms_ = shorter;
    return std::monostate{};
}

reply<row_set> connection::run(const std::string& sql, const std::vector<parameter>& with,
                               storage::deadline until, during what) {
    // In a transaction that has failed nothing but its end is answered.
    const bool failed_before = line_ != nullptr && PQtransactionStatus(line_) == PQTRANS_INERROR;
    if (!failed_before) {
        const auto ready = set_timeout(until);
        if (!ready) return ready.error();
    }
    return converse(sql, with, until, what);
}

reply<row_set> connection::converse(const std::string& sql, const std::vector<parameter>& with,
                                    storage::deadline until, during what) {
    if (line_ == nullptr || storage::clock::now() >= until) return no_answer(until);
    constexpr std::size_t most_parameters = 65'535;
    if (with.size() > most_parameters || sql.find('\0') != sql.npos) {
        why_ = {{verdict::refused, http::blame::every_point, storage::drop_reason::refused, {}},
                remedy::none,
                false};
        return failed(verdict::refused, "a statement has no NUL, and at most 65,535 parameters");
    }
    if (!send(sql, with, until)) return no_answer(until);
    row_set rows;
    for (result part;;) {
        if (!next_result(part, until)) return no_answer(until);
        if (!part) return rows;
        const auto status = PQresultStatus(part.get());
        if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
            const int columns = PQnfields(part.get());
            if (rows.columns.empty())
                for (int i = 0; i < columns; ++i)
                    rows.columns.push_back({PQfname(part.get(), i), PQftype(part.get(), i)});
            if (rows.columns.size() != static_cast<std::size_t>(columns))
                return gone("the answer is damaged: its rows differ");
            for (int row = 0; row < PQntuples(part.get()); ++row)
                for (int i = 0; i < columns; ++i) {
                    if (PQgetisnull(part.get(), row, i) != 0)
                        rows.add_null();
                    else
                        rows.add({PQgetvalue(part.get(), row, i),
                                  static_cast<std::size_t>(PQgetlength(part.get(), row, i))});
                }
            if (rows.bytes() > max_answer_bytes_) {
                auto refused = gone("the answer is longer than " +
                                    std::to_string(max_answer_bytes_) + " bytes");
                refused.what = why_.judged.what = verdict::refused;
                return refused;
            }
        }
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            rows.tag = PQcmdStatus(part.get());
            rows.affected = count_of(part.get());
        } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
                   status == PGRES_COPY_BOTH) {
            auto refused = gone("a COPY is no statement with rows");
            refused.what = why_.judged.what = verdict::refused;
            return refused;
        } else if (status != PGRES_SINGLE_TUPLE && status != PGRES_EMPTY_QUERY) {
            const failure why = refusal(part.get(), what);
            if (line_ != nullptr && !drain(until)) close();
            return why;
        }
    }
}

reply<std::monostate> connection::copy_out(const std::string& sql, storage::deadline until,
                                           const std::function<std::string(cbytes)>& take) {
    const auto ready = set_timeout(until);
    if (!ready) return ready.error();
    if (!send(sql, {}, until)) return no_answer(until);
    for (result part;;) {
        if (!next_result(part, until)) return no_answer(until);
        if (!part) return std::monostate{};
        const auto status = PQresultStatus(part.get());
        if (status == PGRES_COMMAND_OK) continue;
        if (status != PGRES_COPY_OUT) {
            const failure why = refusal(part.get(), during::other);
            if (line_ != nullptr && !drain(until)) close();
            return why;
        }
        for (;;) {
            char* data = nullptr;
            const int n = PQgetCopyData(line_, &data, 1);
            const std::unique_ptr<char, void (*)(void*)> held(data, PQfreemem);
            if (n == -2) return no_answer(until);
            if (n == -1) break;
            if (n == 0) {
                if (!wait(true, false, until) || !consume()) return no_answer(until);
                continue;
            }
            const std::string why = take(bytes_of({data, static_cast<std::size_t>(n)}));
            if (!why.empty()) return gone(why);
        }
    }
}

reply<std::uint64_t> connection::copy_in(const std::string& sql, storage::deadline until,
                                         const std::function<std::string_view()>& next) {
    constexpr std::size_t piece = 64 << 10;
    const auto ready = set_timeout(until);
    if (!ready) return ready.error();
    if (!send(sql, {}, until)) return no_answer(until);
    std::uint64_t rows = 0;
    for (result part;;) {
        if (!next_result(part, until)) return no_answer(until);
        if (!part) return rows;
        const auto status = PQresultStatus(part.get());
        if (status == PGRES_COMMAND_OK) {
            rows = count_of(part.get());
        } else if (status != PGRES_COPY_IN) {
            const failure why = refusal(part.get(), during::write);
            if (line_ != nullptr && !drain(until)) close();
            return why;
        } else {
            for (std::string_view data = next(); !data.empty(); data = next())
                for (; !data.empty(); data.remove_prefix(std::min(data.size(), piece))) {
                    const auto n = static_cast<int>(std::min(data.size(), piece));
                    int taken = 0;
                    while ((taken = PQputCopyData(line_, data.data(), n)) == 0)
                        if (!flush(until)) return no_answer(until);
                    if (taken < 0 || !flush(until)) return no_answer(until);
                }
            int ended = 0;
            while ((ended = PQputCopyEnd(line_, nullptr)) == 0)
                if (!flush(until)) return no_answer(until);
            if (ended < 0 || !flush(until)) return no_answer(until);
        }
    }
}

}  // namespace chronopack::timescaledb
