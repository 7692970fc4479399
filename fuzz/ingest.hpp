// A source of text and a sink of samples for the harnesses of text readers.
#pragma once

#include "claim.hpp"

#include "input/read_report.hpp"
#include "input/sink.hpp"
#include "input/source.hpp"

#include <algorithm>

namespace chronopack::fuzz {

/// Returns a text in small pieces.
class slow_source final : public input::source {
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

/// Computes a number from everything that it is given.
class digest final : public input::sample_sink {
public:
    std::size_t add(std::vector<label> names, input::value_type, input::tick) override {
        const auto made = labels::from(std::move(names));
        if (!made) throw input::failure(input::fault::data, "labels that no series can have");
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

    [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

private:
    void mix(std::uint64_t part) {
        state_ = (state_ ^ part) * 0x9e3779b97f4a7c15u;
        state_ ^= state_ >> 29;
    }

    std::uint64_t state_ = 0;
    std::size_t series_ = 0;
};

/// The outcome of reading a text.
struct outcome {
    std::uint64_t samples = 0;
    std::string failed;
    std::size_t bad = 0;
};

/// Reads `text` in pieces by import(source, sink, options), which returns the number of errors.
template <class Import>
[[nodiscard]] outcome read_in_pieces(std::string_view text, std::size_t piece, bool skip,
                                     Import import) {
    slow_source from(text, piece);
    digest found;
    outcome done;
    input::read_options how;
    if (skip)
        how.on_bad = [&](const input::failure& wrong) {
            done.failed += wrong.what();
        };
    try {
        done.bad = import(from, found, how);
    } catch (const input::failure& wrong) {
        claim(!wrong.message().empty(), "an error has a reason");
        claim(!wrong.where().file.empty(), "an error has a place");
        done.failed += wrong.what();
    }
    done.samples = found.value();
    return done;
}

/// Claims that the outcome does not depend on the pieces that a text comes in.
template <class Import>
void claim_pieces_do_not_matter(std::string_view text, Import import) {
    for (const bool skip : {false, true}) {
        const outcome at_once = read_in_pieces(text, SIZE_MAX, skip, import);
        const outcome in_bits = read_in_pieces(text, 3, skip, import);
        claim(at_once.samples == in_bits.samples, "pieces give the same samples");
        claim(at_once.failed == in_bits.failed, "pieces give the same errors");
        claim(at_once.bad == in_bits.bad, "pieces give as many errors");
    }
}

}  // namespace chronopack::fuzz
