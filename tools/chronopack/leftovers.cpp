#include "leftovers.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <utility>

#include <unistd.h>

namespace chronopack::tool {

namespace {

// Looked at by a signal handler, which may call little more than unlink().
std::array<std::atomic<const char*>, 8> paths{};

void remove_and_die(int signal) {
    remove_leftovers();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void listen_once() {
    static const bool listening = [] {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            if (std::signal(signal, remove_and_die) == SIG_IGN) std::signal(signal, SIG_IGN);
        return true;
    }();
    static_cast<void>(listening);
}

}  // namespace

void remove_leftovers() noexcept {
    for (const auto& path : paths)
        if (const char* const name = path.load()) ::unlink(name);
}

leftover::leftover(std::string path) : path_(std::move(path)) {
    listen_once();
    for (std::size_t i = 0; i < paths.size() && slot_ < 0; ++i)
        if (paths[i].load() == nullptr) {
            paths[i] = path_.c_str();
            slot_ = static_cast<int>(i);
        }
}

leftover::~leftover() {
    if (path_.empty()) return;
    ::unlink(path_.c_str());
    keep();
}

void leftover::keep() noexcept {
    if (slot_ >= 0) paths[static_cast<std::size_t>(slot_)] = nullptr;
    slot_ = -1;
    path_.clear();
}

}  // namespace chronopack::tool
