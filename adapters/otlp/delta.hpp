// Deltas to totals: what stores of counters want, from producers that say what is new.
//
//   delta    (0, 10]  3      (10, 20]  2      (30, 40]  4
//   total    at 10    3      at 20     5      at 40     9, delta_misaligned
//
// A total is kept for each series, in memory that is bounded: the series that was added
// to least recently makes room, and starts again if it comes back, which stores take for
// the reset of a counter. Time and order are those of the points; there is no clock.
// What is out of order is refused: it cannot be told from a point sent twice.
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

/// The total of integers is exact to 2^63, whatever else is added.
struct number_total {
    std::int64_t whole = 0;
    double real = 0;
};

/// Not thread-safe. Keys of series differ by the kind of metric as well.
class delta_totals {
public:
    explicit delta_totals(std::size_t most_bytes) noexcept : most_bytes_(most_bytes) {}

    /// The total of the series `key` with `delta`; none, and the reason counted, where the
    /// point must be left out. What is given must be whole: one bucket more than bounds, and
    /// so on. Valid until the next call.
    [[nodiscard]] const number_total* add(std::string_view key, const model::data_point& of,
                                          const model::number& delta, loss_report& lost);
    [[nodiscard]] const model::histogram_value* add(std::string_view key,
                                                    const model::data_point& of,
                                                    const model::histogram_value& delta,
                                                    loss_report& lost);
    /// `delta` and what comes back are reduced to `most_buckets`.
    [[nodiscard]] const model::exponential_value* add(std::string_view key,
                                                      const model::data_point& of,
                                                      const model::exponential_value& delta,
                                                      std::size_t most_buckets, loss_report& lost);

    /// The total of a series, if it is known and of that type.
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

    /// A series' total is always of one type: the key says which.
    template <class Total, class First, class Add>
    const Total* add_to(std::string_view key, const model::data_point& of, loss_report& lost,
                        First first, Add add);
    [[nodiscard]] bool count_bytes(place at, loss_report& lost);
    void remove(place at);

    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::list<entry> entries_;                  // the one added to last is first
    std::map<std::string_view, place> by_key_;  // not hashed: keys may be chosen to collide
};

}  // namespace chronopack::otlp
