#include "cut_short.hpp"

#include "input/failure.hpp"
#include "output/leftover.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>

#include <unistd.h>

namespace chronopack::tool {

namespace {

// A signal handler reads the slots. A slot is in use while its message is set.
struct slot {
    std::atomic<std::uintptr_t> begin{0}, end{0};
    std::atomic<const char*> message{nullptr};
    std::atomic<std::size_t> size{0};
};
std::array<slot, 8> slots;

void say_and_exit(int signal, siginfo_t* info, void*) {
    const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
    for (const slot& s : slots)
        if (const char* const message = s.message;
            message != nullptr && at >= s.begin && at < s.end) {
            if (::write(STDERR_FILENO, message, s.size) < 0) ::_exit(1);
            remove_leftovers();
            ::_exit(1);
        }
    // Not one of ours: the instruction runs again and meets the default action.
    std::signal(signal, SIG_DFL);
}

void listen_once() {
    static const bool listening = [] {
        struct sigaction how {};
        how.sa_sigaction = say_and_exit;
        how.sa_flags = SA_SIGINFO;
        return ::sigaction(SIGBUS, &how, nullptr) == 0;
    }();
    static_cast<void>(listening);
}

}  // namespace

watched_map::watched_map(cbytes map, const std::string& name)
    : message_("chronopack: " + name +
               ": the file was cut short while it was read, or its disk failed\n") {
    listen_once();
    for (; slot_ < slots.size(); ++slot_) {
        slot& s = slots[slot_];
        if (s.message != nullptr) continue;
        s.begin = reinterpret_cast<std::uintptr_t>(map.data());
        s.end = s.begin + map.size();
        s.size = message_.size();
        s.message = message_.c_str();
        return;
    }
    throw input::failure(input::fault::environment, {name}, "too many archives are open at once");
}

watched_map::~watched_map() {
    slots[slot_].message = nullptr;
}

}  // namespace chronopack::tool
