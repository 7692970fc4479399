// Turns deltas into totals: stores of counters need totals, and some producers send deltas.
//
//   delta    (0, 10]  3      (10, 20]  2      (30, 40]  4
//   total    at 10    3      at 20     5      at 40     9, delta_misaligned
//
// A total is kept for each series, in bounded memory. The series to which nothing was added for the
// longest time makes room. If it comes back it starts again, which stores take for a counter reset.
// Time and order are those of the points; there is no clock. A delta out of order is refused,
// because it may be a point that was sent twice.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/otlp/loss.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace chronopack::otlp {

/// A total of numbers. The total of integers is exact up to 2^63, whatever else is added.
struct number_total {
    std::int64_t whole = 0;
    double real = 0;
};

/// Holds the totals of all series. Not thread-safe. Keys of series must differ by the kind of
/// metric, too.
class delta_totals {
public:
    explicit delta_totals(std::size_t most_bytes) noexcept : most_bytes_(most_bytes) {}

    /// Adds `delta` to the total of the series `key` and returns the total. Returns nullptr, and
    /// counts the reason, where the point must be left out. A histogram must be valid: one bucket
    /// more than bounds, and so on. The pointer is valid until the next call.
    [[nodiscard]] const number_total* add(std::string_view key, const model::data_point& of,
                                          const model::number& delta, loss_report& lost);
    [[nodiscard]] const model::histogram_value* add(std::string_view key,
                                                    const model::data_point& of,
                                                    const model::histogram_value& delta,
                                                    loss_report& lost);
    /// Does the same for an exponential histogram. `delta` and the total are reduced to
    /// `most_buckets`.
    [[nodiscard]] const model::exponential_value* add(std::string_view key,
                                                      const model::data_point& of,
                                                      const model::exponential_value& delta,
                                                      std::size_t most_buckets, loss_report& lost);

    /// Returns the total of a series if the series is known and has that type, or nullptr.
    template <class Total>
    [[nodiscard]] const Total* find(std::string_view key) const {
        const auto at = by_key_.find(key);
        return at == by_key_.end() ? nullptr : std::get_if<Total>(&at->second->total);
    }

    void forget(std::string_view key);

    [[nodiscard]] std::size_t series() const noexcept { return by_key_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct entry {
        std::string key;
        model::timestamp last = 0;
        std::size_t bytes = 0;
        std::variant<number_total, model::histogram_value, model::exponential_value> total;
    };
    using place = std::list<entry>::iterator;

    /// The total of a series always has one type, because the key contains it.
    template <class Total, class First, class Add>
    const Total* add_to(std::string_view key, const model::data_point& of, loss_report& lost,
                        First first, Add add);
    [[nodiscard]] bool count_bytes(place at, loss_report& lost);
    void remove(place at);

    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::list<entry> entries_;  // the entry that was added to last is first
    // An ordered map: an attacker could choose keys that collide in a hash table.
    std::map<std::string_view, place> by_key_;
};

}  // namespace chronopack::otlp
