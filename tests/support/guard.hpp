// Memory between pages that fault. A span at the very end, or start, of mapped pages makes one
// byte too far kill the test.
//
//   | PROT_NONE | . . . . . . . . . . . [ at_end(n) ] | PROT_NONE |
//   | PROT_NONE | [ at_start(n) ] . . . . . . . . . . | PROT_NONE |
#pragma once

#include <chronopack/core/bytes.hpp>

#include <cerrno>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace chronopack::test {

class guarded_bytes {
public:
    explicit guarded_bytes(std::size_t capacity) {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        inside_ = (capacity + page - 1) / page * page;
        mapped_ = inside_ + 2 * page;
        void* const at = ::mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
        map_ = static_cast<std::byte*>(at);
        first_ = map_ + page;
        if (inside_ != 0 && ::mprotect(first_, inside_, PROT_READ | PROT_WRITE) != 0) {
            const int error = errno;
            ::munmap(map_, mapped_);
            throw std::system_error(error, std::generic_category(), "mprotect");
        }
    }
    guarded_bytes(const guarded_bytes&) = delete;
    guarded_bytes& operator=(const guarded_bytes&) = delete;
    ~guarded_bytes() { ::munmap(map_, mapped_); }

    /// `n` <= capacity bytes whose end, or start, is where the fault begins.
    [[nodiscard]] bytes at_end(std::size_t n) noexcept { return {first_ + (inside_ - n), n}; }
    [[nodiscard]] bytes at_start(std::size_t n) noexcept { return {first_, n}; }

    /// The same as `n` objects. Pages are aligned for any T, and so are both ends.
    template <class T>
    [[nodiscard]] std::span<T> at_end(std::size_t n) noexcept {
        return {reinterpret_cast<T*>(at_end(n * sizeof(T)).data()), n};
    }
    template <class T>
    [[nodiscard]] std::span<T> at_start(std::size_t n) noexcept {
        return {reinterpret_cast<T*>(first_), n};
    }

private:
    std::size_t inside_ = 0;
    std::size_t mapped_ = 0;
    std::byte* map_ = nullptr;
    std::byte* first_ = nullptr;
};

}  // namespace chronopack::test
