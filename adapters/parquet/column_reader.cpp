#include <adapters/parquet/column_reader.hpp>

#include <adapters/parquet/page_cursor.hpp>
#include <adapters/parquet/tags_reader.hpp>

namespace chronopack::parquet {

namespace {

class flat_reader final : public column_reader {
public:
    flat_reader(const column_leaves& column, leaf_source from)
        : kind_(column.column.kind), at_(std::move(from), column.column.is_unsigned) {}

    storage::reply<std::size_t> prepare(std::size_t most) override {
        const auto more = at_.ready();
        if (!more) return more.error();
        if (!*more) return std::size_t{0};
        return kind_ == column_kind::text ? std::min(most, at_.left()) : most;
    }

    storage::reply<std::monostate> take(std::size_t n, column& into) override {
        into.integers.clear();
        into.reals.clear();
        into.indices.clear();
        into.present.clear();
        while (n > 0) {
            const auto more = at_.ready();
            if (!more) return more.error();
            if (!*more) return at_.leaf().damaged("its chunk has fewer rows than the row group");
            const std::size_t some = std::min(n, at_.left());
            append(some, into);
            n -= some;
            row_ += some;
        }
        // A row without a value is told apart only where there is one.
        if (std::find(into.present.begin(), into.present.end(), 0) == into.present.end())
            into.present.clear();
        return std::monostate();
    }

    storage::reply<std::monostate> seek(std::uint64_t row) override {
        if (const auto first = at_.jump(row, row_)) row_ = *first;
        while (row_ < row) {
            const auto more = at_.ready();
            if (!more) return more.error();
            if (!*more) return at_.leaf().damaged("its chunk has fewer rows than the row group");
            const auto some =
                static_cast<std::size_t>(std::min<std::uint64_t>(row - row_, at_.left()));
            at_.pass(some, values_of(some));
            row_ += some;
        }
        return std::monostate();
    }

    std::uint64_t bytes_read() const noexcept override { return at_.bytes_read(); }

private:
    [[nodiscard]] std::size_t values_of(std::size_t entries) const {
        if (at_.page().definition.empty()) return entries;
        std::size_t n = 0;
        for (std::size_t i = 0; i < entries; ++i) n += at_.has(at_.entry() + i);
        return n;
    }

    template <class T>
    void append(std::size_t n, const std::vector<T>& from, std::vector<T>& to) {
        const auto begin = from.begin() + static_cast<std::ptrdiff_t>(at_.value());
        if (at_.page().definition.empty()) {
            to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(n));
            return;
        }
        std::size_t value = at_.value();
        for (std::size_t i = 0; i < n; ++i)
            to.push_back(at_.has(at_.entry() + i) ? from[value++] : T{});
    }

    void append(std::size_t n, column& into) {
        const leaf_page& page = at_.page();
        switch (kind_) {
            case column_kind::real:
                append(n, page.reals, into.reals);
                break;
            case column_kind::text:
                append(n, page.codes, into.indices);
                into.texts = page.texts;
                break;
            default:
                append(n, page.integers, into.integers);
        }
        if (!page.definition.empty())
            for (std::size_t i = 0; i < n; ++i) into.present.push_back(at_.has(at_.entry() + i));
        at_.pass(n, values_of(n));
    }

    column_kind kind_;
    page_cursor at_;
    std::uint64_t row_ = 0;
};

}  // namespace

std::unique_ptr<column_reader> read_column(const column_leaves& column,
                                           std::vector<leaf_source> sources) {
    if (column.column.kind == column_kind::tags)
        return std::make_unique<tags_reader>(column, std::move(sources[0]), std::move(sources[1]));
    return std::make_unique<flat_reader>(column, std::move(sources[0]));
}

}  // namespace chronopack::parquet
