// Where series and their samples go as they are read: into an archive, into
// memory, or through a sort to another sink.
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

    /// The number of a series, new or known. failure when the labels are not to
    /// be had, or its values are of the other type; without a place, which the
    /// caller knows.
    [[nodiscard]] virtual std::size_t add(std::vector<label> names, value_type type, tick unit) = 0;

    /// `unordered` for a sample older than the last of its series, where that
    /// is not taken; failure when it cannot be kept.
    virtual void append(std::size_t series, std::int64_t timestamp, double value) = 0;
    virtual void append(std::size_t series, std::int64_t timestamp, std::int64_t value) = 0;

    /// Says that what comes is what is left of a damaged archive.
    virtual void note_recovered() {}

    /// Whether there is no need to read on.
    [[nodiscard]] virtual bool full() const noexcept { return false; }
};

}  // namespace chronopack::input
