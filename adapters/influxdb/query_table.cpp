#include <adapters/influxdb/query_table.hpp>

#include <algorithm>

namespace chronopack::influxdb {

std::optional<double> as_real(const query_cell& cell) noexcept {
    if (const auto* const real = std::get_if<double>(&cell)) return *real;
    if (const auto* const integer = std::get_if<std::int64_t>(&cell))
        return static_cast<double>(*integer);
    if (const auto* const natural = std::get_if<std::uint64_t>(&cell))
        return static_cast<double>(*natural);
    return std::nullopt;
}

std::optional<std::size_t> query_table::find(std::string_view column) const noexcept {
    const auto at = std::find(columns_.begin(), columns_.end(), column);
    if (at == columns_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - columns_.begin());
}

query_cell query_table::at(std::size_t row, std::size_t column) const noexcept {
    if (row >= packed_[column].size()) return {};
    const packed& one = packed_[column][row];
    switch (one.kind) {
        case 1:
            return one.bits != 0;
        case 2:
            return static_cast<std::int64_t>(one.bits);
        case 3:
            return one.bits;
        case 4:
            return bit_cast<double>(one.bits);
        case 5:
            return std::string_view(text_).substr(one.bits, one.size);
        default:
            return {};
    }
}

std::size_t query_table::add_column(std::string column) {
    columns_.push_back(std::move(column));
    packed_.emplace_back();
    return columns_.size() - 1;
}

void query_table::set(std::size_t column, const query_cell& cell) {
    auto& to = packed_[column];
    cells_ += rows_ - to.size();
    to.resize(rows_);
    packed& one = to.back();
    one.kind = static_cast<std::uint8_t>(cell.index());
    if (const auto* const yes = std::get_if<bool>(&cell)) one.bits = *yes;
    if (const auto* const integer = std::get_if<std::int64_t>(&cell))
        one.bits = static_cast<std::uint64_t>(*integer);
    if (const auto* const natural = std::get_if<std::uint64_t>(&cell)) one.bits = *natural;
    if (const auto* const real = std::get_if<double>(&cell))
        one.bits = bit_cast<std::uint64_t>(*real);
    if (const auto* const text = std::get_if<std::string_view>(&cell)) {
        one.bits = text_.size();
        one.size = static_cast<std::uint32_t>(text->size());
        text_.append(*text);
    }
}

}  // namespace chronopack::influxdb
