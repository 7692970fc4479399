// Bytes in order, some at a time, and a window that slides over them.
//
//   source   |.....................................................|
//   window              begin()|=============|end()                    '\n' at end()
//                               |- unread ---|<- more() reads on
//
// What a parser has not done with stays in the window, so that a record that was
// cut by its end is parsed again, whole. Memory: the longest record, twice, and
// one piece.
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

    /// Bytes put into `room`, at least one; 0 at the end. failure when the
    /// system refuses.
    virtual std::size_t read(std::span<char> room) = 0;
};

/// Bytes that lie somewhere and outlive it.
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

/// A file, or standard input where the name is "-".
class file_source final : public source {
public:
    /// failure (environment) when it cannot be opened.
    explicit file_source(const std::string& file);
    ~file_source() override;

    std::size_t read(std::span<char> room) override;

    /// As messages name it: standard input is "(standard input)".
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Bytes, where it is known.
    [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }
    /// To be called with the bytes read so far, after each piece.
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
    /// One past the last byte there is. A line end stands there, for scanners
    /// that look for one.
    [[nodiscard]] const char* end() const noexcept { return buffer_.get() + last_; }
    [[nodiscard]] std::string_view unread() const noexcept { return {begin(), last_ - first_}; }

    /// Whether nothing follows end().
    [[nodiscard]] bool complete() const noexcept { return complete_; }

    /// Puts more bytes behind end(); false when there are none. Pointers into
    /// the window are no longer good.
    bool more() {
        if (complete_) return false;
        make_room();
        const std::size_t n = source_.read({buffer_.get() + last_, piece_});
        complete_ = n == 0;
        last_ += n;
        buffer_[last_] = '\n';
        return n != 0;
    }

    /// Done with what lies before `at`.
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
