#include <adapters/parquet/schema.hpp>

namespace chronopack::parquet {

namespace {

constexpr int logical_string = 1, logical_map = 2, logical_enum = 4, logical_timestamp = 8,
              logical_integer = 10, logical_json = 12;

schema_element leaf_element(std::string_view name, physical_type type, bool optional) {
    schema_element e;
    e.name = name;
    e.type = type;
    e.repeats = optional ? repetition::optional : repetition::required;
    return e;
}

schema_element text_element(std::string_view name, bool optional, bool json) {
    schema_element e = leaf_element(name, physical_type::byte_array, optional);
    e.converted = json ? converted_json : converted_utf8;
    e.logical = logical_type{json ? logical_json : logical_string};
    return e;
}

int unit_id(time_unit unit) {
    return unit == time_unit::milliseconds ? 1 : unit == time_unit::microseconds ? 2 : 3;
}

schema_element element_of(const column_schema& c) {
    switch (c.kind) {
        case column_kind::timestamp: {
            schema_element e = leaf_element(c.name, physical_type::int64, c.optional);
            logical_type type{logical_timestamp};
            type.utc = c.utc;
            type.unit = unit_id(c.unit);
            e.logical = type;
            // The older form of it means UTC, and has no nanoseconds.
            if (c.utc && c.unit != time_unit::nanoseconds)
                e.converted = c.unit == time_unit::milliseconds ? converted_timestamp_millis
                                                                : converted_timestamp_micros;
            return e;
        }
        case column_kind::integer:
            return leaf_element(c.name, physical_type::int64, c.optional);
        case column_kind::text:
            return text_element(c.name, c.optional, c.json);
        default:
            return leaf_element(c.name, physical_type::float64, c.optional);
    }
}

// Walks the elements of a footer, which are a tree in preorder.
class tree_reader {
public:
    explicit tree_reader(const std::vector<schema_element>& elements) : elements_(elements) {}

    storage::reply<file_schema> read() {
        const auto& root = elements_[0];
        if (root.type) return refused("the schema's root is a column");
        next_ = 1;
        for (std::int32_t i = 0; i < root.children && ok_; ++i) top();
        if (!ok_ || next_ != elements_.size())
            return refused("the schema is no tree: its groups have other children than they say");
        return std::move(schema_);
    }

private:
    static constexpr unsigned most_depth = 32;

    void top() {
        const std::size_t first = schema_.leaves.size();
        const std::size_t at = next_;
        walk({}, 0, 0, 0);
        if (!ok_) return;
        column_leaves found;
        found.first_leaf = first;
        found.leaves = schema_.leaves.size() - first;
        found.column = column_of(at, found);
        schema_.columns.push_back(std::move(found));
    }

    // Appends the leaves below the next element, and moves past them.
    void walk(std::vector<std::string> path, unsigned definition, unsigned repeated,
              unsigned depth) {
        if (next_ >= elements_.size() || depth > most_depth) {
            ok_ = false;
            return;
        }
        const schema_element& e = elements_[next_++];
        path.emplace_back(e.name);
        const repetition repeats = e.repeats.value_or(repetition::required);
        definition += repeats != repetition::required;
        repeated += repeats == repetition::repeated;
        if (e.type) {
            if (e.children != 0) ok_ = false;
            schema_.leaves.push_back({std::move(path), *e.type, definition, repeated});
            return;
        }
        if (e.children == 0) ok_ = false;
        for (std::int32_t i = 0; i < e.children && ok_; ++i)
            walk(path, definition, repeated, depth + 1);
    }

    column_schema column_of(std::size_t at, column_leaves& found) const {
        const schema_element& e = elements_[at];
        column_schema c;
        c.name = e.name;
        c.optional = e.repeats == repetition::optional;
        if (e.repeats == repetition::repeated)
            return unsupported(std::move(c), "it repeats within a row");
        if (!e.type) return map_of(at, std::move(c), found);
        return flat(e, std::move(c));
    }

    column_schema map_of(std::size_t at, column_schema c, column_leaves& found) const {
        const schema_element& e = elements_[at];
        const bool map =
            e.logical ? e.logical->id == logical_map
                      : e.converted == converted_map || e.converted == converted_map_key_value;
        if (!map || e.children != 1 || found.leaves != 2 || at + 3 >= elements_.size())
            return unsupported(std::move(c), "it is nested, and no map of texts");
        const schema_element& pair = elements_[at + 1];
        const schema_element& key = elements_[at + 2];
        const schema_element& value = elements_[at + 3];
        if (pair.type || pair.children != 2 || pair.repeats != repetition::repeated ||
            !is_text(key) || !is_text(value) || key.repeats == repetition::repeated ||
            value.repeats == repetition::repeated)
            return unsupported(std::move(c), "it is nested, and no map of texts");
        c.kind = column_kind::tags;
        found.empty_definition = c.optional ? 1 : 0;
        return c;
    }

