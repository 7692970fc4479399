#include <adapters/influxdb/otlp.hpp>

#include <adapters/influxdb/otlp_tags.hpp>
#include <adapters/otlp/metric_call.hpp>
#include <adapters/otlp/text.hpp>

#include <algorithm>
#include <cmath>

namespace chronopack::influxdb {

using otlp::bound_text;
using otlp::cumulative_bucket;
using otlp::loss;
using otlp::loss_report;
using otlp::tag_list;

/// One call of convert().
class metrics_converter::call final : public otlp::metric_call<metrics_converter::call> {
public:
    call(metrics_converter& of, std::vector<point>& out) noexcept
        : metric_call(of.totals_, of.options_.call_bytes, otlp::translation::no_translation,
                      of.options_.exponential_buckets, false),
          options_(of.options_),
          out_(out) {}

    loss_report run(const model::metrics& metrics) {
        for (const model::resource_metrics& r : metrics) {
            const tag_list of_resource = tags_of(r.resource, options_, lost_);
            for (const model::scope_metrics& scope : r.scopes) {
                tag_list common = tags_of(scope.scope, options_, lost_);
                merge_tags(common, of_resource, lost_);
                set_common(std::move(common));
                for (const model::metric& metric : scope.metrics) convert(metric);
            }
        }
        return lost_;
    }

private:
    friend class metric_call;

    [[nodiscard]] bool is(schema which) const noexcept { return options_.schema == which; }

    void convert(const model::metric& metric) {
        if (std::holds_alternative<std::monostate>(metric.data)) return lost_.add(loss::no_data);
        name_ = metric.name;
        convert_data(metric);
    }

    bool finish_tags() {
        hash_tags(tags_, options_);
        return true;
    }

    /// Returns whether there is room for so many rows and fields, with names of this length.
    bool has_room(std::size_t rows, std::size_t fields, std::size_t name_bytes) {
        constexpr std::size_t text_bytes = 32;  // of a bound, or a tag's name
        const std::size_t row =
            sizeof(point) + name_.size() + otlp::bytes_of(tags_) + sizeof(label) + 2 * text_bytes;
        const std::size_t one = sizeof(field) + name_bytes + text_bytes;
        if (rows > left() || fields > left() || !take(rows * row + fields * one)) {
            lost_.add(loss::too_large);
            return false;
        }
        return true;
    }

    /// Adds a field, but for a number that InfluxDB does not hold.
    void put(std::string name, field_value value) {
        if (const double* const real = std::get_if<double>(&value);
            real != nullptr && !std::isfinite(*real))
            return lost_.add(loss::not_finite);
        fields_.push_back({std::move(name), std::move(value)});
    }

    /// A count, as integers are in the schema.
    field_value counted(std::uint64_t count) {
        if (is(schema::seed)) return static_cast<std::int64_t>(count);
        return real(count);
    }

    /// The row of the fields that were put; none of it is left.
    void emit(tag_list tags) {
        std::vector<field> fields = std::exchange(fields_, {});
        if (fields.empty()) return;
        auto made = labels_beside(std::move(tags), fields, lost_);
        if (!made) return lost_.add(loss::too_large);
        out_.push_back({is(schema::telegraf_2) ? "prometheus" : name_, *std::move(made),
                        std::move(fields), time_});
    }

    void end_number() { lost_.add(loss::no_value); }

    void put_number(bool counts, const model::number& value) {
        emit_number(counts ? "counter" : "gauge", value);
    }

    void put_total(const model::number& delta, const otlp::number_total& total) {
        if (std::holds_alternative<std::int64_t>(delta) && total.real == 0)
            emit_number("counter", total.whole);
        else
            emit_number("counter", static_cast<double>(total.whole) + total.real);
    }

    void emit_number(const char* kind, const model::number& value) {
        const auto* const whole = std::get_if<std::int64_t>(&value);
        const auto* const number = std::get_if<double>(&value);
        if (whole == nullptr && (number == nullptr || !std::isfinite(*number)))
            return lost_.add(loss::no_value);
        if (!has_room(1, 1, name_.size())) return;
        std::string name = is(schema::seed) ? "value" : is(schema::telegraf_1) ? kind : name_;
        if (whole == nullptr)
            put(std::move(name), *number);
        else if (is(schema::seed))
            put(std::move(name), *whole);
        else
            put(std::move(name), real(*whole));
        emit(std::move(tags_));
    }

