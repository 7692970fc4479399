// A parameter of a statement: what stands for $1.
//
//   parameter::text("cpu")                 of the type that the statement makes of it
//   parameter::int8(7)
//   parameter::int8_array(n, [&](std::size_t i) { return ids[i]; })
//
//   array   i32 dimensions = 1 | i32 has nulls = 0 | i32 type | i32 n | i32 first = 1 |
//           for each: i32 bytes, value                      all numbers are big-endian
//
// Arrays are how a batch is written: one statement whatever the number of rows, where a list of
// VALUES ends at 65,535 parameters.
#pragma once

#include <adapters/timescaledb/binary.hpp>

#include <chronopack/core/bit.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace chronopack::timescaledb {

struct parameter {
    std::uint32_t type = 0;  ///< 0: the server finds out
    bool binary = false;
    std::optional<std::string> value{};  ///< nothing for NULL; text has no NUL

    [[nodiscard]] static parameter null() { return {}; }
    [[nodiscard]] static parameter text(std::string value) { return {0, false, std::move(value)}; }
    [[nodiscard]] static parameter int8(std::int64_t value) {
        return {oid::int8, true, be_text(static_cast<std::uint64_t>(value))};
    }
    /// Microseconds since 2000, UTC.
    [[nodiscard]] static parameter timestamptz(std::int64_t value) {
        return {oid::timestamptz, true, be_text(static_cast<std::uint64_t>(value))};
    }
    [[nodiscard]] static parameter float8(double value) {
        return {oid::float8, true, be_text(bit_cast<std::uint64_t>(value))};
    }

    /// `of(i)` for each i below `count`, as an integer, a double, or text.
    template <class Of>
    [[nodiscard]] static parameter int8_array(std::size_t count, Of of) {
        return numbers<std::uint64_t>(oid::int8_array, oid::int8, count, [&](std::size_t i) {
            return static_cast<std::uint64_t>(of(i));
        });
    }
    /// Microseconds since 2000, UTC.
    template <class Of>
    [[nodiscard]] static parameter timestamptz_array(std::size_t count, Of of) {
        return numbers<std::uint64_t>(
            oid::timestamptz_array, oid::timestamptz, count,
            [&](std::size_t i) { return static_cast<std::uint64_t>(of(i)); });
    }
    template <class Of>
    [[nodiscard]] static parameter int2_array(std::size_t count, Of of) {
        return numbers<std::uint16_t>(oid::int2_array, oid::int2, count, [&](std::size_t i) {
            return static_cast<std::uint16_t>(of(i));
        });
    }
    template <class Of>
    [[nodiscard]] static parameter float8_array(std::size_t count, Of of) {
        return numbers<std::uint64_t>(oid::float8_array, oid::float8, count, [&](std::size_t i) {
            return bit_cast<std::uint64_t>(of(i));
        });
    }
    template <class Of>
    [[nodiscard]] static parameter text_array(std::size_t count, Of of) {
        return texts(oid::text_array, oid::text, count, of);
    }
    template <class Of>
    [[nodiscard]] static parameter bytea_array(std::size_t count, Of of) {
        return texts(oid::bytea_array, oid::bytea, count, of);
    }

private:
    static std::string head(std::uint32_t element, std::size_t count) {
        std::string out;
        put_be<std::uint32_t>(out, count == 0 ? 0 : 1);
        put_be<std::uint32_t>(out, 0);
        put_be<std::uint32_t>(out, element);
        if (count == 0) return out;
        put_be<std::uint32_t>(out, static_cast<std::uint32_t>(count));
        put_be<std::uint32_t>(out, 1);
        return out;
    }
    template <class T, class Of>
    static parameter numbers(std::uint32_t array, std::uint32_t element, std::size_t count, Of of) {
        std::string out = head(element, count);
        const std::size_t at = out.size();
        constexpr std::size_t item = 4 + sizeof(T);
        out.resize(at + count * item);
        auto* to = reinterpret_cast<std::byte*>(out.data() + at);
        for (std::size_t i = 0; i < count; ++i, to += item) {
            store_be<std::uint32_t>(to, sizeof(T));
            store_be<T>(to + 4, of(i));
        }
        return {array, true, std::move(out)};
    }
    template <class Of>
    static parameter texts(std::uint32_t array, std::uint32_t element, std::size_t count, Of of) {
        std::string out = head(element, count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view one = of(i);
            put_be<std::uint32_t>(out, static_cast<std::uint32_t>(one.size()));
            out.append(one);
        }
        return {array, true, std::move(out)};
    }
};

}  // namespace chronopack::timescaledb
