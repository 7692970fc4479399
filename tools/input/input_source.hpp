// A file as text in UTF-8, whatever it is kept in: the place where encodings are found by the first
// bytes.
//
//   ff fe, fe ff           UTF-16, little-endian or big-endian
//   't' 00, 00 't'         the same without a mark
//   others                 as they are
//
// One decoder reads from the file at a time; each is a source over the one below it.
#pragma once

#include "source.hpp"

namespace chronopack::input {

class input_source final : public source {
public:
    /// Opens a file, or standard input where the name is "-". Throws failure (environment) when it
    /// cannot be opened.
    explicit input_source(const std::string& file);
    ~input_source() override;

    /// Throws failure (data) for bytes that the encoding does not have.
    std::size_t read(std::span<char> room) override;

    [[nodiscard]] const std::string& name() const noexcept { return file_.name(); }
    /// Returns the size of the file in bytes, if it is known.
    [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return file_.size(); }
    /// Sets a function that is called after each piece with the bytes of the file read so far.
    void on_read(std::function<void(std::uint64_t)> f) { file_.on_read(std::move(f)); }

private:
    class start_source;
    void choose();

    file_source file_;
    std::unique_ptr<start_source> start_;  // the file again, from its first byte
    std::unique_ptr<source> decoder_;      // null: start_ is read as it is
};

}  // namespace chronopack::input
