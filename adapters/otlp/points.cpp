#include <adapters/otlp/points.hpp>

#include <adapters/otlp/histogram.hpp>
#include <adapters/otlp/origin.hpp>
#include <adapters/otlp/tags.hpp>
#include <adapters/otlp/text.hpp>

#include <chronopack/core/sample.hpp>

#include <algorithm>

namespace chronopack::otlp {

namespace {

void append_key(std::string& key, std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    key.append(reinterpret_cast<const char*>(&size), sizeof size);
    key.append(text);
}

}  // namespace

double stale_marker() noexcept {
    return bit_cast<double>(stale_marker_bits);
}

/// One call of convert(). It holds the state of a resource, a scope and a metric while their points
/// are converted.
class points_converter::call {
public:
    call(points_converter& of, std::vector<storage::point>& out) noexcept
        : options_(of.options_), totals_(of.totals_), out_(out), left_(options_.call_bytes) {}

    loss_report run(const model::metrics& metrics) {
        for (const model::resource_metrics& r : metrics) convert(r);
        return lost_;
    }

private:
    void convert(const model::resource_metrics& of) {
        service_ = of.resource.service();
        latest_.reset();
        const tag_list of_resource = resource_tags(of.resource, options_, lost_);
        for (const model::scope_metrics& scope : of.scopes) {
            tag_list common = scope_tags(scope, options_, lost_);
            merge_tags(common, of_resource, lost_);
            set_common(std::move(common));
            for (const model::metric& metric : scope.metrics) convert(metric);
        }
        add_target_info(of.resource);
    }

    void set_common(tag_list tags) {
        common_ = std::move(tags);
        common_bytes_ = bytes_of(common_);
    }

    void add_target_info(const model::resource& of) {
        const std::vector<label> others = other_attributes(of);
        set_common(instance_tag(of));
        name_ = "target_info";
        time_ = latest_.value_or(0);
        if (others.empty()) return;
        if (options_.target_info && latest_ && set_tags(others) && has_room(1))
            emit(name_, std::move(tags_), 1);
        else
            lost_.add(loss::attribute_left_out, not_chosen(others, options_.resource_tags));
    }

    void convert(const model::metric& metric) {
        if (std::holds_alternative<std::monostate>(metric.data)) return lost_.add(loss::no_data);
        const auto* const sum = std::get_if<model::sum>(&metric.data);
        const metric_kind kind = std::holds_alternative<model::gauge>(metric.data)
                                     ? metric_kind::gauge
                                 : sum != nullptr && sum->monotonic ? metric_kind::counter
                                                                    : metric_kind::other;
        name_ = metric_name(metric.name, metric.unit, kind, options_.names);
        kind_ = static_cast<char>(metric.data.index());
        std::visit([&](const auto& data) { convert_points(data); }, metric.data);
    }

    void convert_points(std::monostate) {}

    template <class Data>
    void convert_points(const Data& data) {
        if (name_.empty()) return lost_.add(loss::no_name, data.points.size());
        for (const auto& point : data.points) {
            if (point.time == 0)
                lost_.add(loss::no_time);
            else if (point.time > static_cast<std::uint64_t>(INT64_MAX))
                lost_.add(loss::time_out_of_range);
            else {
                time_ = static_cast<std::int64_t>(point.time);
                if (set_tags(point.attributes.pairs()))
                    convert_point(data, point);
                else
                    lost_.add(loss::too_large);
            }
        }
    }

    /// Sets the tags of a point, and returns false where they take too much room. Their memory is
    /// counted here, so that a point without result costs as much as any other.
    bool set_tags(std::span<const label> attributes) {
        const std::size_t least = common_bytes_ + bytes_of(attributes);
        if (least >= labels::max_bytes || !take(least + name_.size() + service_.size()))
            return false;
        tags_.clear();
        append_tags(tags_, attributes, options_.names, lost_);
        sort_tags(tags_, lost_);
        merge_tags(tags_, common_, lost_);
        return bytes_of(tags_) < labels::max_bytes;  // escaping may make names longer
    }

    /// Returns whether there is room for `points` more points with the present tags and one more.
    bool has_room(std::size_t points) {
        const std::size_t each = sizeof(storage::point) + name_.size() + service_.size() +
                                 bytes_of(tags_) + sizeof(label) + 64;
        if (points > left_ || !take(points * each)) return false;
        latest_ = std::max(latest_.value_or(time_), time_);
        return true;
    }

    /// Takes `bytes` off the limit of this call.
    bool take(std::size_t bytes) noexcept {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }

    void emit(std::string metric, tag_list tags, double value) {
        auto made = labels::from(std::move(tags));
        out_.push_back({std::move(metric), service_, std::move(*made), time_, value});
    }

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
    double real(const number_total& total) { return real(total.whole) + total.real; }

    /// Returns the key of a series of deltas, whether or not its points are kept.
    const std::string& key() {
        key_.assign(1, kind_);
        append_key(key_, name_);
        append_key(key_, service_);
        for (const label& tag : tags_) {
            append_key(key_, tag.name);
            append_key(key_, tag.value);
        }
        return key_;
    }

    /// Ends a point: its tags are moved out.
    void emit_number(double value) {
        if (!has_room(1)) return lost_.add(loss::too_large);
        emit(name_, std::move(tags_), value);
    }

    void convert_point(const model::gauge&, const model::number_point& point) {
        if (point.no_recorded_value) return emit_number(stale_marker());
        convert_number(point);
    }

    void convert_number(const model::number_point& point) {
        if (const double* const value = std::get_if<double>(&point.value))
            emit_number(*value);
        else if (const auto* const whole = std::get_if<std::int64_t>(&point.value))
            emit_number(real(*whole));
        else
            lost_.add(loss::no_value);
    }

