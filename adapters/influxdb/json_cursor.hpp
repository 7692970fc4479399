// JSON read from front to back, as what InfluxDB's answers are: without a tree of it, and
// with numbers as they were written. A library's reader makes 0 of -0, and may have a
// double between the text and an integer of 64 bits.
//
//   json_cursor at(R"({"f": [1, -0]})");
//   at.take('{') && at.read(name) && at.take(':') && ...
//
// Every function returns false for text that is not what was asked for, and then nothing
// more may be asked.
//
// Source: RFC 8259.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace chronopack::influxdb {

/// Holds an int64 where a number was written without a fraction and fits, a uint64 where only that
/// holds it, and a double otherwise; -0 is a double.
using json_number = std::variant<std::int64_t, std::uint64_t, double>;

class json_cursor {
public:
    explicit json_cursor(std::string_view text) noexcept : text_(text) {}

    /// Returns whether only white space is left.
    [[nodiscard]] bool at_end() noexcept;
    /// Returns the next character that is no white space, or 0 at the end.
    [[nodiscard]] char peek() noexcept;
    /// Passes `one`, if it is the next character.
    [[nodiscard]] bool take(char one) noexcept;
    /// Passes a word: true, false or null.
    [[nodiscard]] bool take(std::string_view word) noexcept;
    /// Reads a string, which must be UTF-8 where it has escapes of surrogates.
    [[nodiscard]] bool read(std::string& to);
    /// Reads a number. Returns false for one that no double is either.
    [[nodiscard]] bool read(json_number& to) noexcept;
    /// Passes a value of any kind, of at most so many levels.
    [[nodiscard]] bool skip(int levels = 32);

    /// Passes the members of an object: `member` is called with each name, and must read
    /// the value.
    template <class Member>
    [[nodiscard]] bool object(Member member) {
        if (!take('{')) return false;
        if (take('}')) return true;
        do {
            std::string name;
            if (!read(name) || !take(':') || !member(name)) return false;
        } while (take(','));
        return take('}');
    }
    /// Passes the elements of an array: `element` must read each.
    template <class Element>
    [[nodiscard]] bool array(Element element) {
        if (!take('[')) return false;
        if (take(']')) return true;
        do {
            if (!element()) return false;
        } while (take(','));
        return take(']');
    }

private:
    [[nodiscard]] bool read_escape(std::string& to);
    [[nodiscard]] bool read_unit(std::uint32_t& to) noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace chronopack::influxdb
