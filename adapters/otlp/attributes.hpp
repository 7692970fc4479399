// Attributes from the wire: KeyValue messages become labels.
//
//   {"a": 1} {"b": [true, null]} {"a": "x"}  ->  a="x" b="[true,null]", one repeated_attribute
//
// Pairs are first collected as views, so that labels are made once, sorted, in one block of memory.
#pragma once

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/fields.hpp>

#include <chronopack/series/labels.hpp>

#include <deque>
#include <string>
#include <vector>

namespace chronopack::otlp {

/// What is left of a decoder's limits, and what it has lost so far.
struct decoding {
    explicit decoding(const limits& limits) noexcept : within(limits), left(limits.model_bytes) {}

    limits within;
    std::size_t left;
    loss_report lost;

    /// Counts memory that is about to be used. Throws refusal out_of_range beyond the limit.
    void take(std::size_t bytes) {
        if (bytes > left) throw refusal{errc::out_of_range};
        left -= bytes;
    }
    void give_back(std::size_t bytes) noexcept { left += bytes; }

    /// Returns a string or bytes of a message as valid UTF-8, and counts its memory.
    [[nodiscard]] std::string text(std::string_view from);
};

/// The pairs of one label set, or of one list in a value.
class attributes {
public:
    /// Adds a KeyValue message. The message must stay in memory until the pairs are taken.
    void add(std::string_view key_value, decoding& state);

    /// Returns the labels of all pairs, and removes the pairs.
    [[nodiscard]] labels take_labels(decoding& state);

    /// Writes all pairs as a JSON object, and removes them. `depth` more levels are allowed.
    void take_json(std::string& out, std::size_t depth, decoding& state);

private:
    struct pair {
        std::string_view key;
        std::string_view value;  ///< an AnyValue message
        std::size_t index;
    };

    void sort(decoding& state);
    void clear(decoding& state) noexcept;

    std::vector<pair> pairs_;
    std::deque<std::string> mended_;  // keys that were not UTF-8
};

}  // namespace chronopack::otlp
