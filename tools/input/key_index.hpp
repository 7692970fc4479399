// Numbers texts that tend to come again in the order in which they first came, such as the label
// sets of records: one for each host, minute after minute.
//
//   a b c a b c a ...     0 1 2 0 1 2 0     found right after the last one, in the order
//                                           of memory; by hash only where it differs
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chronopack::input {

class key_index {
public:
    /// Returns the number of a key. A new key gets the old size().
    [[nodiscard]] std::size_t operator()(std::string_view key) {
        if (size() != 0) {
            if (key == (*this)[last_]) return last_;
            const std::size_t next = last_ + 1 == size() ? 0 : last_ + 1;
            if (key == (*this)[next]) return last_ = next;
        }
        const auto [at, is_new] = numbers_.try_emplace(std::string(key), size());
        if (is_new) {
            text_ += key;
            ends_.push_back(text_.size());
        }
        return last_ = at->second;
    }

    [[nodiscard]] std::size_t size() const noexcept { return ends_.size() - 1; }

private:
    [[nodiscard]] std::string_view operator[](std::size_t number) const noexcept {
        return std::string_view(text_).substr(ends_[number], ends_[number + 1] - ends_[number]);
    }

    std::string text_;  // all keys, one after the other
    std::vector<std::size_t> ends_{0};
    std::unordered_map<std::string, std::size_t> numbers_;
    std::size_t last_ = 0;
};

}  // namespace chronopack::input
