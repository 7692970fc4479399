// The names of measurements, as the three versions list them.
#include <adapters/influxdb/client.hpp>
#include <adapters/influxdb/flux.hpp>

#include <algorithm>

namespace chronopack::influxdb {

namespace {

using found_names = storage::reply<std::vector<std::string>>;

storage::failure no_names() {
    return {storage::verdict::retry, std::nullopt, "the answer does not have a column of names"};
}

found_names names_in(const std::vector<query_table>& tables) {
    std::vector<std::string> names;
    for (const query_table& table : tables) {
        const auto name = table.find("name");
        if (!name) return no_names();
        for (std::size_t row = 0; row < table.rows(); ++row) {
            const query_cell cell = table.at(row, *name);
            const auto* const text = std::get_if<std::string_view>(&cell);
            if (text == nullptr) return no_names();
            names.emplace_back(*text);
        }
    }
    return names;
}

found_names names_in(const std::vector<flux_block>& blocks) {
    std::vector<std::string> names;
    for (const flux_block& block : blocks) {
        const flux_column* const name = block.find("_value");
        if (block.tables.empty()) continue;
        if (name == nullptr || name->type() != data_type::text) return no_names();
        for (const flux_table& table : block.tables)
            for (std::size_t row = table.first; row < table.first + table.rows; ++row) {
                if (!name->has_value(row)) return no_names();
                names.emplace_back(name->text(row));
            }
    }
    return names;
}

}  // namespace

storage::reply<std::vector<std::string>> client::measurements(storage::deadline until) {
    found_names names = std::vector<std::string>{};
    if (options_.api == api::v2) {
        const auto blocks = query_flux(flux_measurements(options_.database), until);
        if (!blocks) return blocks.error();
        names = names_in(*blocks);
    } else {
        const auto tables = query_influxql("SHOW MEASUREMENTS", until);
        if (!tables) return tables.error();
        names = names_in(*tables);
    }
    if (!names) return names;
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
    return names;
}

}  // namespace chronopack::influxdb
