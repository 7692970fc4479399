// Sends samples and OTLP requests to a store. Its interface uses only the standard library's types.
//
// The command is built with the kernels of every instruction set, and the adapters are not. So
// their types have different names and must not meet in one file: this header separates them.
#pragma once

#include "store_request.hpp"

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
        std::chrono::seconds patience{60};  ///< how long the store may accept nothing
        bool quiet = false;                 ///< shows no progress on a terminal
        bool verify = false;                ///< remembers what is sent, for verify()
    };
    /// What verify() found. The lines are for people.
    struct verified {
        std::uint64_t samples = 0;
        std::uint64_t missing = 0;
        std::uint64_t differing = 0;
        std::uint64_t rounded = 0;  ///< as the store promises for their values
        bool on_disk = true;        ///< whether the store could confirm that it has them there
        std::vector<std::string> lines{};
    };

    /// Throws failure (environment) when the store is not well.
    ship_line(const store_request& to, const options& how);
    ~ship_line();

    /// Adds a series and returns its number. `__name__` is its metric, `job` its service, and the
    /// other labels are tags. Throws failure (data) without a name.
    [[nodiscard]] std::size_t add(const pairs& labels);
    [[nodiscard]] std::size_t series() const noexcept;

    /// Sends a sample. Throws failure (environment) when the store has accepted nothing for too
    /// long.
    void send(std::size_t series, std::int64_t nanoseconds, double value);

    /// Sends a file with one request of metrics. Throws failure (data) for another file.
    void send_otlp(const std::string& file);

    /// Waits until everything is delivered or dropped. Failures are those of send().
    void finish();

    /// Waits, after finish(), until everything is on the store's disk, and reads it back. Failures
    /// are those of send(). Call it once, with options::verify set.
    [[nodiscard]] verified verify();

    [[nodiscard]] std::string store() const;
    [[nodiscard]] std::uint64_t sent() const;
    [[nodiscard]] std::uint64_t dropped() const;
    /// Returns how many samples have more digits than the store keeps.
    [[nodiscard]] std::uint64_t rounded() const;
    /// Returns how many points of OTLP requests could not be converted.
    [[nodiscard]] std::uint64_t left_out() const;
    /// Returns the first drops and all reasons, as lines for people.
    [[nodiscard]] std::vector<std::string> shown_drops() const;
    [[nodiscard]] std::vector<std::string> shown_losses() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace chronopack::tool
