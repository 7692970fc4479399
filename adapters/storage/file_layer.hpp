// The file system as spools and datasets use it. Tests can make each of its calls fail.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace chronopack::storage {

/// The files of one directory, and of folders in it, whose files have names such as
/// `date=2023-11-14/7.parquet`. Each call is tried once and returns io_error where the system
/// refuses. Thread-safe.
class file_layer {
public:
    virtual ~file_layer() = default;

    /// Returns the names of all files and folders in a folder, or in the directory itself where
    /// `folder` is empty.
    [[nodiscard]] virtual result<std::vector<std::string>> list(const std::string& folder) = 0;
    /// Opens a file for reading and writing. Makes it where there is none.
    [[nodiscard]] virtual result<int> open(const std::string& name) = 0;
    /// Opens a file for reading. Returns not_found where there is none.
    [[nodiscard]] virtual result<int> open_existing(const std::string& name) = 0;
    virtual void close(int file) noexcept = 0;
    /// Returns the bytes written, which may be fewer than asked for.
    [[nodiscard]] virtual result<std::size_t> write_at(int file, cbytes data,
                                                       std::uint64_t offset) = 0;
    /// Returns the bytes read. There are fewer than asked for at the end of the file.
    [[nodiscard]] virtual result<std::size_t> read_at(int file, bytes out,
                                                      std::uint64_t offset) = 0;
    [[nodiscard]] virtual result<std::uint64_t> size(int file) = 0;
    [[nodiscard]] virtual result<void> truncate(int file, std::uint64_t size) = 0;
    [[nodiscard]] virtual result<void> sync(int file) = 0;
    [[nodiscard]] virtual result<void> remove(const std::string& name) = 0;
    /// Gives a file another name in its folder, and replaces the file that has that name.
    [[nodiscard]] virtual result<void> rename(const std::string& from, const std::string& to) = 0;
    /// Makes a folder where there is none.
    [[nodiscard]] virtual result<void> make_folder(const std::string& name) = 0;
    /// Removes an empty folder.
    [[nodiscard]] virtual result<void> remove_folder(const std::string& name) = 0;
    /// Makes the names in a folder durable, or those in the directory where `folder` is empty.
    [[nodiscard]] virtual result<void> sync_directory(const std::string& folder) = 0;
};

/// Writes all of `data` at `offset`, or fails with io_error.
[[nodiscard]] result<void> write_all(file_layer& files, int file, cbytes data,
                                     std::uint64_t offset);

/// Returns the `size` bytes at `offset`, or those up to the end of the file.
[[nodiscard]] result<std::vector<std::byte>> read_up_to(file_layer& files, int file,
                                                        std::uint64_t offset, std::size_t size);

/// Returns the whole file.
[[nodiscard]] result<std::vector<std::byte>> read_all(file_layer& files, int file);

enum class readers : bool { owner, all };

/// Returns the system's files of `directory`, which is made where there is none. What is made can
/// be read by its owner only, or by all whom the umask allows. Only one process can have the
/// directory: io_error where another has it.
[[nodiscard]] result<std::unique_ptr<file_layer>> files_of(const std::string& directory,
                                                           readers who = readers::owner);

}  // namespace chronopack::storage
