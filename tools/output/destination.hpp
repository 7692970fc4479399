// The place a command writes to. It is checked before anything is opened for writing.
//
//   -, /dev/stdout, /dev/fd/3    a descriptor that the command was given
//   FILE                         written to a temporary file and renamed: an output_file
//   /dev/null, a FIFO            opened, and written to directly
//
// These are refused as wrong usage, before anything is touched:
// - an output that is also an input, by device and inode: the same file under another
//   name, a link to it, or standard input that is redirected from it;
// - an existing file of another kind than the output, unless --force is given. Kinds are
//   archives, text, and everything else; an empty file matches any kind.
#pragma once

#include "input/failure.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace chronopack::tool {

enum class content : std::uint8_t { archive, text };

class destination {
public:
    /// `path` is the path from the command line, "-" for standard output. `inputs` are the files
    /// that will be read, "-" for standard input. Throws failure as above.
    destination(const std::string& path, content what, const std::vector<std::string>& inputs,
                bool force);

    /// Returns the path from the command line.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Returns a name for messages.
    [[nodiscard]] std::string name() const;
    /// Returns the descriptor that the path names, if it names one.
    [[nodiscard]] std::optional<int> descriptor() const noexcept { return descriptor_; }
    /// Returns whether the place is a regular file or does not exist yet, so that a temporary file
    /// is used.
    [[nodiscard]] bool is_file() const noexcept {
        return !descriptor_ && (!there_ || S_ISREG(there_->st_mode));
    }

    /// Returns whether both would write the same file.
    [[nodiscard]] bool same_file(const destination& other) const;

private:
    void refuse_input(const std::vector<std::string>& inputs) const;
    void refuse_other_kind(content what) const;

    std::string path_;
    std::string followed_;  // the path without symbolic links
    std::optional<int> descriptor_;
    std::optional<struct stat> there_;
};

}  // namespace chronopack::tool
