// One conversion of metrics to points: what is the same whatever the points look like.
//
//   resource -> scope -> metric -> data point      common_, name_, then tags_ and time_
//                                    |
//                                    |- gauge, sum      put_number(), put_total(), end_number()
//                                    |- histograms      put_histogram(), end_histogram()
//                                    `- summary         put_summary()
//
// A total is null where the delta must be left out, which is counted already.
//
// It checks times and temporalities, makes the tags of each data point, adds deltas to their
// totals, and counts what is lost. What a call makes is charged before it is made, against a budget
// of bytes, so that points that come to nothing cost as much as others. A class derived from it has
// the calls above, and finish_tags(), which returns whether the tags may stay.
//
// Part of the adapters that convert OTLP; not for users.
#pragma once

#include <adapters/otlp/delta.hpp>
#include <adapters/otlp/exponential.hpp>
#include <adapters/otlp/histogram.hpp>
#include <adapters/otlp/tags.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace chronopack::otlp {

/// The state of a resource, a scope, a metric and a data point while it is converted.
template <class Derived>
class metric_call {
protected:
    metric_call(delta_totals& totals, std::size_t budget, translation names,
                std::size_t exponential_buckets, bool key_has_service) noexcept
        : totals_(totals),
          left_(budget),
          names_(names),
          exponential_buckets_(exponential_buckets),
          key_has_service_(key_has_service) {}

    /// Sets the tags of a resource and scope, which all of its points have.
    void set_common(tag_list tags) {
        common_ = std::move(tags);
        common_bytes_ = bytes_of(common_);
    }

    /// Converts all data points of a metric, whose name_ is set.
    void convert_data(const model::metric& metric) {
        kind_ = static_cast<char>(metric.data.index());
        std::visit([&](const auto& data) { convert_points(data); }, metric.data);
    }

    /// Sets the tags of a point, and returns false where they take too much room.
    bool set_tags(std::span<const label> attributes) {
        const std::size_t bytes = common_bytes_ + bytes_of(attributes);
        if (bytes >= labels::max_bytes || !take(bytes + name_.size() + service_.size()))
            return false;
        tags_.clear();
        append_tags(tags_, attributes, names_, lost_);
        sort_tags(tags_, lost_);
        merge_tags(tags_, common_, lost_);
        return derived().finish_tags();
    }

    /// Takes `bytes` off what this call may make, or returns false where there are not so many.
    bool take(std::size_t bytes) noexcept {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }
    [[nodiscard]] std::size_t left() const noexcept { return left_; }

    /// Returns an integer as a double, and counts one that is rounded.
    double real(std::uint64_t count) {
        const auto value = static_cast<double>(count);
        // The largest counts round up to 2^64, which is not a count.
        if (value >= 0x1p64 || static_cast<std::uint64_t>(value) != count)
            lost_.add(loss::rounded_integer);
        return value;
    }
    double real(std::int64_t whole) {
        const auto value = static_cast<double>(whole);
        if (value >= 0x1p63 || static_cast<std::int64_t>(value) != whole)
            lost_.add(loss::rounded_integer);
        return value;
    }

    /// Calls each(quantile) for those of a summary that can be kept, with `at` in 0..1. Quantiles
    /// come in increasing order: one that does not increase could be there twice.
    template <class Each>
    void each_quantile(const model::summary_point& point, Each each) {
        double before = -1;
        for (const model::quantile& q : point.quantiles) {
            if (!(q.at >= 0 && q.at <= 1 && q.at > before)) {
                lost_.add(loss::invalid_quantile);
                continue;
            }
            before = q.at;
            each(q);
        }
    }

    loss_report lost_;
    std::string service_;  // of the resource; empty where tags hold it
    std::string name_;     // of the metric
    tag_list tags_;        // of the point
    std::int64_t time_ = 0;

private:
    [[nodiscard]] Derived& derived() noexcept { return static_cast<Derived&>(*this); }

    void convert_points(std::monostate) {}

