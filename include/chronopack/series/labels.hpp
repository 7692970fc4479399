// Labels name a series: pairs of a name and a value, sorted by name, each name once.
//
//   labels::from({{"host", "a"}, {"__name__", "cpu"}})
//
//   wire   varint count | for each: varint n, name, varint n, value
#pragma once

#include <chronopack/bits/varint.hpp>

#include <algorithm>
#include <compare>
#include <string>
#include <vector>

namespace chronopack {

struct label {
    std::string name;
    std::string value;

    friend auto operator<=>(const label&, const label&) = default;
};

inline namespace CHRONOPACK_ABI {
namespace detail {

// Types whose names differ by instruction set (core/abi.hpp), so that those of the sort do too.
struct label_before {
    bool operator()(const label& a, const label& b) const noexcept { return a.name < b.name; }
};
struct label_before_name {
    bool operator()(const label& l, std::string_view name) const noexcept { return l.name < name; }
};
struct label_repeats {
    bool operator()(const label& a, const label& b) const noexcept { return a.name == b.name; }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI

class labels {
public:
    /// The most bytes of a label set on the wire.
    static constexpr std::size_t max_bytes = std::size_t{1} << 20;

    labels() = default;

    /// Returns labels sorted by name, or out_of_range for a repeated name or more than
    /// max_bytes.
    [[nodiscard, gnu::always_inline]] static result<labels> from(std::vector<label> pairs) {
        std::sort(pairs.begin(), pairs.end(), detail::label_before());
        if (std::adjacent_find(pairs.begin(), pairs.end(), detail::label_repeats()) != pairs.end())
            return errc::out_of_range;
        labels made;
        made.pairs_ = std::move(pairs);
        if (made.wire_bytes() > max_bytes) return errc::out_of_range;
        return made;
    }

    [[nodiscard, gnu::always_inline]] const std::vector<label>& pairs() const noexcept {
        return pairs_;
    }

    /// Iterate over the pairs in the order of their names.
    [[nodiscard, gnu::always_inline]] auto begin() const noexcept { return pairs_.begin(); }
    [[nodiscard, gnu::always_inline]] auto end() const noexcept { return pairs_.end(); }
    [[nodiscard, gnu::always_inline]] std::size_t size() const noexcept { return pairs_.size(); }
    [[nodiscard, gnu::always_inline]] bool empty() const noexcept { return pairs_.empty(); }

    /// Returns the value of `name`, found by bisection, or an empty string.
    [[nodiscard, gnu::always_inline]] std::string_view operator[](
        std::string_view name) const noexcept {
        const auto at =
            std::lower_bound(pairs_.begin(), pairs_.end(), name, detail::label_before_name());
        return at != pairs_.end() && at->name == name ? std::string_view(at->value)
                                                      : std::string_view();
    }

    [[nodiscard, gnu::always_inline]] std::size_t wire_bytes() const noexcept {
        std::size_t n = varint_bytes(pairs_.size());
        for (const label& l : pairs_)
            n += varint_bytes(l.name.size()) + l.name.size() + varint_bytes(l.value.size()) +
                 l.value.size();
        return n;
    }

    void write(byte_writer& out) const noexcept {
        write_varint(out, pairs_.size());
        for (const label& l : pairs_) {
            write_text(out, l.name);
            write_text(out, l.value);
        }
    }

    /// Reads labels as write() writes them. Returns truncated, or corrupt for any other form.
    [[nodiscard]] static result<labels> read(byte_reader& in) {
        const std::size_t before = in.position();
        const auto count = read_varint(in);
        if (!count) return count.error();
        std::vector<label> pairs;  // grows with the bytes read, not with the count
        for (std::uint64_t i = 0; i < *count; ++i) {
            label l;
            for (std::string* text : {&l.name, &l.value}) {
                const auto size = read_varint(in);
                if (!size) return size.error();
                const cbytes chars = in.take(*size);
                if (in.failed()) return errc::truncated;
                text->assign(reinterpret_cast<const char*>(chars.data()), chars.size());
            }
            if (!pairs.empty() && pairs.back().name >= l.name) return errc::corrupt;
            pairs.push_back(std::move(l));
        }
        if (in.position() - before > max_bytes) return errc::corrupt;
        labels made;
        made.pairs_ = std::move(pairs);
        return made;
    }

    friend auto operator<=>(const labels&, const labels&) = default;

private:
    static void write_text(byte_writer& out, const std::string& text) noexcept {
        write_varint(out, text.size());
        out.put(std::as_bytes(std::span(text)));
    }

    std::vector<label> pairs_;
};

}  // namespace chronopack
