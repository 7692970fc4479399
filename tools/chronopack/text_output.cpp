#include "text_output.hpp"

#include "system.hpp"

#include <cstdio>

namespace chronopack::tool {

text_output::text_output(const std::string& file) : name_(file) {
    if (file == "-") {
        name_ = "(standard output)";
        return;
    }
    errno = 0;
    auto made = output_file::create(file);
    if (!made) throw failure_of(name_, made.error());
    file_ = std::move(*made);
    partial_.emplace(file_->partial_path());
}

void text_output::write() {
    errno = 0;
    if (file_) {
        const auto ok = file_->write(std::as_bytes(std::span(buffer_.data(), buffer_.size())));
        if (!ok) throw failure_of(name_, ok.error());
    } else if (std::fwrite(buffer_.data(), 1, buffer_.size(), stdout) != buffer_.size()) {
        throw failure_of(name_, errc::io_error);
    }
    buffer_.clear();
}

void text_output::finish() {
    write();
    errno = 0;
    if (!file_) {
        if (std::fflush(stdout) != 0) throw failure_of(name_, errc::io_error);
        return;
    }
    if (const auto ok = file_->publish(); !ok) throw failure_of(name_, ok.error());
    partial_->keep();
}

}  // namespace chronopack::tool
