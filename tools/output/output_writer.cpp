#include "output_writer.hpp"

#include "system.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace chronopack::tool {

namespace {

std::FILE* stream_to(const destination& to) {
    // It is shared with everything else that goes to standard output, so that the order is kept.
    if (to.descriptor() == STDOUT_FILENO) return stdout;
    const int fd = to.descriptor() ? ::fcntl(*to.descriptor(), F_DUPFD_CLOEXEC, 0)
                                   : ::open(to.path().c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
    return fd < 0 ? nullptr : ::fdopen(fd, "wb");
}

}  // namespace

output_writer::output_writer(const destination& to) : name_(to.name()) {
    errno = 0;
    if (!to.is_file()) {
        stream_.reset(stream_to(to));
        if (!stream_) throw failure_of(name_, errc::io_error);
        return;
    }
    const signals_held held;
    auto made = output_file::create(to.path());
    if (!made) throw failure_of(name_, made.error());
    file_ = std::move(*made);
    mark_.emplace(file_->partial_path());
}

void output_writer::write(std::string_view bytes) {
    errno = 0;
    const bool written =
        file_ ? bool(file_->write(std::as_bytes(std::span(bytes))))
              : std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) == bytes.size();
    if (!written) throw failure_of(name_, errc::io_error);
}

void output_writer::finish() {
    errno = 0;
    const bool finished = file_ ? bool(file_->publish()) : std::fflush(stream_.get()) == 0;
    if (!finished) throw failure_of(name_, errc::io_error);
}

bool output_writer::is_terminal() const {
    return stream_ && ::isatty(::fileno(stream_.get())) != 0;
}

}  // namespace chronopack::tool
