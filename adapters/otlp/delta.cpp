#include <adapters/otlp/delta.hpp>

#include <adapters/otlp/exponential.hpp>

#include <cmath>

namespace chronopack::otlp {

namespace {

std::size_t size_of(const number_total&) noexcept {
    return 0;
}
std::size_t size_of(const model::histogram_value& v) noexcept {
    return (v.bucket_counts.capacity() + v.bounds.capacity()) * sizeof(double);
}
std::size_t size_of(const model::exponential_value& v) noexcept {
    return (v.positive.counts.capacity() + v.negative.counts.capacity()) * sizeof(std::uint64_t);
}

bool is_delta(const model::number& value) noexcept {
    if (const double* const real = std::get_if<double>(&value))
        return std::isfinite(*real) && *real >= 0;
    const auto* const whole = std::get_if<std::int64_t>(&value);
    return whole != nullptr && *whole >= 0;
}

void add_number(number_total& total, const model::number& delta) noexcept {
    if (const double* const real = std::get_if<double>(&delta)) {
        total.real += *real;
        return;
    }
    const std::int64_t more = *std::get_if<std::int64_t>(&delta);
    const std::int64_t before = total.whole;
    if (!__builtin_add_overflow(before, more, &total.whole)) return;
    total.real += static_cast<double>(before);
    total.whole = more;
}

/// Adds the counts. Where a count would overflow, it returns false and changes nothing.
bool add_histogram(model::histogram_value& total, const model::histogram_value& delta) noexcept {
    std::uint64_t unused = 0;
    for (std::size_t i = 0; i < total.bucket_counts.size(); ++i)
        if (__builtin_add_overflow(total.bucket_counts[i], delta.bucket_counts[i], &unused))
            return false;
    if (__builtin_add_overflow(total.count, delta.count, &total.count)) return false;
    for (std::size_t i = 0; i < total.bucket_counts.size(); ++i)
        total.bucket_counts[i] += delta.bucket_counts[i];
    if (total.sum && delta.sum)
        *total.sum += *delta.sum;
    else
        total.sum.reset();
    return true;
}

}  // namespace

void delta_totals::remove(place at) {
    bytes_ -= at->bytes;
    by_key_.erase(at->key);
    entries_.erase(at);
}

void delta_totals::forget(std::string_view key) {
    if (const auto at = by_key_.find(key); at != by_key_.end()) remove(at->second);
}

/// Updates the size of an entry, and removes old entries to make room for it. Returns false where
/// the entry alone is larger than the limit for all of them; the entry is then removed.
bool delta_totals::count_bytes(place at, loss_report& lost) {
    constexpr std::size_t nodes = 2 * 4 * sizeof(void*) + sizeof(decltype(by_key_)::value_type);
    const std::size_t bytes = sizeof(entry) + nodes + at->key.size() +
                              std::visit([](const auto& t) { return size_of(t); }, at->total);
    bytes_ += bytes - at->bytes;
    at->bytes = bytes;
    while (bytes_ > most_bytes_ && entries_.size() > 1) {
        remove(std::prev(entries_.end()));
        lost.add(loss::forgotten_series);
    }
    if (bytes_ <= most_bytes_) return true;
    remove(at);
    lost.add(loss::too_large);
    return false;
}

/// `first()` returns the total of a series that is not known yet. `add(total)` adds to a known one;
/// it returns false and changes nothing where counts overflow.
template <class Total, class First, class Add>
const Total* delta_totals::add_to(std::string_view key, const model::data_point& of,
                                  loss_report& lost, First first, Add add) {
    place at;
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        at = found->second;
        if (of.time <= at->last) {
            lost.add(loss::out_of_order);
            return nullptr;
        }
        if (!add(*std::get_if<Total>(&at->total))) {
            lost.add(loss::count_overflow);
            return nullptr;
        }
        if (of.start != 0 && of.start != at->last) lost.add(loss::delta_misaligned);
        entries_.splice(entries_.begin(), entries_, at);
    } else {
        entries_.push_front({std::string(key), 0, 0, first()});
        at = entries_.begin();
        by_key_.emplace(at->key, at);
    }
    at->last = of.time;
    return count_bytes(at, lost) ? std::get_if<Total>(&at->total) : nullptr;
}

const number_total* delta_totals::add(std::string_view key, const model::data_point& of,
                                      const model::number& delta, loss_report& lost) {
    if (!is_delta(delta)) {
        lost.add(loss::invalid_delta);
        return nullptr;
    }
    const auto add = [&](number_total& total) {
        add_number(total, delta);
        return true;
    };
    const auto first = [&] {
        number_total total;
        add_number(total, delta);
        return total;
    };
    return add_to<number_total>(key, of, lost, first, add);
}

const model::histogram_value* delta_totals::add(std::string_view key, const model::data_point& of,
                                                const model::histogram_value& delta,
                                                loss_report& lost) {
    if (delta.sum && !std::isfinite(*delta.sum)) {
        lost.add(loss::invalid_delta);
        return nullptr;
    }
    const auto add = [&](model::histogram_value& total) {
        if (total.bounds == delta.bounds &&
            total.bucket_counts.size() == delta.bucket_counts.size())
            return add_histogram(total, delta);
        lost.add(loss::delta_restarted);
        total = delta;
        return true;
    };
    return add_to<model::histogram_value>(
        key, of, lost, [&] { return delta; }, add);
}

const model::exponential_value* delta_totals::add(std::string_view key, const model::data_point& of,
                                                  const model::exponential_value& delta,
                                                  std::size_t most_buckets, loss_report& lost) {
    if (delta.sum && !std::isfinite(*delta.sum)) {
        lost.add(loss::invalid_delta);
        return nullptr;
    }
    const auto add = [&](model::exponential_value& total) {
        return otlp::add(total, delta, most_buckets);
    };
    return add_to<model::exponential_value>(
        key, of, lost, [&] { return delta; }, add);
}

}  // namespace chronopack::otlp
