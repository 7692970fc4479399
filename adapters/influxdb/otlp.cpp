#include <adapters/influxdb/otlp.hpp>

#include <adapters/influxdb/otlp_tags.hpp>
#include <adapters/otlp/exponential.hpp>
#include <adapters/otlp/histogram.hpp>
#include <adapters/otlp/text.hpp>

#include <algorithm>
#include <cmath>

namespace chronopack::influxdb {

using otlp::bound_text;
using otlp::cumulative_bucket;
using otlp::loss;
using otlp::loss_report;
using otlp::tag_list;

namespace {

void append_key(std::string& key, std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    key.append(reinterpret_cast<const char*>(&size), sizeof size);
    key.append(text);
}

}  // namespace

/// One call of convert(): what holds for a resource, a scope and a metric while their
/// points are converted.
class metrics_converter::call {
public:
    call(metrics_converter& of, std::vector<point>& out)
        : options_(of.options_), totals_(of.totals_), out_(out), left_(options_.call_bytes) {}

    loss_report run(const model::metrics& metrics) {
        for (const model::resource_metrics& r : metrics) {
            const tag_list of_resource = tags_of(r.resource, options_, lost_);
            for (const model::scope_metrics& scope : r.scopes) {
                common_ = tags_of(scope.scope, options_, lost_);
                merge_tags(common_, of_resource, lost_);
                common_bytes_ = otlp::bytes_of(common_);
                for (const model::metric& metric : scope.metrics) convert(metric);
            }
        }
        return lost_;
    }

private:
    [[nodiscard]] bool is(schema which) const noexcept { return options_.schema == which; }

    void convert(const model::metric& metric) {
        if (std::holds_alternative<std::monostate>(metric.data)) return lost_.add(loss::no_data);
        name_ = metric.name;
        kind_ = static_cast<char>(metric.data.index());
        std::visit([&](const auto& data) { convert_points(data); }, metric.data);
    }

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

    /// The tags of a point; false where there are too many. They are charged for as they are
    /// made: points that come to nothing must not cost more than others.
    bool set_tags(std::span<const label> attributes) {
        const std::size_t bytes = common_bytes_ + otlp::bytes_of(attributes);
        if (bytes >= labels::max_bytes || !take(bytes + name_.size())) return false;
        tags_.clear();
        append_tags(tags_, attributes, otlp::translation::no_translation, lost_);
        sort_tags(tags_, lost_);
        merge_tags(tags_, common_, lost_);
        hash_tags(tags_, options_);
        return true;
    }

    /// Takes `bytes` off what a call may make.
    bool take(std::size_t bytes) noexcept {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }

