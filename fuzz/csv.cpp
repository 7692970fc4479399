// Any text as CSV: it is refused with a place and a reason, or gives samples to
// known series; however the text comes, byte by byte or at once.

#include "claim.hpp"

#include "csv_import.hpp"

#include <optional>

using namespace chronopack;
using namespace chronopack::input;
using chronopack::fuzz::claim;

namespace {

// Gives a text in small pieces.
class slow_source final : public source {
public:
    slow_source(std::string_view text, std::size_t piece) : rest_(text), piece_(piece) {}
    std::size_t read(std::span<char> room) override {
        const std::size_t n = std::min({room.size(), rest_.size(), piece_});
        std::copy_n(rest_.data(), n, room.data());
        rest_.remove_prefix(n);
        return n;
    }

private:
    std::string_view rest_;
    std::size_t piece_;
};

class digest final : public sample_sink {
public:
    std::size_t add(std::vector<label> names, value_type, tick) override {
        const auto made = labels::from(std::move(names));
        if (!made) throw failure(fault::data, "labels that no series can have");
        mix(made->wire_bytes());
        return series_++;
    }
    void append(std::size_t series, std::int64_t at, double v) override {
        append(series, at, bit_cast<std::int64_t>(v));
    }
    void append(std::size_t series, std::int64_t at, std::int64_t v) override {
        claim(series < series_, "a sample's series was added");
        for (const std::int64_t part : {static_cast<std::int64_t>(series), at, v})
            mix(static_cast<std::uint64_t>(part));
    }
    void mix(std::uint64_t part) {
        state_ = (state_ ^ part) * 0x9e3779b97f4a7c15u;
        state_ ^= state_ >> 29;
    }
    std::uint64_t state_ = 0;

private:
    std::size_t series_ = 0;
};

struct outcome {
    std::uint64_t samples = 0;
    std::string failed;
    std::size_t bad = 0;
};

outcome read_in_pieces(std::string_view text, std::size_t piece, bool skip) {
    slow_source from(text, piece);
    digest found;
    outcome done;
    read_options how;
    if (skip)
        how.on_bad = [&](const failure& wrong) {
            done.failed += wrong.what();
        };
    try {
        done.bad = import_csv(from, "f.csv", {}, found, how).report.bad;
    } catch (const failure& wrong) {
        claim(!wrong.message().empty(), "an error has a reason");
        claim(wrong.where().file == "f.csv", "an error has a place");
        done.failed += wrong.what();
    }
    done.samples = found.state_;
    return done;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> exact(data, data + size);
    const std::string_view text(exact.data(), size);
    for (const bool skip : {false, true}) {
        const outcome at_once = read_in_pieces(text, SIZE_MAX, skip);
        const outcome bit_by_bit = read_in_pieces(text, 3, skip);
        claim(at_once.samples == bit_by_bit.samples, "pieces give the same samples");
        claim(at_once.failed == bit_by_bit.failed, "pieces give the same errors");
        claim(at_once.bad == bit_by_bit.bad, "pieces give as many errors");
    }
    return 0;
}
