// Converts UTF-16 to UTF-8.
#pragma once

#include "source.hpp"

#include <array>
#include <bit>
#include <string>

namespace chronopack::input {

/// Returns in which order the bytes of UTF-16 are, or nothing for other bytes: by a mark, or by
/// zeros beside the first letters.
[[nodiscard]] std::optional<std::endian> utf16_order(std::string_view start) noexcept;

class utf16_source final : public source {
public:
    utf16_source(source& from, std::endian order, std::string file)
        : from_(from), order_(order), file_(std::move(file)) {}

    /// Throws broken_source for half of a surrogate pair, and for an odd number of bytes.
    std::size_t read(std::span<char> room) override;

private:
    [[nodiscard]] std::optional<std::uint32_t> next_unit();
    [[nodiscard]] std::optional<std::uint32_t> next_character();
    void put(std::uint32_t character);

    source& from_;
    std::endian order_;
    std::string file_;
    std::array<char, 1 << 16> bytes_;
    std::size_t first_ = 0, last_ = 0;
    std::uint64_t units_ = 0;
    bool started_ = false;
    std::array<char, 4> held_{};  // a character that did not fit the room
    std::size_t held_first_ = 0, held_last_ = 0;
};

}  // namespace chronopack::input
