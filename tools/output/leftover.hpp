// Files that must not be left behind when a signal ends the program.
//
//   const signals_held held;                      no signal between the two lines
//   auto file = output_file::create("load.csv");
//   const leftover mark(file->partial_path());
//
// HUP, INT, QUIT, PIPE, TERM, XCPU and XFSZ remove all marked files and then end the program as
// they would have anyway. A signal that was ignored when the program started stays ignored.
#pragma once

#include <string>

#include <signal.h>

namespace chronopack::tool {

/// Blocks the signals above in this thread while it lives.
class signals_held {
public:
    signals_held();
    signals_held(const signals_held&) = delete;
    signals_held& operator=(const signals_held&) = delete;
    ~signals_held();

private:
    sigset_t before_;
};

/// A file that a signal removes while this object lives; otherwise its maker removes it. Not
/// thread-safe. Throws failure when more than 16 files are marked at a time.
class leftover {
public:
    explicit leftover(std::string path);
    leftover(const leftover&) = delete;
    leftover& operator=(const leftover&) = delete;
    ~leftover();

private:
    std::string path_;
    std::size_t slot_ = 0;
};

/// Removes all marked files. A signal handler may call it.
void remove_leftovers() noexcept;

}  // namespace chronopack::tool
