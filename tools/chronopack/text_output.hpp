// Text to standard output, or to a file that is there only when all of it is.
#pragma once

#include "leftovers.hpp"

#include <chronopack/series/file.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>

namespace chronopack::tool {

class text_output {
public:
    /// "-" is standard output. failure when the file cannot be made.
    explicit text_output(const std::string& file);

    /// What is put here is written in pieces by settle(), and by finish().
    [[nodiscard]] fmt::memory_buffer& buffer() noexcept { return buffer_; }

    /// To be called now and then; failure when the system refuses.
    void settle() {
        if (buffer_.size() >= piece) write();
    }

    /// Writes the rest and gives the file its name.
    void finish();

private:
    static constexpr std::size_t piece = std::size_t{1} << 16;

    void write();

    std::string name_;
    fmt::memory_buffer buffer_;
    std::optional<leftover> partial_;
    std::optional<output_file> file_;  // none for standard output
};

}  // namespace chronopack::tool
