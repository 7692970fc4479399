// Where the bytes of a file come from, and where they go: a path, memory, or what a caller has.
#pragma once

#include <chronopack/series/output_file.hpp>

#include <memory>
#include <string>
#include <vector>

namespace chronopack::parquet {

/// Takes the bytes of a file, in order.
class sink {
public:
    virtual ~sink() = default;
    /// Appends bytes, or returns io_error. The file is of no use after an error.
    [[nodiscard]] virtual result<void> write(cbytes data) = 0;
};

/// Gives the bytes of a file that does not change meanwhile. Thread-safe.
class source {
public:
    virtual ~source() = default;
    [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
    /// Fills `out` with the bytes from `offset` on. Returns truncated where the file ends before,
    /// or io_error.
    [[nodiscard]] virtual result<void> read_at(std::uint64_t offset, bytes out) = 0;
};

class memory_sink final : public sink {
public:
    [[nodiscard]] result<void> write(cbytes data) override {
        written.insert(written.end(), data.begin(), data.end());
        return {};
    }

    std::vector<std::byte> written;
};

/// Writes a file that appears under its name whole or not at all: as PATH.*.partial, which no
/// pattern *.parquet matches, until publish() has synced and renamed it. Not thread-safe.
class path_sink final : public sink {
public:
    /// Returns io_error, with errno, where the file cannot be created.
    [[nodiscard]] static result<std::unique_ptr<path_sink>> create(const std::string& path) {
        auto file = output_file::create(path);
        if (!file) return file.error();
        return std::unique_ptr<path_sink>(new path_sink(std::move(*file)));
    }

    [[nodiscard]] result<void> write(cbytes data) override { return file_.write(data); }
    /// Makes the file durable and gives it its name. Call it after file_writer::finish().
    [[nodiscard]] result<void> publish() { return file_.publish(); }

private:
    explicit path_sink(output_file file) noexcept : file_(std::move(file)) {}

    output_file file_;
};

/// Gives bytes that outlive it.
class memory_source final : public source {
public:
    explicit memory_source(borrowed_bytes data) noexcept : data_(data) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return data_.size(); }
    [[nodiscard]] result<void> read_at(std::uint64_t offset, bytes out) override {
        if (offset > data_.size() || out.size() > data_.size() - offset) return errc::truncated;
        if (!out.empty()) std::memcpy(out.data(), data_.data() + offset, out.size());
        return {};
    }

private:
    cbytes data_;
};

/// Opens a regular file to be read in place; or returns not_found or io_error.
[[nodiscard]] result<std::unique_ptr<source>> open_path(const std::string& path);

}  // namespace chronopack::parquet