    template <class Value>
    void end_histogram(const Value&) {
        lost_.add(loss::no_value);
    }

    template <class Value>
    void put_histogram(const Value& value, const Value* total, bool is_delta) {
        if (total == nullptr) return;
        const std::uint64_t count = otlp::cumulate(*total, buckets_);
        if (is(schema::seed) &&
            (total->count > static_cast<std::uint64_t>(INT64_MAX) || count > INT64_MAX))
            return lost_.add(loss::count_overflow);
        const std::size_t bounds = buckets_.size() + 1;
        if (!has_room(is(schema::telegraf_2) ? bounds + 1 : 1, bounds + 4, name_.size())) return;
        if (count != total->count) lost_.add(loss::count_mismatch);
        // The extremes of a total are not known.
        const bool keeps_extremes = is(schema::seed) && !is_delta;
        if (!keeps_extremes && (value.min || value.max)) lost_.add(loss::min_max);

        const bool apart = is(schema::telegraf_2);
        const std::string before = apart ? name_ + "_" : "";
        if (apart) emit_buckets(count);
        put(before + "count", counted(total->count));
        if (total->sum) put(before + "sum", *total->sum);
        if (keeps_extremes && value.min) put("min", *value.min);
        if (keeps_extremes && value.max) put("max", *value.max);
        if (!apart && otlp::has_buckets(*total)) put_buckets(count);
        emit(std::move(tags_));
    }

    /// Buckets as fields of a row: in `seed` of what each holds, else up to its bound.
    void put_buckets(std::uint64_t all) {
        const bool each = is(schema::seed);
        std::uint64_t below = 0;
        for (const cumulative_bucket& bucket : buckets_) {
            put((each ? "bucket_" : "") + bound_text(bucket.bound),
                counted(bucket.count - (each ? below : 0)));
            below = bucket.count;
        }
        put(each ? "bucket_inf" : "+Inf", counted(all - (each ? below : 0)));
    }

    /// Buckets as rows with a tag for the bound.
    void emit_buckets(std::uint64_t all) {
        tag_list tags = tags_;
        const std::size_t le = otlp::reserve_tag(tags, "le", lost_);
        const auto emit_one = [&](std::string bound, std::uint64_t count) {
            tags[le].value = std::move(bound);
            put(name_ + "_bucket", counted(count));
            emit(tags);
        };
        for (const cumulative_bucket& bucket : buckets_)
            emit_one(bound_text(bucket.bound), bucket.count);
        emit_one("+Inf", all);
    }

    void put_summary(const model::summary_point& point) {
        if (point.no_recorded_value) return lost_.add(loss::no_value);
        if (is(schema::seed) && point.count > static_cast<std::uint64_t>(INT64_MAX))
            return lost_.add(loss::count_overflow);
        const bool apart = is(schema::telegraf_2);
        const std::size_t n = point.quantiles.size();
        if (!has_room(apart ? n + 1 : 1, n + 2, name_.size())) return;
        tag_list tags = tags_;
        const std::size_t place = apart ? otlp::reserve_tag(tags, "quantile", lost_) : 0;
        each_quantile(point, [&](const model::quantile& q) {
            std::string at = bound_text(q.at + 0.0);
            if (!apart) return put((is(schema::seed) ? "q" : "") + at, q.value);
            tags[place].value = std::move(at);
            put(name_, q.value);
            emit(tags);
        });
        put(apart ? name_ + "_count" : "count", counted(point.count));
        put(apart ? name_ + "_sum" : "sum", point.sum);
        emit(std::move(tags_));
    }

    const otlp_options& options_;
    std::vector<point>& out_;
    std::vector<field> fields_;
    std::vector<cumulative_bucket> buckets_;
};

loss_report metrics_converter::convert(const model::metrics& metrics, std::vector<point>& out) {
    return call(*this, out).run(metrics);
}

}  // namespace chronopack::influxdb
