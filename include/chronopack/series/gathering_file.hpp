// Gathers small pieces for an output file, because a write of 4 KiB takes the system as long as
// encoding a thousand samples takes.
//
//   | record | record | record |  room for the next  |
//   |<------ gathered -------->|
#pragma once

#include <chronopack/frame/scratch.hpp>
#include <chronopack/series/output_file.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail::archive {

/// Gathers pieces and writes them together. After an error nothing more is written. The destructor
/// writes the gathered bytes as far as the system allows. Not thread-safe.
class gathering_file {
public:
    explicit gathering_file(output_file file) : file_(std::move(file)) {}
    gathering_file(const gathering_file&) = delete;
    gathering_file& operator=(const gathering_file&) = delete;
    /// Writes the gathered bytes, as far as the system allows.
    ~gathering_file() { (void)write_gathered(); }

    /// Returns the bytes added so far.
    [[nodiscard]] std::uint64_t size() const noexcept { return file_.size() + gathered_; }

    /// Returns room for `most` bytes after those gathered, to which take() adds them; or io_error
    /// where the gathered bytes cannot be written.
    [[nodiscard]] result<bytes> room(std::size_t most) {
        if (gathered_ + most > buffer_.size())
            if (const auto written = write_gathered(); !written) return written.error();
        const std::size_t wanted = gathered_ == 0 ? batch_bytes + most : gathered_ + most;
        return bytes(buffer_.first(wanted)).subspan(gathered_, most);
    }

    /// Adds the first n bytes of the last room() to the gathered bytes.
    void take(std::size_t n) noexcept { gathered_ += n; }

    /// Adds a piece. Returns io_error as room() does.
    result<void> put(cbytes piece) {
        if (piece.size() > batch_bytes) {
            if (const auto written = write_gathered(); !written) return written;
            return file_.write(piece);
        }
        const auto to = room(piece.size());
        if (!to) return to.error();
        std::copy(piece.begin(), piece.end(), to->begin());
        take(piece.size());
        return {};
    }

    /// Adds two pieces. Returns io_error as room() does. Where there is no memory for both,
    /// neither is added.
    result<void> put(cbytes first, cbytes second) {
        // A larger piece needs no room.
        if (second.size() <= batch_bytes)
            if (const auto both = room(first.size() + second.size()); !both) return both.error();
        if (const auto added = put(first); !added) return added;
        return put(second);
    }

    /// Writes the gathered bytes and frees the room. Returns io_error.
    result<void> flush() {
        if (const auto written = write_gathered(); !written) return written;
        buffer_.release();
        return {};
    }

    /// Flushes, and publishes the file (output_file::publish).
    result<void> publish() {
        if (const auto written = flush(); !written) return written;
        return file_.publish();
    }

    /// Do as those of output_file do; discard() also drops the gathered bytes.
    void keep() noexcept { file_.keep(); }
    [[nodiscard]] const std::string& partial_path() const noexcept { return file_.partial_path(); }
    void discard() noexcept {
        gathered_ = 0;
        file_.discard();
    }

private:
    static constexpr std::size_t batch_bytes = std::size_t{1} << 16;

    result<void> write_gathered() noexcept {
        if (gathered_ == 0) return {};
        if (const auto written = file_.write(buffer_.first(gathered_)); !written) return written;
        gathered_ = 0;
        return {};
    }

    output_file file_;
    frame::detail::kept<std::byte> buffer_;
    std::size_t gathered_ = 0;
};

}  // namespace detail::archive
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
