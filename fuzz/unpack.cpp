// Any bytes as a packed file. What comes out does not depend on the pieces that they come in: all
// of it, or a beginning and an error.

#include "ingest.hpp"

#include "input/unpack.hpp"

#include <string>
#include <vector>

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

constexpr std::size_t most = std::size_t{1} << 20;

struct outcome {
    std::string text;
    bool failed = false;
};

outcome unpack(input::packing how, std::string_view packed, std::size_t piece, std::size_t room) {
    fuzz::slow_source from(packed, piece);
    outcome seen;
    std::vector<char> bytes(room);
    try {
        const auto read = input::unpacked(how, from, "f");
        while (seen.text.size() < most) {
            const std::size_t n = read->read(bytes);
            claim(n <= room, "no more than the room is filled");
            if (n == 0) break;
            seen.text.append(bytes.data(), n);
        }
    } catch (const input::failure& wrong) {
        claim(!wrong.message().empty() && !wrong.where().file.empty(), "an error has a reason");
        seen.failed = true;
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> exact(data, data + size);
    const std::string_view packed(exact.data(), size);
    const auto how = input::packing_of(packed.substr(0, 8));
    if (!how) return 0;
    const outcome at_once = unpack(*how, packed, SIZE_MAX, most);
    const outcome in_bits = unpack(*how, packed, 3, 4096);
    const std::size_t shorter = std::min(at_once.text.size(), in_bits.text.size());
    claim(at_once.text.compare(0, shorter, in_bits.text, 0, shorter) == 0, "pieces give one text");
    if (shorter < most) {
        claim(at_once.failed == in_bits.failed, "pieces give the same outcome");
        claim(at_once.failed || at_once.text == in_bits.text, "a whole text is the same");
    }
    return 0;
}
