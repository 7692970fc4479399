// Finds label sets by their hash. It holds no labels itself, because a set of a few words takes
// many times the memory of its text.
#pragma once

#include <chronopack/series/labels.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Returns the FNV-1a hash of the names and values, each followed by a byte that UTF-8 never
/// has.
[[nodiscard]] inline std::uint64_t hash_of(const labels& names) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto take = [&](unsigned char c) {
        hash = (hash ^ c) * 0x100000001b3;
    };
    for (const label& l : names.pairs())
        for (const std::string* text : {&l.name, &l.value}) {
            for (const char c : *text) take(static_cast<unsigned char>(c));
            take(0xff);
        }
    return hash;
}

class label_index {
public:
    /// Returns the number that these labels were added with, if any. `at(number)` must return
    /// the labels that were added with a number.
    template <class At>
    [[nodiscard]] std::optional<std::uint32_t> find(const labels& wanted, At at) const {
        const auto [first, last] = numbers_.equal_range(hash_of(wanted));
        for (auto each = first; each != last; ++each)
            if (at(each->second) == wanted) return each->second;
        return std::nullopt;
    }

    /// Adds labels that find() did not find.
    void add(const labels& names, std::uint32_t number) {
        numbers_.emplace(hash_of(names), number);
    }

    /// Removes the labels that were added with the number, if they were.
    void remove(const labels& names, std::uint32_t number) noexcept {
        const auto [first, last] = numbers_.equal_range(hash_of(names));
        for (auto each = first; each != last; ++each)
            if (each->second == number) {
                numbers_.erase(each);
                return;
            }
    }

    void clear() noexcept { numbers_.clear(); }

private:
    std::unordered_multimap<std::uint64_t, std::uint32_t> numbers_;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
