#include <adapters/storage/file_layer.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace chronopack::storage {

namespace {

class system_files final : public file_layer {
public:
    explicit system_files(bool all) noexcept : all_(all) {}
    ~system_files() override {
        if (directory_ >= 0) ::close(directory_);
    }

    /// Opens the directory and locks it.
    result<void> open_directory(const std::string& path) {
        directory_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (directory_ < 0) return errc::io_error;
        return checked(::flock(directory_, LOCK_EX | LOCK_NB));
    }

    result<std::vector<std::string>> list(const std::string& folder) override {
        const int copy = open_folder(folder);
        const std::unique_ptr<DIR, closer> all(copy < 0 ? nullptr : ::fdopendir(copy));
        if (all == nullptr) {
            if (copy >= 0) ::close(copy);
            return errc::io_error;
        }
        std::vector<std::string> names;
        while (const dirent* one = ::readdir(all.get())) names.emplace_back(one->d_name);
        return names;
    }

    result<int> open(const std::string& name) override {
        const int file = ::openat(directory_, name.c_str(),
                                  O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, all_ ? 0666 : 0600);
        if (file < 0) return errc::io_error;
        return file;
    }

    result<int> open_existing(const std::string& name) override {
        const int file = ::openat(directory_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (file < 0) return errno == ENOENT ? errc::not_found : errc::io_error;
        return file;
    }

    void close(int file) noexcept override { ::close(file); }

    result<std::size_t> write_at(int file, cbytes data, std::uint64_t offset) override {
        return done(
            [&] { return ::pwrite(file, data.data(), data.size(), static_cast<off_t>(offset)); });
    }

    result<std::size_t> read_at(int file, bytes out, std::uint64_t offset) override {
        return done(
            [&] { return ::pread(file, out.data(), out.size(), static_cast<off_t>(offset)); });
    }

    result<std::uint64_t> size(int file) override {
        struct stat status {};
        if (::fstat(file, &status) != 0) return errc::io_error;
        return static_cast<std::uint64_t>(status.st_size);
    }

    result<void> truncate(int file, std::uint64_t size) override {
        return checked(::ftruncate(file, static_cast<off_t>(size)));
    }
    result<void> sync(int file) override { return checked(::fdatasync(file)); }
    result<void> remove(const std::string& name) override {
        return checked(::unlinkat(directory_, name.c_str(), 0));
    }
    result<void> rename(const std::string& from, const std::string& to) override {
        return checked(::renameat(directory_, from.c_str(), directory_, to.c_str()));
    }
    result<void> make_folder(const std::string& name) override {
        const int status = ::mkdirat(directory_, name.c_str(), all_ ? 0777 : 0700);
        return checked(status != 0 && errno == EEXIST ? 0 : status);
    }
    result<void> remove_folder(const std::string& name) override {
        return checked(::unlinkat(directory_, name.c_str(), AT_REMOVEDIR));
    }
    result<void> sync_directory(const std::string& folder) override {
        const int file = open_folder(folder);
        if (file < 0) return errc::io_error;
        const auto done = checked(::fsync(file));
        ::close(file);
        return done;
    }

private:
    struct closer {
        void operator()(DIR* all) const noexcept { ::closedir(all); }
    };

    template <class Call>
    static result<std::size_t> done(Call call) {
        for (;;) {
            const ssize_t n = call();
            if (n >= 0) return static_cast<std::size_t>(n);
            if (errno != EINTR) return errc::io_error;
        }
    }
    static result<void> checked(int status) {
        if (status != 0) return errc::io_error;
        return {};
    }

    [[nodiscard]] int open_folder(const std::string& name) const noexcept {
        return ::openat(directory_, name.empty() ? "." : name.c_str(),
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }

    bool all_;
    int directory_ = -1;
};

}  // namespace

result<void> write_all(file_layer& files, int file, cbytes data, std::uint64_t offset) {
    while (!data.empty()) {
        const auto n = files.write_at(file, data, offset);
        if (!n) return n.error();
        if (*n == 0) return errc::io_error;
        data = data.subspan(*n);
        offset += *n;
    }
    return {};
}

result<std::vector<std::byte>> read_up_to(file_layer& files, int file, std::uint64_t offset,
                                          std::size_t size) {
    std::vector<std::byte> data(size);
    std::size_t at = 0;
    while (at < data.size()) {
        const auto n = files.read_at(file, std::span(data).subspan(at), offset + at);
        if (!n) return n.error();
        if (*n == 0) break;
        at += *n;
    }
    data.resize(at);
    return data;
}

result<std::vector<std::byte>> read_all(file_layer& files, int file) {
    const auto size = files.size(file);
    if (!size) return size.error();
    return read_up_to(files, file, 0, *size);
}

result<std::unique_ptr<file_layer>> files_of(const std::string& directory, readers who) {
    const bool all = who == readers::all;
    if (::mkdir(directory.c_str(), all ? 0777 : 0700) != 0 && errno != EEXIST)
        return errc::io_error;
    // Made first: without memory no descriptor may be left that holds the lock.
    auto files = std::make_unique<system_files>(all);
    if (const auto opened = files->open_directory(directory); !opened) return opened.error();
    return std::unique_ptr<file_layer>(std::move(files));
}

}  // namespace chronopack::storage
