// Writes bytes to a destination: to a file that appears only when it is complete, or directly to a
// descriptor, a device or a FIFO.
#pragma once

#include "destination.hpp"
#include "leftover.hpp"

#include <chronopack/series/output_file.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace chronopack::tool {

/// Without finish() no file is left, not even after a signal.
class output_writer {
public:
    /// Throws failure when it cannot be opened. Opening a FIFO waits for a reader.
    explicit output_writer(const destination& to);

    /// Throws failure when the system refuses.
    void write(std::string_view bytes);

    /// Gives the file its name, or writes what is buffered. Throws failure when the system refuses.
    void finish();

    [[nodiscard]] bool is_terminal() const;

private:
    struct closer {
        void operator()(std::FILE* f) const noexcept {
            if (f != stdout) (void)std::fclose(f);
        }
    };

    std::string name_;
    std::optional<leftover> mark_;  // destroyed after the file
    std::optional<output_file> file_;
    std::unique_ptr<std::FILE, closer> stream_;  // for a destination that is not a file
};

}  // namespace chronopack::tool