    // A logical type that is not known says nothing: its older form, or none, counts.
    static bool is_known(const std::optional<logical_type>& type) {
        constexpr int last_known = 19;
        return type && type->id >= 1 && type->id <= last_known;
    }

    static bool is_text(const schema_element& e) {
        if (e.type != physical_type::byte_array) return false;
        if (is_known(e.logical))
            return e.logical->id == logical_string || e.logical->id == logical_enum ||
                   e.logical->id == logical_json;
        return !e.converted || *e.converted == converted_utf8 || *e.converted == converted_enum ||
               *e.converted == converted_json;
    }

    static column_schema flat(const schema_element& e, column_schema c) {
        switch (*e.type) {
            case physical_type::float32:
            case physical_type::float64:
                c.kind = column_kind::real;
                return c;
            case physical_type::boolean:
                c.kind = column_kind::integer;
                return c;
            case physical_type::byte_array:
                if (!is_text(e))
                    return unsupported(std::move(c), "it is of bytes that are no text");
                c.kind = column_kind::text;
                c.json = e.logical ? e.logical->id == logical_json : e.converted == converted_json;
                return c;
            case physical_type::int32:
            case physical_type::int64:
                return whole(e, std::move(c));
            case physical_type::int96:
                return unsupported(std::move(c), "it is INT96, which is deprecated");
            default:
                return unsupported(std::move(c), "it is of bytes of a fixed length");
        }
    }

    static column_schema whole(const schema_element& e, column_schema c) {
        c.kind = column_kind::integer;
        if (e.logical && e.logical->id == logical_timestamp) {
            if (e.type != physical_type::int64 || e.logical->unit < 1 || e.logical->unit > 3)
                return unsupported(std::move(c), "it counts time in a unit that is not known");
            constexpr time_unit units[] = {time_unit::milliseconds, time_unit::microseconds,
                                           time_unit::nanoseconds};
            c.kind = column_kind::timestamp;
            c.unit = units[e.logical->unit - 1];
            c.utc = e.logical->utc;
            return c;
        }
        if (is_known(e.logical) && e.logical->id != logical_integer)
            return unsupported(std::move(c), "its integers stand for something else");
        if (e.logical && e.logical->id == logical_integer) {
            c.is_unsigned = !e.logical->is_signed;
            return c;
        }
        if (!e.converted) return c;
        if (e.converted == converted_timestamp_millis ||
            e.converted == converted_timestamp_micros) {
            if (e.type != physical_type::int64)
                return unsupported(std::move(c), "it counts time in a unit that is not known");
            c.kind = column_kind::timestamp;
            c.unit = e.converted == converted_timestamp_millis ? time_unit::milliseconds
                                                               : time_unit::microseconds;
        } else if (*e.converted >= converted_uint8 && *e.converted <= converted_uint64) {
            c.is_unsigned = true;
        } else if (*e.converted < converted_int8 || *e.converted > converted_int64) {
            return unsupported(std::move(c), "its integers stand for something else");
        }
        return c;
    }

    static column_schema unsupported(column_schema c, std::string_view why) {
        c.kind = column_kind::unsupported;
        c.why = why;
        return c;
    }

    const std::vector<schema_element>& elements_;
    file_schema schema_;
    std::size_t next_ = 0;
    bool ok_ = true;
};

}  // namespace

file_schema leaves_of(const std::vector<column_schema>& columns) {
    file_schema schema;
    for (const column_schema& c : columns) {
        column_leaves one{c, schema.leaves.size()};
        const unsigned optional = c.optional;
        if (c.kind == column_kind::tags) {
            one.leaves = 2;
            one.empty_definition = optional;
            for (const char* part : {"key", "value"})
                schema.leaves.push_back(
                    {{c.name, "key_value", part}, physical_type::byte_array, optional + 1, 1});
        } else {
            schema.leaves.push_back({{c.name}, *element_of(c).type, optional, 0});
        }
        schema.columns.push_back(std::move(one));
    }
    return schema;
}

std::vector<schema_element> elements_of(const file_schema& schema) {
    std::vector<schema_element> all(1);
    all[0].name = "schema";
    all[0].children = static_cast<std::int32_t>(schema.columns.size());
    for (const column_leaves& one : schema.columns) {
        const column_schema& c = one.column;
        if (c.kind != column_kind::tags) {
            all.push_back(element_of(c));
            continue;
        }
        schema_element map;
        map.name = c.name;
        map.repeats = c.optional ? repetition::optional : repetition::required;
        map.children = 1;
        map.converted = converted_map;
        map.logical = logical_type{logical_map};
        schema_element pair;
        pair.name = "key_value";
        pair.repeats = repetition::repeated;
        pair.children = 2;
        all.insert(all.end(), {map, pair, text_element("key", false, false),
                               text_element("value", false, false)});
    }
    return all;
}

storage::reply<file_schema> read_schema(const std::vector<schema_element>& elements) {
    return tree_reader(elements).read();
}

}  // namespace chronopack::parquet
