#include "child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace chronopack::test {

namespace {

// Starts a program that reads from `in` and writes to `out`, which the caller keeps.
pid_t start(const std::vector<std::string>& words, int in, int out) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(in, 0);
        ::dup2(out, 1);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    if (child < 0) throw std::runtime_error("fork failed");
    return child;
}

}  // namespace

int run_program(const std::vector<std::string>& words) {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const pid_t child = start(words, nothing, nothing);
    ::close(nothing);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

open_transaction::open_transaction(const std::string& database, const std::string& begin) {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
        throw std::runtime_error("pipe failed");
    program_ = start({"sqlite3", "-batch", database}, in[0], out[1]);
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    const std::string text = ".timeout 20000\n" + begin + ";\nSELECT 'begun';\n";
    const bool asked = ::write(to_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    std::string answer;
    char next = 0;
    while (asked && answer.find("begun\n") == std::string::npos && ::read(out[0], &next, 1) == 1)
        answer += next;
    const bool begun = answer.find("begun\n") != std::string::npos;
    ::close(out[0]);
    if (!begun) throw std::runtime_error("no transaction of the sqlite3 program: is it installed?");
}

open_transaction::~open_transaction() {
    ::kill(program_, SIGKILL);
    ::waitpid(program_, nullptr, 0);
    ::close(to_);
}

}  // namespace chronopack::test
