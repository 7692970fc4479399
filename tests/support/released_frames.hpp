// Frames that released versions wrote. They are the lines of tests/golden/VERSION/frame.txt and
// smallest.txt: each is a frame, its timestamps and its values in hexadecimal.
#pragma once

#include "hex.hpp"
#include "paths.hpp"

#include <fstream>
#include <sstream>

namespace chronopack::test {

struct released_frame {
    std::string line;
    std::vector<std::byte> wire;
};

inline std::string released_path(std::string_view version, std::string_view name = "frame") {
    return (golden_path() + "/").append(version).append("/").append(name) + ".txt";
}

/// Returns the frames of `version`, as v1 or v2, or none if there is no such file.
[[nodiscard]] inline std::vector<released_frame> released_frames(std::string_view version,
                                                                 std::string_view name = "frame") {
    std::vector<released_frame> out;
    std::ifstream file(released_path(version, name));
    for (std::string line; std::getline(file, line);) {
        std::string wire;
        std::istringstream(line) >> wire;
        out.push_back({line, from_hex(wire)});
    }
    return out;
}

}  // namespace chronopack::test
