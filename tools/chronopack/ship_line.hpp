// Samples and OTLP requests to a store, in types of the standard library alone.
//
// The command is built with the kernels of every instruction set, the adapters are not:
// their types have other names then, and must not meet in one file. This is the seam.
#pragma once

#include "ship_target.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace chronopack::tool {

class ship_line {
public:
    using pairs = std::vector<std::pair<std::string, std::string>>;

    /// failure (environment) when the store is not well. `patience` is how long it may
    /// take nothing; `quiet`: no progress on a terminal.
    ship_line(const target_request& to, std::chrono::seconds patience, bool quiet);
    ~ship_line();

    /// The number of a new series: `__name__` is its metric, `job` its service, the others
    /// are tags. failure (data) without a name.
    [[nodiscard]] std::size_t add(const pairs& labels);
    [[nodiscard]] std::size_t series() const noexcept;

    /// failure (environment) when the store has taken nothing for too long.
    void send(std::size_t series, std::int64_t nanoseconds, double value);

    /// A file of one request with metrics; failure (data) for what is none.
    void send_otlp(const std::string& file);

    /// Waits until all is delivered or dropped; failures as of send().
    void finish();

    [[nodiscard]] std::string store() const;
    [[nodiscard]] std::uint64_t sent() const;
    [[nodiscard]] std::uint64_t dropped() const;
    /// Points that OTLP requests had and that could not be made.
    [[nodiscard]] std::uint64_t left_out() const;
    /// The first drops and all reasons, as lines for people.
    [[nodiscard]] std::vector<std::string> shown_drops() const;
    [[nodiscard]] std::vector<std::string> shown_losses() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace chronopack::tool
