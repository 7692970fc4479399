// The file system as a spool sees it, so that tests can make each of its calls fail.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace chronopack::storage {

/// Of one directory; names have no `/`. Each call is tried once and is io_error where the
/// system refuses. Thread-safe.
class file_layer {
public:
    virtual ~file_layer() = default;

    /// The names of all files.
    [[nodiscard]] virtual result<std::vector<std::string>> list() = 0;
    /// For reading and writing; made with mode 0600 where there is none.
    [[nodiscard]] virtual result<int> open(const std::string& name) = 0;
    virtual void close(int file) noexcept = 0;
    /// Bytes written, which may be fewer.
    [[nodiscard]] virtual result<std::size_t> write_at(int file, cbytes data,
                                                       std::uint64_t offset) = 0;
    /// Bytes read; fewer at the end.
    [[nodiscard]] virtual result<std::size_t> read_at(int file, bytes out,
                                                      std::uint64_t offset) = 0;
    [[nodiscard]] virtual result<std::uint64_t> size(int file) = 0;
    [[nodiscard]] virtual result<void> truncate(int file, std::uint64_t size) = 0;
    [[nodiscard]] virtual result<void> sync(int file) = 0;
    [[nodiscard]] virtual result<void> remove(const std::string& name) = 0;
    [[nodiscard]] virtual result<void> sync_directory() = 0;
};

/// The system's own; `directory` is made, with mode 0700, where there is none. Held by one
/// process: io_error where another has it.
[[nodiscard]] result<std::unique_ptr<file_layer>> files_of(const std::string& directory);

}  // namespace chronopack::storage
