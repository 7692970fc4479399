// Finds label sets that lie elsewhere by their hash, so that none is kept twice: a set
// of a few words takes many times the memory of its text.
#pragma once

#include <chronopack/series/labels.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace chronopack::inline CHRONOPACK_ABI::detail {

class label_index {
public:
    /// The number of these labels, where `at(number)` gives the labels of each that was
    /// added; or none.
    template <class At>
    [[nodiscard]] std::optional<std::uint32_t> find(const labels& wanted, At at) const {
        const auto [first, last] = numbers_.equal_range(hash_of(wanted));
        for (auto each = first; each != last; ++each)
            if (at(each->second) == wanted) return each->second;
        return std::nullopt;
    }

    /// Adds labels that were not found.
    void add(const labels& names, std::uint32_t number) {
        numbers_.emplace(hash_of(names), number);
    }

    void clear() noexcept { numbers_.clear(); }

private:
    [[nodiscard]] static std::size_t hash_of(const labels& names) noexcept {
        std::size_t hash = 0;
        const auto mix = [&](std::string_view text) {
            hash = (hash ^ std::hash<std::string_view>{}(text)) * 0x9e37'79b9'7f4a'7c15u;
            hash ^= hash >> 32;
        };
        for (const label& one : names.pairs()) {
            mix(one.name);
            mix(one.value);
        }
        return hash;
    }

    std::unordered_multimap<std::size_t, std::uint32_t> numbers_;
};

}  // namespace chronopack::detail
