// Thrift's compact protocol, as far as Parquet's metadata needs it: a writer and a bounded reader.
//
//   field    (id - id before) << 4 | type       or, where that is not 1 to 15: type, zigzag id
//   i16-i64  zigzag varint                      bool   in the field's type: 1 true, 2 false
//   binary   varint n, n bytes                  struct fields, then a zero
//   list     n << 4 | type                      or, from 15 items on: 0xf0 | type, varint n
//
// The reader trusts nothing: lengths are within what is left, structs nest no deeper than 16, and
// after the first error it stays failed and every struct ends.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/core/cursor.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::parquet {

enum class wire_type : std::uint8_t {
    stop = 0,
    boolean_true = 1,
    boolean_false = 2,
    i8 = 3,
    i16 = 4,
    i32 = 5,
    i64 = 6,
    real = 7,
    binary = 8,
    list = 9,
    set = 10,
    map = 11,
    structure = 12
};

inline void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

/// Writes one struct: its fields by rising id, then end().
class struct_writer {
public:
    explicit struct_writer(std::string& out) noexcept : out_(out) {}

    void i16(int id, std::int16_t v) { number(id, wire_type::i16, v); }
    void i32(int id, std::int32_t v) { number(id, wire_type::i32, v); }
    void i64(int id, std::int64_t v) { number(id, wire_type::i64, v); }
    void boolean(int id, bool v) {
        head(id, v ? wire_type::boolean_true : wire_type::boolean_false);
    }
    void binary(int id, std::string_view v) {
        head(id, wire_type::binary);
        text(v);
    }
    /// Writes a struct whose fields `fill` writes.
    template <class Fill>
    void structure(int id, Fill fill) {
        head(id, wire_type::structure);
        struct_writer inner(out_);
        fill(inner);
        inner.end();
    }
    void empty_struct(int id) {
        structure(id, [](struct_writer&) {});
    }
    template <class Items, class Fill>
    void structs(int id, const Items& items, Fill fill) {
        list(id, wire_type::structure, items.size());
        for (const auto& item : items) {
            struct_writer inner(out_);
            fill(inner, item);
            inner.end();
        }
    }
    template <class Items>
    void numbers(int id, wire_type type, const Items& items) {
        list(id, type, items.size());
        for (const auto item : items) append_varint(out_, zigzag(static_cast<std::int64_t>(item)));
    }
    template <class Items>
    void binaries(int id, const Items& items) {
        list(id, wire_type::binary, items.size());
        for (const auto& item : items) text(item);
    }
    template <class Items>
    void booleans(int id, const Items& items) {
        list(id, wire_type::boolean_true, items.size());
        for (const bool item : items) out_ += item ? '\1' : '\2';
    }
    void end() { out_ += '\0'; }

private:
    void head(int id, wire_type type) {
        const int step = id - last_;
        last_ = id;
        if (step >= 1 && step <= 15) {
            out_ += static_cast<char>(step << 4 | static_cast<int>(type));
        } else {
            out_ += static_cast<char>(type);
            append_varint(out_, zigzag(id));
        }
    }
    void number(int id, wire_type type, std::int64_t v) {
        head(id, type);
        append_varint(out_, zigzag(v));
    }
    void text(std::string_view v) {
        append_varint(out_, v.size());
        out_ += v;
    }
    void list(int id, wire_type type, std::size_t n) {
        head(id, wire_type::list);
        if (n < 15) {
            out_ += static_cast<char>(n << 4 | static_cast<std::size_t>(type));
        } else {
            out_ += static_cast<char>(0xf0 | static_cast<int>(type));
            append_varint(out_, n);
        }
    }

    std::string& out_;
    int last_ = 0;
};

/// A field's head.
struct wire_field {
    int id = 0;
    wire_type type = wire_type::stop;
};

/// A list's head: each item takes at least one byte of what is left.
struct wire_list {
    std::size_t size = 0;
    wire_type type = wire_type::stop;
};

class compact_reader {
public:
    explicit compact_reader(borrowed_bytes in) noexcept : in_(in) {}

    /// Calls `read` with the head of each field of a struct; it must take the value, or skip().
    template <class Read>
    void structure(Read read) {
        if (++depth_ > max_depth) in_.fail();
        for (int id = 0; !in_.failed();) {
            const unsigned head = in_.u8();
            wire_field field{id, static_cast<wire_type>(head & 15)};
            if (field.type == wire_type::stop) {
                if (head != 0) in_.fail();
                break;
            }
            const unsigned step = head >> 4;
            const std::int64_t next =
                step != 0 ? id + static_cast<int>(step) : take_signed_varint(in_);
            if (next < 0 || next > INT16_MAX) in_.fail();
            if (in_.failed()) break;
            field.id = id = static_cast<int>(next);
            read(field);
        }
        --depth_;
    }

