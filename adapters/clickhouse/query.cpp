#include <adapters/clickhouse/native_reader.hpp>
#include <adapters/clickhouse/query.hpp>
#include <adapters/http/text.hpp>

#include <chronopack/core/bit.hpp>

namespace chronopack::clickhouse {

namespace {

/// A cell for each value of a column, within a budget of bytes.
class cell_maker {
public:
    explicit cell_maker(std::size_t most_bytes) noexcept : left_(most_bytes) {}

    /// Nothing more is made once this holds.
    [[nodiscard]] bool spent() const noexcept { return spent_; }

    [[nodiscard]] cell make(const native_column& of, std::size_t row) {
        if (!take(sizeof(cell))) return {};
        switch (of.type.kind) {
            case type_kind::unsigned_integer:
                return {number(of, row)};
            case type_kind::signed_integer: {
                const unsigned unused = 64 - 8 * static_cast<unsigned>(of.type.width);
                return {static_cast<std::int64_t>(number(of, row) << unused) >> unused};
            }
            case type_kind::floating:
                if (of.type.width == 8) return {bit_cast<double>(number(of, row))};
                return {double{bit_cast<float>(static_cast<std::uint32_t>(number(of, row)))}};
            case type_kind::string:
                return text(of.strings[row]);
            case type_kind::fixed_string:
                return text({reinterpret_cast<const char*>(of.fixed.data()) + row * of.type.width,
                             of.type.width});
            case type_kind::nullable:
                if (of.nulls[row] != std::byte{0}) return {};
                return make(of.parts[0], row);
            case type_kind::low_cardinality:
                if (of.type.of[0].kind == type_kind::nullable && of.indices[row] == 0) return {};
                return make(of.parts[0], of.indices[row]);
            case type_kind::array:
            case type_kind::map: {
                std::vector<cell> items;
                for (std::uint64_t i = of.begin_of(row); i < of.ends[row] && !spent_; ++i)
                    items.push_back(of.parts.size() == 1 ? make(of.parts[0], i) : all_parts(of, i));
                return {std::move(items)};
            }
            case type_kind::tuple:
                return all_parts(of, row);
        }
        return {};
    }

private:
    bool take(std::size_t bytes) noexcept {
        if (bytes > left_) spent_ = true;
        left_ -= spent_ ? left_ : bytes;
        return !spent_;
    }

    static std::uint64_t number(const native_column& of, std::size_t row) noexcept {
        const std::byte* const from = of.fixed.data() + row * of.type.width;
        std::uint64_t out = 0;
        for (std::size_t i = 0; i < of.type.width; ++i)
            out |= static_cast<std::uint64_t>(from[i]) << (8 * i);
        return out;
    }

    cell text(std::string_view chars) {
        if (!take(chars.size())) return {};
        return {std::string(chars)};
    }

    cell all_parts(const native_column& of, std::size_t at) {
        std::vector<cell> out;
        for (const native_column& part : of.parts)
            if (!spent_) out.push_back(make(part, at));
        return {std::move(out)};
    }

    std::size_t left_;
    bool spent_ = false;
};

storage::failure failed(storage::verdict what, std::string why) {
    return {what, std::nullopt, std::move(why)};
}

}  // namespace

std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) switch (c) {
            case '\\':
            case '\'':
                out += {'\\', c};
                break;
            case '\n':
                out += "\\n";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\0':
                out += "\\0";
                break;
            default:
                out += c;
        }
    return out += '\'';
}

std::string parameter_text(const parameter& one) {
    // The server reads a value as a field of its TabSeparated format.
    std::string field;
    for (const char c : one.value) switch (c) {
            case '\\':
                field += "\\\\";
                break;
            case '\n':
                field += "\\n";
                break;
            case '\t':
                field += "\\t";
                break;
            case '\r':
                field += "\\r";
                break;
            case '\0':
                field += "\\0";
                break;
            default:
                field += c;
        }
    return "&param_" + http::percent_encoded(one.name) + '=' + http::percent_encoded(field);
}

storage::reply<query_table> read_table(cbytes answer, std::size_t most_bytes) {
    query_table out;
    native_reader reader(answer);
    cell_maker cells(most_bytes);
    for (bool first = true;; first = false) {
        const auto block = reader.next();
        if (!block && block.error() == errc::unsupported)
            return failed(storage::verdict::unsupported,
                          "the answer has a column that is not read here, " + reader.at() +
                              ": toString() makes text of it");
        if (!block)
            return failed(storage::verdict::retry,
                          "the answer is damaged: " + std::string(message(block.error())));
        if (!*block) return out;
        const auto& columns = (*block)->columns;
        if (first)
            for (const native_column& column : columns)
                out.columns.push_back({std::string(column.name), std::string(column.text)});
        if (columns.size() != out.columns.size())
            return failed(storage::verdict::retry, "the answer is damaged: its blocks differ");
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].text != out.columns[i].type)
                return failed(storage::verdict::retry, "the answer is damaged: its blocks differ");
        for (std::size_t row = 0; row < (*block)->rows; ++row) {
            auto& made = out.rows.emplace_back();
            for (const native_column& column : columns) made.push_back(cells.make(column, row));
            if (cells.spent())
                return failed(storage::verdict::refused,
                              "the answer is longer than " + std::to_string(most_bytes) + " bytes");
        }
    }
}

}  // namespace chronopack::clickhouse