    template <class Data>
    void convert_points(const Data& data) {
        if (name_.empty()) return lost_.add(loss::no_name, data.points.size());
        for (const auto& point : data.points) {
            if (point.time == 0) {
                lost_.add(loss::no_time);
            } else if (point.time > static_cast<std::uint64_t>(INT64_MAX)) {
                lost_.add(loss::time_out_of_range);
            } else {
                time_ = static_cast<std::int64_t>(point.time);
                if (set_tags(point.attributes.pairs()))
                    convert_point(data, point);
                else
                    lost_.add(loss::too_large);
            }
        }
    }

    void convert_point(const model::gauge&, const model::number_point& point) {
        if (point.no_recorded_value) return derived().end_number();
        derived().put_number(false, point.value);
    }

    void convert_point(const model::sum& sum, const model::number_point& point) {
        if (!has_temporality(sum.of)) return;
        const bool is_delta = sum.of == model::temporality::delta;
        if (is_delta && !sum.monotonic) return lost_.add(loss::delta_of_gauge);
        if (point.no_recorded_value) {
            if (is_delta) totals_.forget(key());
            return derived().end_number();
        }
        if (!is_delta) return derived().put_number(sum.monotonic, point.value);
        if (std::holds_alternative<std::monostate>(point.value)) return lost_.add(loss::no_value);
        const number_total* const total = totals_.add(key(), point, point.value, lost_);
        if (total != nullptr) derived().put_total(point.value, *total);
    }

    void convert_point(const model::histogram& histogram, const model::histogram_point& point) {
        if (!has_temporality(histogram.of)) return;
        if (const auto fault = fault_of(point.value)) return lost_.add(*fault);
        if (const std::size_t bounds = infinite_bounds(point.value); bounds != 0)
            lost_.add(loss::infinite_bound, bounds);
        convert_histogram(histogram.of, point, point.value,
                          [&] { return totals_.add(key(), point, point.value, lost_); });
    }

    void convert_point(const model::exponential_histogram& histogram,
                       const model::exponential_point& point) {
        if (!has_temporality(histogram.of)) return;
        if (const auto fault = fault_of(point.value)) return lost_.add(*fault);
        exponential_ = point.value;
        if (reduce(exponential_, exponential_buckets_)) lost_.add(loss::resolution);
        convert_histogram(histogram.of, point, exponential_, [&] {
            return totals_.add(key(), point, exponential_, exponential_buckets_, lost_);
        });
    }

    void convert_point(const model::summary&, const model::summary_point& point) {
        derived().put_summary(point);
    }

    /// Calls `add`, which adds the delta `value` to its total and returns the total.
    template <class Value, class Add>
    void convert_histogram(model::temporality of, const model::data_point& point,
                           const Value& value, Add add) {
        const bool is_delta = of == model::temporality::delta;
        if (point.no_recorded_value) {
            const Value* const last = is_delta ? totals_.template find<Value>(key()) : nullptr;
            derived().end_histogram(last != nullptr ? *last : value);
            if (is_delta) totals_.forget(key());
            return;
        }
        derived().put_histogram(value, is_delta ? add() : &value, is_delta);
    }

    bool has_temporality(model::temporality of) {
        if (of != model::temporality::unspecified) return true;
        lost_.add(loss::no_temporality);
        return false;
    }

    /// Returns the key of a series of deltas, whether or not its points are kept.
    const std::string& key() {
        key_.assign(1, kind_);
        append_key(name_);
        if (key_has_service_) append_key(service_);
        for (const label& tag : tags_) {
            append_key(tag.name);
            append_key(tag.value);
        }
        return key_;
    }

    void append_key(std::string_view text) {
        const auto size = static_cast<std::uint32_t>(text.size());
        key_.append(reinterpret_cast<const char*>(&size), sizeof size);
        key_.append(text);
    }

    delta_totals& totals_;
    std::size_t left_;
    translation names_;
    std::size_t exponential_buckets_;
    bool key_has_service_;

    tag_list common_;  // of the resource and the scope
    std::size_t common_bytes_ = 0;
    char kind_ = 0;
    std::string key_;
    model::exponential_value exponential_;
};

}  // namespace chronopack::otlp
