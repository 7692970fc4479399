#include <adapters/otlp/points.hpp>

#include <adapters/otlp/metric_call.hpp>
#include <adapters/otlp/origin.hpp>
#include <adapters/otlp/text.hpp>

#include <chronopack/core/sample.hpp>

#include <algorithm>

namespace chronopack::otlp {

double stale_marker() noexcept {
    return bit_cast<double>(stale_marker_bits);
}

/// One call of convert().
class points_converter::call final : public metric_call<points_converter::call> {
public:
    call(points_converter& of, std::vector<storage::point>& out) noexcept
        : metric_call(of.totals_, of.options_.call_bytes, of.options_.names,
                      of.options_.exponential_buckets, true),
          options_(of.options_),
          out_(out) {}

    loss_report run(const model::metrics& metrics) {
        for (const model::resource_metrics& r : metrics) convert(r);
        return lost_;
    }

private:
    friend class metric_call;

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
        convert_data(metric);
    }

    [[nodiscard]] bool finish_tags() const noexcept {
        return bytes_of(tags_) < labels::max_bytes;  // escaping may make names longer
    }

    /// Returns whether there is room for `points` more points with the present tags and one more.
    bool has_room(std::size_t points) {
        const std::size_t each = sizeof(storage::point) + name_.size() + service_.size() +
                                 bytes_of(tags_) + sizeof(label) + 64;
        if (points > left() || !take(points * each)) return false;
        latest_ = std::max(latest_.value_or(time_), time_);
        return true;
    }

    void emit(std::string metric, tag_list tags, double value) {
        auto made = labels::from(std::move(tags));
        out_.push_back({std::move(metric), service_, std::move(*made), time_, value});
    }

    /// Ends a point: its tags are moved out.
    void emit_number(double value) {
        if (!has_room(1)) return lost_.add(loss::too_large);
        emit(name_, std::move(tags_), value);
    }

    void end_number() { emit_number(stale_marker()); }

    void put_number(bool, const model::number& of) {
        if (const double* const value = std::get_if<double>(&of))
            emit_number(*value);
        else if (const auto* const whole = std::get_if<std::int64_t>(&of))
            emit_number(real(*whole));
        else
            lost_.add(loss::no_value);
    }

    void put_total(const model::number&, const number_total& total) {
        emit_number(real(total.whole) + total.real);
    }

    template <class Value>
    void put_histogram(const Value& value, const Value* total, bool) {
        if (value.min || value.max) lost_.add(loss::min_max);
        if (total == nullptr) return;
        release_name(tags_, "le", lost_);  // no series of a histogram has one but its buckets
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
        release_name(tags_, "le", lost_);
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

    void put_summary(const model::summary_point& point) {
        release_name(tags_, "quantile", lost_);
        if (!has_room(point.quantiles.size() + 2)) return lost_.add(loss::too_large);
        const bool ends = point.no_recorded_value;
        tag_list tags = tags_;
        const std::size_t at = reserve_tag(tags, "quantile", lost_);
        each_quantile(point, [&](const model::quantile& q) {
            tags[at].value = bound_text(q.at + 0.0);
            emit(name_, tags, ends ? stale_marker() : q.value);
        });
        emit(name_ + "_sum", tags_, ends ? stale_marker() : point.sum);
        emit(name_ + "_count", tags_, ends ? stale_marker() : real(point.count));
    }

    const point_options& options_;
    std::vector<storage::point>& out_;
    std::optional<std::int64_t> latest_;  // the latest time of the resource's points
    std::vector<cumulative_bucket> buckets_;
};

loss_report points_converter::convert(const model::metrics& metrics,
                                      std::vector<storage::point>& out) {
    return call(*this, out).run(metrics);
}

}  // namespace chronopack::otlp
