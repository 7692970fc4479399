// Finds a series by its labels, through a bisection of sorted hashes.
//
//   hash     0x07a1...  0x3f52...  0x3f52...  0xd00b...
//   number           2          0          7          1
//
// Series of the same hash are sorted by their labels, so that labels chosen to collide take no
// longer to find than others.
#pragma once

#include <chronopack/series/archive_format.hpp>
#include <chronopack/series/label_index.hpp>

#include <algorithm>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail::archive {

/// Takes 16 bytes a series. Immutable; the series must stay where they are.
class series_finder {
public:
    /// Sorts the series by hash.
    explicit series_finder(std::span<const archived_series> series) : series_(series) {
        entries_.reserve(series.size());
        for (std::size_t i = 0; i < series.size(); ++i)
            entries_.push_back({hash_of(series[i].labels), i});
        std::sort(entries_.begin(), entries_.end(), [&](const entry& a, const entry& b) {
            if (a.hash != b.hash) return a.hash < b.hash;
            const auto order = series_[a.number].labels <=> series_[b.number].labels;
            return order != 0 ? order < 0 : a.number < b.number;
        });
    }

    /// Returns the lowest number of a series with these labels, or not_found.
    [[nodiscard]] result<std::size_t> find(const labels& names) const noexcept {
        const std::uint64_t hash = hash_of(names);
        const auto at = std::partition_point(entries_.begin(), entries_.end(), [&](const entry& e) {
            return e.hash != hash ? e.hash < hash : series_[e.number].labels < names;
        });
        if (at == entries_.end() || at->hash != hash || series_[at->number].labels != names)
            return errc::not_found;
        return at->number;
    }

private:
    struct entry {
        std::uint64_t hash;
        std::size_t number;
    };

    std::span<const archived_series> series_;
    std::vector<entry> entries_;
};

}  // namespace detail::archive
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
