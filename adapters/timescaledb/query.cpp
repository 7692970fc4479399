#include <adapters/timescaledb/query.hpp>

#include <chronopack/core/bit.hpp>

#include <limits>

namespace chronopack::timescaledb {

using storage::failure;
using storage::verdict;

namespace {

template <class T>
std::int64_t number(cbytes of) noexcept {
    return static_cast<std::make_signed_t<T>>(load_be<T>(of.data()));
}

std::string text_of(cbytes of) {
    return {reinterpret_cast<const char*>(of.data()), of.size()};
}

/// Moves a time from 2000 to 1970; infinite ones stay what they are.
template <class T>
std::int64_t since_1970(cbytes of, std::int64_t between) noexcept {
    using of_sign = std::make_signed_t<T>;
    const std::int64_t value = number<T>(of);
    if (value == std::numeric_limits<of_sign>::max()) return INT64_MAX;
    if (value == std::numeric_limits<of_sign>::min()) return INT64_MIN;
    std::int64_t out = 0;
    if (__builtin_add_overflow(value, between, &out)) return INT64_MAX;
    return out;
}

std::string uuid_text(cbytes of) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        const auto byte = std::to_integer<unsigned>(of[i]);
        out += {hex[byte >> 4], hex[byte & 15]};
    }
    return out;
}

/// numeric: u16 digits | i16 weight | u16 sign | u16 scale | digits, each of base 10,000.
result<std::string> numeric_text(cbytes of) {
    if (of.size() < 8) return errc::corrupt;
    const auto digits = load_be<std::uint16_t>(of.data());
    const auto weight = static_cast<int>(number<std::uint16_t>(of.subspan(2)));
    const auto sign = load_be<std::uint16_t>(of.data() + 4);
    const auto scale = load_be<std::uint16_t>(of.data() + 6);
    if (of.size() != 8 + std::size_t{digits} * 2) return errc::corrupt;
    if (sign == 0xc000) return std::string("NaN");
    if (sign == 0xd000) return std::string("Infinity");
    if (sign == 0xf000) return std::string("-Infinity");
    if (sign != 0 && sign != 0x4000) return errc::corrupt;
    constexpr int longest = 0x3fff;  // digits after the point that a numeric has
    if (scale > longest) return errc::corrupt;
    bool good = true;
    const auto group = [&](int at) {  // the digits of base 10,000 at a power of it
        const int i = weight - at;
        const unsigned value =
            i < 0 || i >= digits ? 0u : load_be<std::uint16_t>(of.data() + 8 + std::size_t(i) * 2);
        good = good && value < 10'000;
        std::string text = std::to_string(value);
        return std::string(4 - std::min<std::size_t>(text.size(), 4), '0') + text;
    };
    std::string out = sign == 0 ? "" : "-";
    if (weight < 0) {
        out += '0';
    } else {
        std::string whole;
        for (int at = weight; at >= 0; --at) whole += group(at);
        const std::size_t zeros = std::min(whole.find_first_not_of('0'), whole.size() - 1);
        out += whole.substr(zeros);
    }
    if (scale > 0) {
        std::string part;
        for (int at = -1; part.size() < scale; --at) part += group(at);
        out += '.' + part.substr(0, scale);
    }
    if (!good) return errc::corrupt;
    return out;
}

/// The type of an array's items; 0 where it is no array that is read.
std::uint32_t item_of(std::uint32_t type) noexcept {
    constexpr struct {
        std::uint32_t array, item;
    } known[] = {
        {1000, oid::boolean},   {1001, oid::bytea},  {1003, oid::name},        {1005, oid::int2},
        {1007, oid::int4},      {1009, oid::text},   {1014, oid::bpchar},      {1015, oid::varchar},
        {1016, oid::int8},      {1021, oid::float4}, {1022, oid::float8},      {1028, oid::object},
        {1115, oid::timestamp}, {1182, oid::date},   {1185, oid::timestamptz}, {1231, oid::numeric},
        {199, oid::json},       {2951, oid::uuid},   {3807, oid::jsonb}};
    for (const auto& one : known)
        if (one.array == type) return one.item;
    return 0;
}

class array_cells {
public:
    array_cells(std::uint32_t item, cbytes of) : item_(item), in_(of) {}

    result<cell> read() {
        constexpr std::uint32_t most_dimensions = 6;
        const auto dimensions = word();
        (void)word();  // whether there are NULL, which each item says
        if (failed_ || dimensions > most_dimensions || word() != item_) return errc::corrupt;
        for (std::uint32_t i = 0; i < dimensions; ++i) {
            sizes_.push_back(word());
            (void)word();                                  // the number of the first
            if (sizes_.back() == 0) return errc::corrupt;  // an empty array has no dimension
        }
        if (failed_) return errc::corrupt;
        if (sizes_.empty())
            return in_.empty() ? result<cell>(cell{std::vector<cell>{}}) : errc::corrupt;
        auto out = items(0);
        if (out && !in_.empty()) return errc::corrupt;
        return out;
    }

private:
    std::uint32_t word() {
        if (in_.size() < 4) {
            failed_ = true;
            return 0;
        }
        const auto out = load_be<std::uint32_t>(in_.data());
        in_ = in_.subspan(4);
        return out;
    }

