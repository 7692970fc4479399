// Gives the columns that are not the time their roles: labels, values, or none.
#pragma once

#include "csv_layout.hpp"

namespace chronopack::input {

struct role_facts {
    const csv_sample& cells;
    std::size_t first_row;
    const std::string& file;
    const csv_request& asked;
    const std::vector<column_facts>& facts;
};

/// Throws failure (data) for a table without values, which says what the columns hold instead.
void give_roles(const role_facts& table, csv_layout& found);

}  // namespace chronopack::input
