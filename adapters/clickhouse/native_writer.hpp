// ClickHouse's Native format, written: one block, column after column, as
// native_reader.hpp draws it.
//
//   native_writer out(2, 3, bytes);
//   out.column("host", "LowCardinality(String)");
//   key_column hosts;
//   hosts.add("a", 2);
//   hosts.add("b", 1);
//   out.head();
//   out.keys(hosts);
//   out.column("value", "UInt64");
//   out.numbers<std::uint64_t>(3, [](std::size_t i) { return i; });
//   send(std::move(out).take());
#pragma once

#include <chronopack/bits/varint.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chronopack::clickhouse {

/// Holds strings of which many are the same: a dictionary, and an index for each.
class key_column {
public:
    /// Returns the index of a text, which must outlive the column.
    [[nodiscard]] std::uint32_t index_of(std::string_view text) {
        const auto [at, is_new] =
            known_.try_emplace(text, static_cast<std::uint32_t>(keys_.size()));
        if (is_new) keys_.push_back(text);
        return at->second;
    }
    void add(std::string_view text, std::size_t times) {
        indices_.insert(indices_.end(), times, index_of(text));
    }
    void add(std::span<const std::uint32_t> indices, std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            indices_.insert(indices_.end(), indices.begin(), indices.end());
    }

    [[nodiscard]] const std::vector<std::string_view>& keys() const noexcept { return keys_; }
    [[nodiscard]] const std::vector<std::uint32_t>& indices() const noexcept { return indices_; }

private:
    std::unordered_map<std::string_view, std::uint32_t> known_;
    std::vector<std::string_view> keys_;
    std::vector<std::uint32_t> indices_;
};

class native_writer {
public:
    /// Writes the data of columns, without a block around it.
    native_writer() = default;
    /// Writes a block, and reserves room for about `bytes` bytes.
    native_writer(std::size_t columns, std::size_t rows, std::size_t bytes) {
        out_.reserve(bytes);
        varint(columns);
        varint(rows);
    }

    /// Begins a column.
    void column(std::string_view name, std::string_view type) {
        string(name);
        string(type);
    }

    /// Writes the word that precedes the data, once for each LowCardinality in the type.
    void head() { number<std::uint64_t>(1); }

    void string(std::string_view text) {
        varint(text.size());
        out_.append(text);
    }
    /// Writes bytes that string() and the like made, so many times.
    void repeat(std::string_view data, std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) out_.append(data);
    }

    template <std::unsigned_integral T>
    void number(T value) {
        numbers<T>(1, [=](std::size_t) { return value; });
    }
    /// Writes of(i) for each i below `count`.
    template <std::unsigned_integral T, class Of>
    void numbers(std::size_t count, Of of) {
        const std::size_t at = out_.size();
        out_.resize(at + count * sizeof(T));
        auto* const to = reinterpret_cast<std::byte*>(out_.data() + at);
        for (std::size_t i = 0; i < count; ++i) store_le<T>(to + i * sizeof(T), of(i));
    }

    /// Writes the data of a LowCardinality(String). Without rows it writes nothing.
    void keys(const key_column& of) {
        constexpr std::uint64_t own_keys = 0x600;
        const auto& indices = of.indices();
        if (indices.empty()) return;
        const std::size_t count = of.keys().size();
        const unsigned width = count <= 0x100 ? 0 : count <= 0x10000 ? 1 : 2;  // log2
        number<std::uint64_t>(own_keys + width);
        number<std::uint64_t>(count);
        for (const std::string_view key : of.keys()) string(key);
        number<std::uint64_t>(indices.size());
        if (width == 0)
            numbers<std::uint8_t>(indices.size(),
                                  [&](std::size_t i) { return std::uint8_t(indices[i]); });
        else if (width == 1)
            numbers<std::uint16_t>(indices.size(),
                                   [&](std::size_t i) { return std::uint16_t(indices[i]); });
        else
            numbers<std::uint32_t>(indices.size(), [&](std::size_t i) { return indices[i]; });
    }

    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    void varint(std::uint64_t value) {
        std::byte room[max_varint_bytes];
        byte_writer to(room);
        write_varint(to, value);
        out_.append(reinterpret_cast<const char*>(room), to.position());
    }

    std::string out_;
};

}  // namespace chronopack::clickhouse
