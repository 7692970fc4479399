// Where a command writes, looked at before anything is opened for writing.
//
//   -, /dev/stdout, /dev/fd/3    a descriptor that the command was given
//   FILE                         written aside and renamed: an output_file
//   /dev/null, a FIFO            opened, and written to directly
//
// Refused, as wrong usage, with nothing touched:
// - an output that is also an input, by device and inode: the same file by another
//   name, a link to it, standard input that is redirected from it;
// - a file that is there and of another kind than the output, unless --force is
//   given. Kinds are archives, text, and what is neither; an empty file is of any.
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
    /// `path` is as asked for, "-" being standard output; `inputs` are the files that
    /// are going to be read, "-" being standard input. failure as above.
    destination(const std::string& path, content what, const std::vector<std::string>& inputs,
                bool force);

    /// The path as asked for.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// For messages.
    [[nodiscard]] std::string name() const;
    /// The descriptor that the path stands for, where it stands for one.
    [[nodiscard]] std::optional<int> descriptor() const noexcept { return descriptor_; }
    /// Whether a regular file is there, or none: one that is written aside.
    [[nodiscard]] bool is_file() const noexcept {
        return !descriptor_ && (!there_ || S_ISREG(there_->st_mode));
    }

    /// Whether both would write one file.
    [[nodiscard]] bool same_file(const destination& other) const;

private:
    void refuse_input(const std::vector<std::string>& inputs) const;
    void refuse_other_kind(content what) const;

    std::string path_;
    std::string followed_;  // past symbolic links
    std::optional<int> descriptor_;
    std::optional<struct stat> there_;
};

}  // namespace chronopack::tool
