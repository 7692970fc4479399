// Bytes to a destination: to a file that is there only when all of it is, or directly
// to a descriptor, a device or a FIFO.
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

/// Without finish() nothing of a file stays, nor after a signal.
class output_writer {
public:
    /// failure when it cannot be opened. Opening a FIFO waits for a reader.
    explicit output_writer(const destination& to);

    /// failure when the system refuses.
    void write(std::string_view bytes);

    /// Gives the file its name, or has what is buffered written; failure when the
    /// system refuses.
    void finish();

    [[nodiscard]] bool is_terminal() const;

private:
    struct closer {
        void operator()(std::FILE* f) const noexcept {
            if (f != stdout) (void)std::fclose(f);
        }
    };

    std::string name_;
    std::optional<leftover> mark_;  // outlives the file
    std::optional<output_file> file_;
    std::unique_ptr<std::FILE, closer> stream_;  // where it is no file
};

}  // namespace chronopack::tool
