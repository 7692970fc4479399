#include "utf16.hpp"

#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

constexpr std::uint32_t high_surrogates = 0xd800, low_surrogates = 0xdc00, after = 0xe000;
constexpr std::uint32_t mark = 0xfeff;

}  // namespace

std::optional<std::endian> utf16_order(std::string_view start) noexcept {
    if (start.starts_with("\xff\xfe")) return std::endian::little;
    if (start.starts_with("\xfe\xff")) return std::endian::big;
    if (start.size() < 4) return std::nullopt;
    const auto zero = [&](std::size_t i) {
        return start[i] == '\0';
    };
    if (zero(1) && zero(3) && !zero(0) && !zero(2)) return std::endian::little;
    if (zero(0) && zero(2) && !zero(1) && !zero(3)) return std::endian::big;
    return std::nullopt;
}

std::optional<std::uint32_t> utf16_source::next_unit() {
    while (last_ - first_ < 2) {
        if (first_ != 0) std::copy(bytes_.data() + first_, bytes_.data() + last_, bytes_.data());
        last_ -= first_;
        first_ = 0;
        const std::size_t n = from_.read(std::span(bytes_).subspan(last_));
        last_ += n;
        if (n != 0) continue;
        if (last_ == 0) return std::nullopt;
        throw broken_source({file_}, "this is UTF-16 with half of a character at its end");
    }
    const auto a = static_cast<unsigned char>(bytes_[first_]);
    const auto b = static_cast<unsigned char>(bytes_[first_ + 1]);
    first_ += 2;
    ++units_;
    return order_ == std::endian::little ? std::uint32_t{b} << 8 | a : std::uint32_t{a} << 8 | b;
}

std::optional<std::uint32_t> utf16_source::next_character() {
    const auto unit = next_unit();
    if (!unit || *unit < high_surrogates || *unit >= after) return unit;
    const auto second = *unit < low_surrogates ? next_unit() : std::nullopt;
    if (!second || *second < low_surrogates || *second >= after)
        throw broken_source(
            {file_}, "this is UTF-16 with half of a surrogate pair, in unit " + grouped(units_));
    return 0x10000 + ((*unit - high_surrogates) << 10) + (*second - low_surrogates);
}

void utf16_source::put(std::uint32_t character) {
    held_first_ = held_last_ = 0;
    const auto add = [&](std::uint32_t byte) {
        held_[held_last_++] = static_cast<char>(byte);
    };
    if (character < 0x80) return add(character);
    if (character < 0x800) {
        add(0xc0 | character >> 6);
    } else {
        if (character < 0x10000) {
            add(0xe0 | character >> 12);
        } else {
            add(0xf0 | character >> 18);
            add(0x80 | (character >> 12 & 0x3f));
        }
        add(0x80 | (character >> 6 & 0x3f));
    }
    add(0x80 | (character & 0x3f));
}

std::size_t utf16_source::read(std::span<char> room) {
    std::size_t given = 0;
    while (given < room.size()) {
        if (held_first_ == held_last_) {
            const auto character = next_character();
            if (!character) break;
            const bool skip = !started_ && *character == mark;
            started_ = true;
            if (skip) continue;
            put(*character);
        }
        room[given++] = held_[held_first_++];
    }
    return given;
}

}  // namespace chronopack::input
