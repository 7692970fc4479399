// A process that writes into a store until it is killed, and says what was acknowledged.
//
//   killed_writer writing([&](const auto& acknowledged) { ...; acknowledged(k); ... });
//   writing.wait_for(20);
//   const std::int64_t last = writing.kill();          // 19 or later
#pragma once

#include <functional>
#include <stdexcept>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chronopack::test {

class killed_writer {
public:
    /// Runs `write` in another process. It is given what to call with the number of each
    /// acknowledged batch: 0, 1, 2 ... If it returns, the process has failed.
    explicit killed_writer(
        const std::function<void(const std::function<void(std::int64_t)>&)>& write) {
        int pipe[2];
        if (::pipe(pipe) != 0) throw std::runtime_error("pipe failed");
        process_ = ::fork();
        if (process_ == 0) {
            ::close(pipe[0]);
            write([&](std::int64_t k) {
                if (::write(pipe[1], &k, sizeof k) < 0) ::_exit(1);
            });
            ::_exit(1);
        }
        ::close(pipe[1]);
        from_ = pipe[0];
    }
    killed_writer(const killed_writer&) = delete;
    ~killed_writer() {
        kill();
        ::close(from_);
    }

    /// Waits for `more` batches beyond those that are known to be acknowledged.
    void wait_for(std::int64_t more) {
        const auto end = acknowledged_ + more;
        while (acknowledged_ < end && ::read(from_, &acknowledged_, 8) == 8) continue;
        if (acknowledged_ < end) throw std::runtime_error("the writing process has failed");
    }
    /// Kills it at whatever it does; returns the number of the last acknowledged batch.
    std::int64_t kill() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
            process_ = -1;
            for (std::int64_t k = 0; ::read(from_, &k, 8) == 8;) acknowledged_ = k;
        }
        return acknowledged_;
    }

private:
    pid_t process_ = -1;
    int from_ = -1;
    std::int64_t acknowledged_ = -1;
};

}  // namespace chronopack::test