    [[nodiscard]] std::int64_t i64(const wire_field& field) { return number(field.type); }
    [[nodiscard]] std::int32_t i32(const wire_field& field) { return narrow(number(field.type)); }
    [[nodiscard]] bool boolean(const wire_field& field) {
        if (field.type != wire_type::boolean_true && field.type != wire_type::boolean_false)
            in_.fail();
        return field.type == wire_type::boolean_true;
    }
    /// A view into the input.
    [[nodiscard]] std::string_view binary(const wire_field& field) {
        if (field.type != wire_type::binary) in_.fail();
        return text();
    }
    template <class Read>
    void inner(const wire_field& field, Read read) {
        if (field.type != wire_type::structure) return in_.fail();
        structure(read);
    }
    /// Calls `read` for each item of a list of structs, which must read the struct.
    template <class Read>
    void structs(const wire_field& field, Read read) {
        const wire_list all = list(field);
        if (all.size > 0 && all.type != wire_type::structure) return in_.fail();
        for (std::size_t i = 0; i < all.size && !in_.failed(); ++i) read();
    }
    template <class Take>
    void numbers(const wire_field& field, Take take) {
        const wire_list all = list(field);
        for (std::size_t i = 0; i < all.size && !in_.failed(); ++i) take(number(all.type));
    }
    template <class Take>
    void binaries(const wire_field& field, Take take) {
        const wire_list all = list(field);
        if (all.size > 0 && all.type != wire_type::binary) return in_.fail();
        for (std::size_t i = 0; i < all.size && !in_.failed(); ++i) take(text());
    }
    template <class Take>
    void booleans(const wire_field& field, Take take) {
        const wire_list all = list(field);
        if (all.size > 0 && all.type != wire_type::boolean_true &&
            all.type != wire_type::boolean_false)
            return in_.fail();
        for (std::size_t i = 0; i < all.size && !in_.failed(); ++i) {
            const unsigned byte = in_.u8();
            if (byte > 2) in_.fail();  // old writers say 0 for false
            take(byte == 1);
        }
    }
    void skip(const wire_field& field) { skip(field.type, false); }

    [[nodiscard]] bool failed() const noexcept { return in_.failed(); }
    void fail() noexcept { in_.fail(); }
    [[nodiscard]] std::size_t position() const noexcept { return in_.position(); }

private:
    static constexpr int max_depth = 16;

    std::int64_t number(wire_type type) {
        if (type == wire_type::i8) return static_cast<std::int8_t>(in_.u8());
        if (type != wire_type::i16 && type != wire_type::i32 && type != wire_type::i64) in_.fail();
        return take_signed_varint(in_);
    }
    std::int32_t narrow(std::int64_t v) {
        if (v < INT32_MIN || v > INT32_MAX) in_.fail();
        return static_cast<std::int32_t>(v);
    }
    std::string_view text() {
        const cbytes chars = in_.take(take_varint(in_));
        return {reinterpret_cast<const char*>(chars.data()), chars.size()};
    }
    wire_list list(const wire_field& field) {
        if (field.type != wire_type::list && field.type != wire_type::set) in_.fail();
        const unsigned head = in_.u8();
        wire_list all{head >> 4, static_cast<wire_type>(head & 15)};
        if (all.size == 15) all.size = take_varint(in_);
        if (all.size > in_.remaining()) in_.fail();
        return in_.failed() ? wire_list{} : all;
    }
    void skip(wire_type type, bool item) {
        switch (type) {
            case wire_type::boolean_true:
            case wire_type::boolean_false:
                return in_.skip(item ? 1 : 0);
            case wire_type::i8:
                return in_.skip(1);
            case wire_type::i16:
            case wire_type::i32:
            case wire_type::i64:
                return void(take_varint(in_));
            case wire_type::real:
                return in_.skip(8);
            case wire_type::binary:
                return in_.skip(take_varint(in_));
            case wire_type::structure:
                return structure([this](const wire_field& field) { skip(field); });
            case wire_type::list:
            case wire_type::set: {
                if (++depth_ > max_depth) in_.fail();
                const wire_list all = list({0, type});
                for (std::size_t i = 0; i < all.size && !in_.failed(); ++i) skip(all.type, true);
                --depth_;
                return;
            }
            default:  // Parquet's metadata has no maps
                in_.fail();
        }
    }

    byte_reader in_;
    int depth_ = 0;
};

}  // namespace chronopack::parquet
