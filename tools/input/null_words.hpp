// Words that people and programs write where there is no number: NA, null, -, #N/A. Users add
// others, which may be numbers: -999.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::input {

/// Returns whether a cell is one of the words that always stand for nothing, in any case. NaN is
/// none of them: it is a value.
[[nodiscard]] bool is_null_word(std::string_view cell) noexcept;

/// The words that a user adds.
class null_words {
public:
    null_words() = default;
    explicit null_words(std::vector<std::string> words);

    [[nodiscard]] bool empty() const noexcept { return words_.empty(); }
    /// Returns whether a cell is one of them, or a number that equals one: -999.0 equals -999.
    [[nodiscard]] bool has(std::string_view cell) const noexcept;

private:
    std::vector<std::string> words_;
    std::vector<double> numbers_;
};

}  // namespace chronopack::input
