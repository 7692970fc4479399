// Files that must not stay behind when a signal ends the program.
//
//   const signals_held held;                      no signal between the two lines
//   auto file = output_file::create("load.csv");
//   const leftover mark(file->partial_path());
//
// HUP, INT, QUIT, PIPE, TERM, XCPU and XFSZ remove all files that are marked, then
// end the program as they would have without us. One that the program was started
// to ignore stays ignored.
#pragma once

#include <string>

#include <signal.h>

namespace chronopack::tool {

/// Keeps the signals above waiting for as long as it lives, in this thread.
class signals_held {
public:
    signals_held();
    signals_held(const signals_held&) = delete;
    signals_held& operator=(const signals_held&) = delete;
    ~signals_held();

private:
    sigset_t before_;
};

/// A file that a signal removes while this lives; whoever made it removes it
/// otherwise. Not thread-safe; failure when more than 16 are marked at a time.
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

/// Removes all files that are marked. A signal handler may call it.
void remove_leftovers() noexcept;

}  // namespace chronopack::tool
