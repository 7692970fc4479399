#include "leftover.hpp"

#include "input/failure.hpp"

#include <array>
#include <atomic>
#include <cerrno>

#include <unistd.h>

namespace chronopack::tool {

namespace {

constexpr std::array ending{SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXCPU, SIGXFSZ};

// A signal handler reads this. It may call little more than unlink().
std::array<std::atomic<const char*>, 16> marked{};

sigset_t all_ending() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : ending) sigaddset(&set, signal);
    return set;
}

// The signal is blocked while the handler runs. Raised again, it ends the program on return.
void remove_and_die(int signal) {
    remove_leftovers();
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

void listen_once() {
    static const bool listening = [] {
        struct sigaction remove {};
        remove.sa_handler = remove_and_die;
        remove.sa_mask = all_ending();
        for (const int signal : ending) {
            struct sigaction before {};
            if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_DFL)
                ::sigaction(signal, &remove, nullptr);
        }
        return true;
    }();
    static_cast<void>(listening);
}

}  // namespace

void remove_leftovers() noexcept {
    for (const auto& path : marked)
        if (const char* const name = path.load()) ::unlink(name);
}

signals_held::signals_held() {
    const sigset_t set = all_ending();
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

signals_held::~signals_held() {
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
}

leftover::leftover(std::string path) : path_(std::move(path)) {
    listen_once();
    while (slot_ < marked.size() && marked[slot_].load() != nullptr) ++slot_;
    if (slot_ == marked.size())
        throw input::failure(input::fault::environment, {path_}, "too many files at a time");
    marked[slot_] = path_.c_str();
}

leftover::~leftover() {
    marked[slot_] = nullptr;
}

}  // namespace chronopack::tool