    void convert_point(const model::sum& sum, const model::number_point& point) {
        if (!has_temporality(sum.of)) return;
        const bool is_delta = sum.of == model::temporality::delta;
        if (is_delta && !sum.monotonic) return lost_.add(loss::delta_of_gauge);
        if (point.no_recorded_value) {
            if (is_delta) totals_.forget(key());
            return emit_number(stale_marker());
        }
        if (!is_delta) return convert_number(point);
        if (std::holds_alternative<std::monostate>(point.value)) return lost_.add(loss::no_value);
        const number_total* const total = totals_.add(key(), point, point.value, lost_);
        if (total != nullptr) emit_number(real(*total));
    }

    bool has_temporality(model::temporality of) {
        if (of != model::temporality::unspecified) return true;
        lost_.add(loss::no_temporality);
        return false;
    }

    void convert_point(const model::histogram& histogram, const model::histogram_point& point) {
        if (!has_temporality(histogram.of)) return;
        if (const auto fault = fault_of(point.value)) return lost_.add(*fault);
        convert_histogram(histogram.of, point, point.value,
                          [&] { return totals_.add(key(), point, point.value, lost_); });
    }

    void convert_point(const model::exponential_histogram& histogram,
                       const model::exponential_point& point) {
        if (!has_temporality(histogram.of)) return;
        if (const auto fault = fault_of(point.value)) return lost_.add(*fault);
        exponential_ = point.value;
        if (reduce(exponential_, options_.exponential_buckets)) lost_.add(loss::resolution);
        convert_histogram(histogram.of, point, exponential_, [&] {
            return totals_.add(key(), point, exponential_, options_.exponential_buckets, lost_);
        });
    }

    /// Calls `add`, which adds the delta `value` to its total and returns the total.
    template <class Value, class Add>
    void convert_histogram(model::temporality of, const model::data_point& point,
                           const Value& value, Add add) {
        const bool is_delta = of == model::temporality::delta;
        if (point.no_recorded_value) {
            const Value* const last = is_delta ? totals_.template find<Value>(key()) : nullptr;
            end_histogram(last != nullptr ? *last : value);
            if (is_delta) totals_.forget(key());
            return;
        }
        if (value.min || value.max) lost_.add(loss::min_max);
        const Value* const total = is_delta ? add() : &value;
        if (total == nullptr) return;
        const std::uint64_t count = cumulate(*total, buckets_);
        if (!has_room(buckets_.size() + 3)) return lost_.add(loss::too_large);
        if (count != total->count) lost_.add(loss::count_mismatch);
        emit_buckets([&](std::uint64_t n) { return real(n); }, count);
        if (total->sum) emit(name_ + "_sum", tags_, *total->sum);
        emit(name_ + "_count", tags_, real(total->count));
    }

    /// Ends all known series of a histogram with stale markers.
    template <class Value>
    void end_histogram(const Value& last) {
        if (!has_buckets(last)) lost_.add(loss::unmarked_buckets);
        (void)cumulate(last, buckets_);
        if (!has_room(buckets_.size() + 3)) return lost_.add(loss::too_large);
        emit_buckets([](std::uint64_t) { return stale_marker(); }, 0);
        emit(name_ + "_sum", tags_, stale_marker());
        emit(name_ + "_count", tags_, stale_marker());
    }

    template <class ValueOf>
    void emit_buckets(ValueOf value_of, std::uint64_t all) {
        const std::string name = name_ + "_bucket";
        tag_list tags = tags_;
        const std::size_t le = reserve_tag(tags, "le", lost_);
        for (const cumulative_bucket& bucket : buckets_) {
            tags[le].value = bound_text(bucket.bound);
            emit(name, tags, value_of(bucket.count));
        }
        tags[le].value = "+Inf";
        emit(name, std::move(tags), value_of(all));
    }

    void convert_point(const model::summary&, const model::summary_point& point) {
        if (!has_room(point.quantiles.size() + 2)) return lost_.add(loss::too_large);
        const bool ends = point.no_recorded_value;
        tag_list tags = tags_;
        const std::size_t at = reserve_tag(tags, "quantile", lost_);
        double before = -1;
        for (const model::quantile& q : point.quantiles) {
            // Quantiles come in increasing order. One that does not increase could be a repeated
            // one.
            if (!(q.at >= 0 && q.at <= 1 && q.at > before)) {
                lost_.add(loss::invalid_quantile);
                continue;
            }
            before = q.at;
            tags[at].value = bound_text(q.at + 0.0);
            emit(name_, tags, ends ? stale_marker() : q.value);
        }
        emit(name_ + "_sum", tags_, ends ? stale_marker() : point.sum);
        emit(name_ + "_count", tags_, ends ? stale_marker() : real(point.count));
    }

    const point_options& options_;
    delta_totals& totals_;
    std::vector<storage::point>& out_;
    std::size_t left_;
    loss_report lost_;

    std::string service_;                 // the service of the resource
    std::optional<std::int64_t> latest_;  // the latest time of its points
    tag_list common_;                     // tags of the resource and the scope
    std::size_t common_bytes_ = 0;
    std::string name_;  // name of the metric, translated
    char kind_ = 0;
    tag_list tags_;  // tags of the point
    std::int64_t time_ = 0;

    std::string key_;
    std::vector<cumulative_bucket> buckets_;
    model::exponential_value exponential_;
};

loss_report points_converter::convert(const model::metrics& metrics,
                                      std::vector<storage::point>& out) {
    return call(*this, out).run(metrics);
}

}  // namespace chronopack::otlp