    /// Returns whether there is room for so many rows and fields, with names of this length.
    bool has_room(std::size_t rows, std::size_t fields, std::size_t name_bytes) {
        constexpr std::size_t text_bytes = 32;  // of a bound, or a tag's name
        const std::size_t row =
            sizeof(point) + name_.size() + otlp::bytes_of(tags_) + sizeof(label) + 2 * text_bytes;
        const std::size_t one = sizeof(field) + name_bytes + text_bytes;
        if (rows > left_ || fields > left_ || !take(rows * row + fields * one)) {
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
        const auto real = static_cast<double>(count);
        if (real >= 0x1p64 || static_cast<std::uint64_t>(real) != count)
            lost_.add(loss::rounded_integer);
        return real;
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

    /// Names a series of deltas, whatever becomes of its points.
    const std::string& key() {
        key_.assign(1, kind_);
        append_key(key_, name_);
        for (const label& tag : tags_) {
            append_key(key_, tag.name);
            append_key(key_, tag.value);
        }
        return key_;
    }

    bool has_temporality(model::temporality of) {
        if (of != model::temporality::unspecified) return true;
        lost_.add(loss::no_temporality);
        return false;
    }

    void convert_point(const model::gauge&, const model::number_point& point) {
        if (point.no_recorded_value) return lost_.add(loss::no_value);
        emit_number("gauge", point.value);
    }

    void convert_point(const model::sum& sum, const model::number_point& point) {
        if (!has_temporality(sum.of)) return;
        const bool is_delta = sum.of == model::temporality::delta;
        if (is_delta && !sum.monotonic) return lost_.add(loss::delta_of_gauge);
        if (point.no_recorded_value) {
            if (is_delta) totals_.forget(key());
            return lost_.add(loss::no_value);
        }
        const char* const name = sum.monotonic ? "counter" : "gauge";
        if (!is_delta) return emit_number(name, point.value);
        if (std::holds_alternative<std::monostate>(point.value)) return lost_.add(loss::no_value);
        const otlp::number_total* const total = totals_.add(key(), point, point.value, lost_);
        if (total == nullptr) return;
        if (std::holds_alternative<std::int64_t>(point.value) && total->real == 0)
            emit_number(name, total->whole);
        else
            emit_number(name, static_cast<double>(total->whole) + total->real);
    }

    void emit_number(const char* kind, const model::number& value) {
        const auto* const whole = std::get_if<std::int64_t>(&value);
        const auto* const real = std::get_if<double>(&value);
        if (whole == nullptr && (real == nullptr || !std::isfinite(*real)))
            return lost_.add(loss::no_value);
        if (!has_room(1, 1, name_.size())) return;
        std::string name = is(schema::seed) ? "value" : is(schema::telegraf_1) ? kind : name_;
        if (whole == nullptr)
            put(std::move(name), *real);
        else if (is(schema::seed))
            put(std::move(name), *whole);
        else
            put(std::move(name), real_of(*whole));
        emit(std::move(tags_));
    }

    double real_of(std::int64_t whole) {
        const auto real = static_cast<double>(whole);
        if (real >= 0x1p63 || static_cast<std::int64_t>(real) != whole)
            lost_.add(loss::rounded_integer);
        return real;
    }

    void convert_point(const model::histogram& histogram, const model::histogram_point& point) {
        if (!has_temporality(histogram.of)) return;
        if (const auto fault = otlp::fault_of(point.value)) return lost_.add(*fault);
        convert_histogram(histogram.of, point, point.value,
                          [&] { return totals_.add(key(), point, point.value, lost_); });
    }

    void convert_point(const model::exponential_histogram& histogram,
                       const model::exponential_point& point) {
        if (!has_temporality(histogram.of)) return;
        if (const auto fault = otlp::fault_of(point.value)) return lost_.add(*fault);
        exponential_ = point.value;
        if (otlp::reduce(exponential_, options_.exponential_buckets)) lost_.add(loss::resolution);
        convert_histogram(histogram.of, point, exponential_, [&] {
            return totals_.add(key(), point, exponential_, options_.exponential_buckets, lost_);
        });
    }

    /// `add` adds `value`, a delta, to its total, and returns that.
    template <class Value, class Add>
    void convert_histogram(model::temporality of, const model::data_point& point,
                           const Value& value, Add add) {
        const bool is_delta = of == model::temporality::delta;
        if (point.no_recorded_value) {
            if (is_delta) totals_.forget(key());
            return lost_.add(loss::no_value);
        }
        const Value* const total = is_delta ? add() : &value;
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

    void convert_point(const model::summary&, const model::summary_point& point) {
        if (point.no_recorded_value) return lost_.add(loss::no_value);
        if (is(schema::seed) && point.count > static_cast<std::uint64_t>(INT64_MAX))
            return lost_.add(loss::count_overflow);
        const bool apart = is(schema::telegraf_2);
        const std::size_t n = point.quantiles.size();
        if (!has_room(apart ? n + 1 : 1, n + 2, name_.size())) return;
        tag_list tags = tags_;
        const std::size_t place = apart ? otlp::reserve_tag(tags, "quantile", lost_) : 0;
        double before = -1;
        for (const model::quantile& q : point.quantiles) {
            // They come increasing; what does not could be there twice.
            if (!(q.at >= 0 && q.at <= 1 && q.at > before)) {
                lost_.add(loss::invalid_quantile);
                continue;
            }
            before = q.at;
            std::string at = bound_text(q.at + 0.0);
            if (!apart) {
                put((is(schema::seed) ? "q" : "") + at, q.value);
                continue;
            }
            tags[place].value = std::move(at);
            put(name_, q.value);
            emit(tags);
        }
        put(apart ? name_ + "_count" : "count", counted(point.count));
        put(apart ? name_ + "_sum" : "sum", point.sum);
        emit(std::move(tags_));
    }

    const otlp_options& options_;
    otlp::delta_totals& totals_;
    std::vector<point>& out_;
    std::size_t left_;
    loss_report lost_;

    tag_list common_;  // of the resource and the scope
    std::size_t common_bytes_ = 0;
    std::string name_;  // of the metric
    char kind_ = 0;
    tag_list tags_;  // of the point
    std::int64_t time_ = 0;
    std::vector<field> fields_;

    std::string key_;
    std::vector<cumulative_bucket> buckets_;
    model::exponential_value exponential_;
};

loss_report metrics_converter::convert(const model::metrics& metrics, std::vector<point>& out) {
    return call(*this, out).run(metrics);
}

}  // namespace chronopack::influxdb
