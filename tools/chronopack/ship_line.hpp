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

    struct options {
        std::chrono::seconds patience{60};  ///< how long the store may take nothing
        bool quiet = false;                 ///< no progress on a terminal
        bool verify = false;                ///< remembers what is sent, for verify()
    };
    /// What verify() found; the lines are for people.
    struct verified {
        std::uint64_t samples = 0;
        std::uint64_t missing = 0;
        std::uint64_t differing = 0;
        std::uint64_t rounded = 0;  ///< as the store promises for their values
        bool on_disk = true;        ///< whether the store could say that it has them there
        std::vector<std::string> lines{};
    };

    /// Throws failure (environment) when the store is not well.
    ship_line(const target_request& to, const options& how);
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

    /// Waits, after finish(), until the store has all of it on its disk, and reads it back.
    /// Failures as of send(). To be called once, where options::verify was set.
    [[nodiscard]] verified verify();

    [[nodiscard]] std::string store() const;
    [[nodiscard]] std::uint64_t sent() const;
    [[nodiscard]] std::uint64_t dropped() const;
    /// Samples with more digits than the store keeps.
    [[nodiscard]] std::uint64_t rounded() const;
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
