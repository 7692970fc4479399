// One line on a terminal's stderr that is overwritten again and again. Nothing is shown where
// stderr is not a terminal.
#pragma once

#include <adapters/text/printable.hpp>

#include <cstdio>
#include <string>

#include <unistd.h>

namespace chronopack::input {

class progress_line {
public:
    progress_line() : shown_(isatty(STDERR_FILENO) != 0) {}
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    ~progress_line() { clear(); }

    [[nodiscard]] bool shown() const noexcept { return shown_; }

    void show(const std::string& text) {
        if (!shown_) return;
        std::fprintf(stderr, "\r\033[K%s", text::printable(text, 79).c_str());
        dirty_ = true;
    }

    void clear() {
        if (dirty_) std::fputs("\r\033[K", stderr);
        dirty_ = false;
    }

private:
    bool shown_;
    bool dirty_ = false;
};

}  // namespace chronopack::input
