// Reads the samples of a store, metric by metric, in bounded memory. Its interface uses only the
// standard library's types, for the reason that ship_line.hpp gives.
//
//   all of the time that is asked for     refused: more than 200,000 points
//   |----------------------------------|
//   |--|-----|-|                          in ranges, split where points are more likely: a day
//              |--|--|--|--|              ago, a month, a year, ten years; each as long as the
//                                         one before lets expect, and halved where it is refused
//
// The samples of a series come in order of time. `__name__` is its metric and `job` its service.
#pragma once

#include "store_request.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chronopack::tool {

class store_reader {
public:
    using pairs = std::vector<std::pair<std::string, std::string>>;

    /// Takes what is read.
    class receiver {
    public:
        virtual ~receiver() = default;
        /// Returns the number of a series, or nothing where it is not wanted.
        virtual std::optional<std::size_t> add(const pairs& labels) = 0;
        virtual void append(std::size_t series, std::int64_t nanoseconds, double value) = 0;
        /// Returns whether to go on. It is called now and then.
        virtual bool go_on() = 0;
    };

    struct part {
        std::string metric{};
        std::string service{};           ///< empty: every service
        std::int64_t first = INT64_MIN;  ///< nanoseconds, included
        std::int64_t last = INT64_MAX;   ///< nanoseconds, included
    };

    struct limits {
        std::size_t points = 200'000;       ///< in memory at once, but where one time has more
        std::chrono::seconds patience{60};  ///< how long a store may give no answer
    };

    /// Does not connect. Throws failure as open_store() does.
    explicit store_reader(const store_request& from);
    store_reader(const store_request& from, const limits& within);
    ~store_reader();

    [[nodiscard]] std::string store() const;
    /// Returns the step of the store's times in nanoseconds.
    [[nodiscard]] std::int64_t step() const;

    /// Returns the names of all metrics. Throws failure (usage) where the store cannot list them.
    [[nodiscard]] std::vector<std::string> metrics();

    /// Returns false where the receiver did not want to go on. Throws failure: data for points that
    /// the store refuses to give, environment when it gives no answer.
    bool read(const part& what, receiver& to);

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace chronopack::tool
