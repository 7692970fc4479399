// Text to a destination, gathered in pieces.
#pragma once

#include "output/output_writer.hpp"

#include <fmt/format.h>

namespace chronopack::tool {

class text_output {
public:
    /// failure when it cannot be opened.
    explicit text_output(const destination& to) : to_(to) {}

    /// What is put here is written in pieces by settle(), and by finish().
    [[nodiscard]] fmt::memory_buffer& buffer() noexcept { return buffer_; }

    /// To be called now and then; failure when the system refuses.
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
