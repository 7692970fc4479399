// A file as text in UTF-8, whatever it is kept in: the place where packers and encodings are found
// by the first bytes.
//
//   1f 8b, 28 b5 2f fd, fd '7zXZ'     gzip, zstd, xz (unpack.hpp)
//   ff fe, fe ff                      UTF-16, little-endian or big-endian
//   't' 00, 00 't'                    the same without a mark
//   others                            as they are
//
// A packed file is unpacked once, and what comes out may be UTF-16. Each decoder is a source over
// the one below it.
#pragma once

#include "source.hpp"

namespace chronopack::input {

/// What a file is expected to hold.
enum class content : std::uint8_t {
    text,      ///< packed or not, in UTF-8 or UTF-16
    messages,  ///< bytes, packed or not
    columns,   ///< bytes as they are: raw values may start with anything
};

class input_source final : public source {
public:
    /// Opens a file, or standard input where the name is "-". Throws failure (environment) when it
    /// cannot be opened.
    explicit input_source(const std::string& file, content expected = content::text);
    ~input_source() override;

    /// Throws broken_source for bytes that the encoding does not have, for packed bytes that are
    /// damaged, and where these end too early; and failure (usage) for a packer that is not read.
    std::size_t read(std::span<char> room) override;

    [[nodiscard]] const std::string& name() const noexcept { return file_.name(); }
    /// Returns the size of the file in bytes, packed if it is, where it is known.
    [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return file_.size(); }
    /// Returns the bytes given so far, unpacked and in UTF-8.
    [[nodiscard]] std::uint64_t given() const noexcept { return given_; }
    /// Sets a function that is called after each piece with the bytes of the file read so far.
    void on_read(std::function<void(std::uint64_t)> f) { file_.on_read(std::move(f)); }

private:
    class start_source;
    void choose();

    file_source file_;
    content expected_;
    // From the file upwards; what is not needed is null.
    std::unique_ptr<start_source> start_;  // the file again, from its first byte
    std::unique_ptr<source> unpacked_;
    std::unique_ptr<start_source> unpacked_start_;
    std::unique_ptr<source> text_;
    source* top_ = nullptr;  // null before the first read
    std::uint64_t given_ = 0;
};

}  // namespace chronopack::input
