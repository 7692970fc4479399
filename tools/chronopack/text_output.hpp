// Writes text to a destination, in pieces.
#pragma once

#include "output/output_writer.hpp"

#include <fmt/format.h>

namespace chronopack::tool {

class text_output {
public:
    /// Throws failure when it cannot be opened.
    explicit text_output(const destination& to) : to_(to) {}

    /// Returns the buffer to append to. settle() and finish() write what is in it.
    [[nodiscard]] fmt::memory_buffer& buffer() noexcept { return buffer_; }

    /// Writes the buffer when it is long enough. Call it now and then. Throws failure when the
    /// system refuses.
    void settle() {
        if (buffer_.size() >= piece) write();
    }

    /// Writes the rest and gives a file its name.
    void finish() {
        write();
        to_.finish();
    }

private:
    static constexpr std::size_t piece = std::size_t{1} << 16;

    void write() {
        to_.write({buffer_.data(), buffer_.size()});
        buffer_.clear();
    }

    fmt::memory_buffer buffer_;
    output_writer to_;
};

}  // namespace chronopack::tool