    result<cell> items(std::size_t dimension) {
        std::vector<cell> out;
        // Grows with the bytes that are read, not with what they claim.
        for (std::uint32_t i = 0; i < sizes_[dimension]; ++i) {
            if (dimension + 1 < sizes_.size()) {
                if (in_.empty()) return errc::corrupt;
                auto inner = items(dimension + 1);
                if (!inner) return inner;
                out.push_back(std::move(*inner));
                continue;
            }
            const auto size = word();
            if (failed_) return errc::corrupt;
            if (size == UINT32_MAX) {
                out.emplace_back();
                continue;
            }
            if (size > in_.size()) return errc::corrupt;
            auto one = read_cell(item_, in_.first(size));
            if (!one) return one;
            out.push_back(std::move(*one));
            in_ = in_.subspan(size);
        }
        return cell{std::move(out)};
    }

    std::uint32_t item_;
    cbytes in_;
    bool failed_ = false;
    std::vector<std::uint32_t> sizes_;
};

}  // namespace

result<cell> read_cell(std::uint32_t type, cbytes value) {
    constexpr std::int64_t days_to_2000 = 10'957;
    std::size_t size = 0;  // that the type has
    switch (type) {
        case oid::boolean:
            size = 1;
            break;
        case oid::int2:
            size = 2;
            break;
        case oid::int4:
        case oid::object:
        case oid::float4:
        case oid::date:
            size = 4;
            break;
        case oid::int8:
        case oid::float8:
        case oid::timestamp:
        case oid::timestamptz:
            size = 8;
            break;
        case oid::uuid:
            size = 16;
            break;
        default:
            size = value.size();
    }
    if (value.size() != size) return errc::corrupt;
    switch (type) {
        case oid::boolean:
            return cell{value[0] != std::byte{0}};
        case oid::int2:
            return cell{number<std::uint16_t>(value)};
        case oid::int4:
            return cell{number<std::uint32_t>(value)};
        case oid::object:
            return cell{std::int64_t{load_be<std::uint32_t>(value.data())}};
        case oid::int8:
            return cell{number<std::uint64_t>(value)};
        case oid::float4:
            return cell{double{bit_cast<float>(load_be<std::uint32_t>(value.data()))}};
        case oid::float8:
            return cell{bit_cast<double>(load_be<std::uint64_t>(value.data()))};
        case oid::timestamp:
        case oid::timestamptz:
            return cell{since_1970<std::uint64_t>(value, epoch_2000)};
        case oid::date:
            return cell{since_1970<std::uint32_t>(value, days_to_2000)};
        case oid::text:
        case oid::varchar:
        case oid::bpchar:
        case oid::name:
        case oid::json:
        case oid::xml:
        case oid::unknown:
        case oid::character:
        case oid::bytea:
            return cell{text_of(value)};
        case oid::jsonb:  // a version before the text
            if (value.empty() || value[0] != std::byte{1}) return errc::corrupt;
            return cell{text_of(value.subspan(1))};
        case oid::uuid:
            return cell{uuid_text(value)};
        case oid::numeric: {
            auto text = numeric_text(value);
            if (!text) return text.error();
            return cell{std::move(*text)};
        }
        default:
            if (const std::uint32_t item = item_of(type); item != 0)
                return array_cells(item, value).read();
            return errc::unsupported;
    }
}

storage::reply<query_table> read_table(const row_set& rows) {
    query_table out;
    out.affected = rows.affected;
    for (const row_set::column& one : rows.columns) out.columns.push_back({one.name, one.type});
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        auto& made = out.rows.emplace_back();
        for (std::size_t i = 0; i < rows.columns.size(); ++i) {
            if (rows.is_null(row, i)) {
                made.emplace_back();
                continue;
            }
            auto one = read_cell(rows.columns[i].type, bytes_of(rows.text(row, i)));
            if (!one && one.error() == errc::unsupported)
                return failure{verdict::unsupported, std::nullopt,
                               "the column " + rows.columns[i].name +
                                   " is of a type that is not read here: ::text makes text of it"};
            if (!one)
                return failure{verdict::retry, std::nullopt,
                               "the answer is damaged in the column " + rows.columns[i].name};
            made.push_back(std::move(*one));
        }
    }
    return out;
}

}  // namespace chronopack::timescaledb
