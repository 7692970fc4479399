// Columns as Arrow has them: a type and buffers, which an owner keeps alive.
//
//   auto times = std::make_shared<std::vector<std::int64_t>>(...);      // as frames decode them
//   arrow::column all = arrow::record({arrow::timestamps("timestamp", times, time_unit::nanoseconds),
//                                      arrow::reals("value", values)});
//   arrow::export_schema(all, schema);
//   arrow::export_array(all, array);                                    // array->release frees it
//
// Numbers and indices are not copied. Texts of a dictionary are, once: Arrow has them one after the
// other.
#pragma once

#include <chronopack/core/time_unit.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chronopack::arrow {

struct column {
    std::string name = {};
    std::string format = {};  ///< as the specification has it: "g", "l", "tsn:UTC" ...
    bool nullable = false;
    std::int64_t length = 0;
    std::int64_t nulls = 0;
    std::vector<const void*> buffers = {};     ///< of this column alone
    std::shared_ptr<const void> owner = {};    ///< of the buffers
    std::vector<column> children = {};         ///< of a record
    std::shared_ptr<const column> texts = {};  ///< of a dictionary
};

template <class T>
using shared_vector = std::shared_ptr<const std::vector<T>>;

namespace detail {

template <class T>
column flat(std::string name, std::string format, shared_vector<T> values) {
    column made;
    made.name = std::move(name);
    made.format = std::move(format);
    made.length = static_cast<std::int64_t>(values->size());
    made.buffers = {nullptr, values->data()};
    made.owner = std::move(values);
    return made;
}

}  // namespace detail

/// Returns a column of timestamps since 1970, in UTC or in an unknown local time.
[[nodiscard]] inline column timestamps(std::string name, shared_vector<std::int64_t> times,
                                       time_unit unit, bool utc = true) {
    const char* const letter = unit == time_unit::seconds        ? "s"
                               : unit == time_unit::milliseconds ? "m"
                               : unit == time_unit::microseconds ? "u"
                                                                 : "n";
    return detail::flat<std::int64_t>(
        std::move(name), std::string("ts") + letter + (utc ? ":UTC" : ":"), std::move(times));
}

[[nodiscard]] inline column integers(std::string name, shared_vector<std::int64_t> values) {
    return detail::flat<std::int64_t>(std::move(name), "l", std::move(values));
}

[[nodiscard]] inline column reals(std::string name, shared_vector<double> values) {
    return detail::flat<double>(std::move(name), "g", std::move(values));
}

/// Returns a column of texts: indices into a dictionary, which must all be below its size. Returns
/// nothing where the dictionary has more than 2 GiB, which Arrow's usual texts cannot have.
[[nodiscard]] inline std::optional<column> texts(std::string name,
                                                 shared_vector<std::uint32_t> indices,
                                                 const std::vector<std::string>& dictionary) {
    struct room {
        std::vector<std::int32_t> offsets = {0};
        std::string bytes;
    };
    auto kept = std::make_shared<room>();
    std::size_t size = 0;
    for (const std::string& text : dictionary) size += text.size();
    if (size > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    kept->bytes.reserve(size + 1);  // a buffer is never null
    kept->offsets.reserve(dictionary.size() + 1);
    for (const std::string& text : dictionary) {
        kept->bytes += text;
        kept->offsets.push_back(static_cast<std::int32_t>(kept->bytes.size()));
    }
    column all;
    all.format = "u";
    all.length = static_cast<std::int64_t>(dictionary.size());
    all.buffers = {nullptr, kept->offsets.data(), kept->bytes.data()};
    all.owner = std::move(kept);
    column made = detail::flat<std::uint32_t>(std::move(name), "I", std::move(indices));
    made.texts = std::make_shared<const column>(std::move(all));
    return made;
}

/// Makes a column one that may have no value in some rows: those where `present` is 0. Nothing
/// changes where `present` is empty.
[[nodiscard]] inline column with_gaps(column of, const std::vector<std::uint8_t>& present) {
    of.nullable = true;
    if (present.empty()) return of;
    struct room {
        std::vector<std::uint8_t> bits;
        std::shared_ptr<const void> values;
    };
    auto kept = std::make_shared<room>();
    kept->bits.resize((present.size() + 7) / 8);
    kept->values = std::move(of.owner);
    for (std::size_t i = 0; i < present.size(); ++i) {
        if (present[i] != 0)
            kept->bits[i / 8] = static_cast<std::uint8_t>(kept->bits[i / 8] | 1u << (i % 8));
        else
            ++of.nulls;
    }
    of.buffers[0] = kept->bits.data();
    of.owner = std::move(kept);
    return of;
}

/// Returns rows of these columns, which must be of the same length.
[[nodiscard]] inline column record(std::vector<column> columns) {
    column made;
    made.format = "+s";
    made.length = columns.empty() ? 0 : columns.front().length;
    made.buffers = {nullptr};
    made.children = std::move(columns);
    return made;
}

}  // namespace chronopack::arrow
