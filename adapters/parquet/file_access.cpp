#include <adapters/parquet/file_access.hpp>

namespace chronopack::parquet {

namespace {

class path_source final : public source {
public:
    path_source(int fd, std::uint64_t size) noexcept : fd_(fd), size_(size) {}
    path_source(const path_source&) = delete;
    path_source& operator=(const path_source&) = delete;
    ~path_source() override { ::close(fd_); }

    std::uint64_t size() const noexcept override { return size_; }

    result<void> read_at(std::uint64_t offset, bytes out) override {
        while (!out.empty()) {
            const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return errc::io_error;
            if (n == 0) return errc::truncated;
            out = out.subspan(static_cast<std::size_t>(n));
            offset += static_cast<std::uint64_t>(n);
        }
        return {};
    }

private:
    int fd_;
    std::uint64_t size_;
};

}  // namespace

result<std::unique_ptr<source>> open_path(const std::string& path) {
    // O_NONBLOCK: opening a pipe does not wait for one who writes.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return errno == ENOENT ? errc::not_found : errc::io_error;
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(fd);
        return errc::io_error;
    }
    return std::unique_ptr<source>(
        std::make_unique<path_source>(fd, static_cast<std::uint64_t>(status.st_size)));
}

}  // namespace chronopack::parquet
