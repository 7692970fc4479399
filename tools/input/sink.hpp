// A receiver of series and samples as they are read: an archive, memory, or a sort that passes them
// on.
#pragma once

#include "failure.hpp"
#include "time_text.hpp"

#include <chronopack/series/labels.hpp>

#include <cstdint>

namespace chronopack::input {

enum class value_type : std::uint8_t { doubles, integers };

class sample_sink {
public:
    sample_sink() = default;
    sample_sink(const sample_sink&) = delete;
    sample_sink& operator=(const sample_sink&) = delete;
    virtual ~sample_sink() = default;

    /// Returns the number of a series, new or known. Throws failure when the labels cannot be used,
    /// or when the series has values of the other type. The failure has no place; the caller adds
    /// it.
    [[nodiscard]] virtual std::size_t add(std::vector<label> names, value_type type, tick unit) = 0;

    /// Appends a sample. Throws `unordered` for one older than the last of its series where order
    /// is required, and failure when it cannot be kept.
    virtual void append(std::size_t series, std::int64_t timestamp, double value) = 0;
    virtual void append(std::size_t series, std::int64_t timestamp, std::int64_t value) = 0;

    /// Notes that the next samples are the rest of a damaged archive.
    virtual void note_recovered() {}

    /// Returns whether it needs no more samples.
    [[nodiscard]] virtual bool full() const noexcept { return false; }
};

}  // namespace chronopack::input
