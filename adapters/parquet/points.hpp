// Points as the rows of a file, and back: the columns that a dataset's files have.
//
//   timestamp TIMESTAMP, metric_name, service_name STRING, value DOUBLE, tags by the layout:
//
//   map       tags       MAP<STRING, STRING>
//   json      tags       STRING with the logical type JSON: {"host":"a"}
//   columns   host, ...  a STRING each, optional: a row without such a tag has no value
//
//   point_rows rows(layout);
//   for (const storage::point& p : points)
//       if (auto why = rows.add(p)) std::puts(why->message.c_str());
//   writer.write(rows.take());
#pragma once

#include <adapters/parquet/file_writer.hpp>
#include <adapters/storage/point.hpp>

#include <functional>
#include <optional>
#include <unordered_map>

namespace chronopack::parquet {

enum class tags_form : std::uint8_t { map, json, columns };

struct point_layout {
    time_unit unit = time_unit::nanoseconds;  ///< what is finer is cut, towards the past
    tags_form tags = tags_form::map;
    /// Of `columns`: the tags that have one. A point with another tag is dropped as invalid.
    std::vector<std::string> tag_columns = {};

    friend bool operator==(const point_layout&, const point_layout&) = default;
};

/// Returns the columns of files of this layout.
[[nodiscard]] std::vector<column_schema> schema_of(const point_layout& layout);

/// Returns the columns that rows of this layout are sorted by: a series after the other, each in
/// order of time.
[[nodiscard]] std::vector<std::string> order_of(const point_layout& layout);

/// Returns why files of this layout cannot hold a point, or nothing where they can: `invalid` for
/// text that is not UTF-8, an empty metric, a tag without a column, or a time before what the unit
/// can hold; `too_large` for text above max_text_bytes. Its index is zero.
[[nodiscard]] std::optional<storage::dropped_point> why_dropped(const point_layout& layout,
                                                                const storage::point& p);

/// Returns a time in nanoseconds as a file of this unit has it: cut, towards the past.
[[nodiscard]] std::int64_t cut_to(time_unit unit, std::int64_t time) noexcept;

/// Gathers points as rows. Not thread-safe.
class point_rows {
public:
    explicit point_rows(point_layout layout);

    /// Appends a point; or returns why it is dropped, as why_dropped() says.
    [[nodiscard]] std::optional<storage::dropped_point> add(const storage::point& p);

    [[nodiscard]] std::size_t size() const noexcept { return rows_.rows; }
    /// Returns how many points so far were finer than the unit.
    [[nodiscard]] std::uint64_t rounded() const noexcept { return rounded_; }

    /// Returns the rows, and begins anew.
    [[nodiscard]] batch take();

private:
    // Texts with an index each, by first appearance.
    struct dictionary {
        std::unordered_map<std::string, std::uint32_t> of;
        std::vector<std::string> all;
        std::uint32_t last = 0;  // the index that was asked for last

        [[nodiscard]] std::uint32_t index(const std::string& text);
    };
    [[nodiscard]] std::optional<storage::dropped_point> add_series(const storage::point& p);
    [[nodiscard]] std::uint32_t index_of(const labels& tags);

    point_layout layout_;
    batch rows_;
    std::vector<dictionary> texts_;  // of each column of text
    std::vector<labels> tags_;
    std::unordered_map<std::string, std::uint32_t> tags_of_;  // by their wire
    std::vector<std::uint32_t> series_;                       // the indices of the last point
    storage::point last_;
    bool any_ = false;
    std::uint64_t rounded_ = 0;
};

/// Makes points of rows of any layout.
class point_reader {
public:
    /// Finds the columns by name; or refused, with the one that is missing or of the wrong kind.
    /// `tags` and `service_name` may be missing. Other columns of text are tags of their names.
    [[nodiscard]] static storage::reply<point_reader> of(std::vector<column_schema> schema);

    /// Appends a point for each row that `wanted` is true of. Refused: a time past int64
    /// nanoseconds, a row without a time or a value, tags that are no JSON object of strings.
    [[nodiscard]] storage::reply<std::monostate> append(
        const batch& rows, std::vector<storage::point>& to,
        const std::function<bool(const storage::point&)>& wanted = {}) const;

private:
    point_reader() = default;

    std::vector<column_schema> schema_;
    std::size_t time_ = 0, metric_ = 0, value_ = 0;
    std::optional<std::size_t> service_, tags_;
    std::vector<std::size_t> tag_columns_;
};

}  // namespace chronopack::parquet
