// A source of bytes, read in pieces, and a window that slides over them.
//
//   source   |.....................................................|
//   window              begin()|=============|end()                    '\n' at end()
//                               |- unread ---|<- more() reads on
//
// Bytes that a parser has not consumed stay in the window, so a record that was cut by its end is
// parsed again as a whole. Memory: the longest record, twice, and one piece.
#pragma once

#include "failure.hpp"

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace chronopack::input {

class source {
public:
    virtual ~source() = default;
    source() = default;
    source(const source&) = delete;
    source& operator=(const source&) = delete;

    /// Puts at least one byte into `room` and returns the number, or 0 at the end. Throws failure
    /// when the system refuses, and broken_source for bytes that cannot be decoded.
    virtual std::size_t read(std::span<char> room) = 0;
};

/// Reads bytes in memory, which must outlive it.
class memory_source final : public source {
public:
    explicit memory_source(std::string_view text) noexcept : rest_(text) {}

    std::size_t read(std::span<char> room) override {
        const std::size_t n = std::min(room.size(), rest_.size());
        if (n != 0) std::memcpy(room.data(), rest_.data(), n);
        rest_.remove_prefix(n);
        return n;
    }

private:
    std::string_view rest_;
};

/// Reads a file, or standard input where the name is "-".
class file_source final : public source {
public:
    /// Throws failure (environment) when it cannot be opened.
    explicit file_source(const std::string& file);
    ~file_source() override;

    std::size_t read(std::span<char> room) override;

    /// Returns the name for messages: standard input is "(standard input)".
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Returns the size in bytes, if it is known.
    [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }
    /// Sets a function that is called after each piece with the bytes read so far.
    void on_read(std::function<void(std::uint64_t)> f) { on_read_ = std::move(f); }

private:
    std::string name_;
    int descriptor_ = -1;
    std::optional<std::uint64_t> size_;
    std::uint64_t read_ = 0;
    std::function<void(std::uint64_t)> on_read_;
};

class window {
public:
    explicit window(source& from, std::size_t piece = std::size_t{1} << 20)
        : source_(from), piece_(piece) {}

    [[nodiscard]] const char* begin() const noexcept { return buffer_.get() + first_; }
    /// Returns the place after the last byte. A line end stands there, for scanners that look for
    /// one.
    [[nodiscard]] const char* end() const noexcept { return buffer_.get() + last_; }
    [[nodiscard]] std::string_view unread() const noexcept { return {begin(), last_ - first_}; }

    /// Returns whether nothing follows end().
    [[nodiscard]] bool complete() const noexcept { return complete_; }

    /// Reads more bytes and puts them after end(). Returns false when there are none. Pointers into
    /// the window become invalid.
    bool more() {
        if (complete_) return false;
        make_room();
        const std::size_t n = source_.read({buffer_.get() + last_, piece_});
        complete_ = n == 0;
        last_ += n;
        buffer_[last_] = '\n';
        return n != 0;
    }

    /// Releases the bytes before `at`.
    void drop_to(const char* at) noexcept { first_ = static_cast<std::size_t>(at - buffer_.get()); }

private:
    void make_room() {
        const std::size_t held = last_ - first_;
        if (last_ + piece_ < room_) return;
        if (held + piece_ < room_) {
            std::memmove(buffer_.get(), begin(), held);
        } else {
            room_ = 2 * held + piece_ + 1;
            std::unique_ptr<char[]> larger(new char[room_]);
            if (held != 0) std::memcpy(larger.get(), begin(), held);
            buffer_ = std::move(larger);
        }
        first_ = 0;
        last_ = held;
    }

    source& source_;
    std::size_t piece_;
    std::unique_ptr<char[]> buffer_;
    std::size_t room_ = 0;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
    bool complete_ = false;
};

}  // namespace chronopack::input
