#include "generate.hpp"

#include "support/double_shapes.hpp"

#include <chronopack/core/bit.hpp>

#include <algorithm>
#include <array>

namespace chronopack::test {

namespace {

class maker {
public:
    explicit maker(std::uint64_t seed) : random_(seed) {}

    template <class T, class Make>
    std::vector<T> some(std::size_t most, Make make) {
        std::vector<T> out(random_.below(most + 1));
        for (T& one : out) make(one);
        return out;
    }

    std::string text() {
        static constexpr std::array<std::string_view, 12> words{
            "",
            "a",
            "le",
            "http.route",
            "http_route",
            "service.name",
            "GET /cart?id=1",
            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa1",
            "\n\\\"",
            std::string_view("\0", 1),
            "a name that is longer than strings are without memory of their own",
            "__name__"};
        return std::string(words[random_.below(words.size())]);
    }

    labels attributes() {
        std::vector<label> pairs;
        for (std::uint64_t n = random_.below(5); n != 0; --n) {
            std::string name = text();
            if (random_.one_in(2)) name += std::to_string(random_.below(4));
            // An attribute without a name is not kept: see the claims on attributes.
            const auto there = [&](const label& l) {
                return l.name == name;
            };
            if (name.empty() || std::any_of(pairs.begin(), pairs.end(), there)) continue;
            pairs.push_back({name, text()});
        }
        return *labels::from(std::move(pairs));
    }

    std::uint64_t word() {
        switch (random_.below(4)) {
            case 0:
                return random_();
            case 1:
                return 0;
            case 2:
                return UINT64_MAX - random_.below(2);
            default:
                return random_.below(1000);
        }
    }

    double real() {
        static constexpr auto& bits = double_shape::special_bits;
        return bit_cast<double>(random_.one_in(2) ? random_()
                                                  : bits[random_.below(std::size(bits))]);
    }

    std::optional<double> perhaps_real() {
        if (random_.one_in(2)) return std::nullopt;
        return real();
    }

    model::temporality temporality() { return static_cast<model::temporality>(random_.below(3)); }

    model::resource resource() { return {attributes()}; }
    model::scope scope() { return {text(), text(), attributes()}; }

    void common(model::data_point& p) {
        p.attributes = attributes();
        p.start = word();
        p.time = word();
        p.no_recorded_value = random_.one_in(4);
    }

    void make(model::number_point& p) {
        common(p);
        if (random_.one_in(2)) p.value = real();
        if (random_.one_in(2)) p.value = static_cast<std::int64_t>(word());
    }

    void make(model::histogram_point& p) {
        common(p);
        p.value.count = word();
        p.value.sum = perhaps_real();
        p.value.min = perhaps_real();
        p.value.max = perhaps_real();
        p.value.bucket_counts = some<std::uint64_t>(5, [&](auto& n) { n = word(); });
        p.value.bounds = some<double>(5, [&](double& bound) { bound = real(); });
    }

    model::exponential_buckets buckets() {
        return {static_cast<std::int32_t>(word()),
                some<std::uint64_t>(5, [&](auto& n) { n = word(); })};
    }

    void make(model::exponential_point& p) {
        common(p);
        p.value.count = word();
        p.value.sum = perhaps_real();
        p.value.min = perhaps_real();
        p.value.max = perhaps_real();
        p.value.scale = static_cast<std::int32_t>(word());
        p.value.zero_count = word();
        p.value.zero_threshold = real();
        p.value.positive = buckets();
        p.value.negative = buckets();
    }

    void make(model::summary_point& p) {
        common(p);
        p.count = word();
        p.sum = real();
        p.quantiles = some<model::quantile>(4, [&](model::quantile& q) { q = {real(), real()}; });
    }

    template <class Data>
    Data points() {
        Data data;
        data.points =
            some<typename decltype(data.points)::value_type>(4, [&](auto& point) { make(point); });
        if constexpr (requires { data.of; }) data.of = temporality();
        if constexpr (requires { data.monotonic; }) data.monotonic = random_.one_in(2);
        return data;
    }

    void make(model::metric& m) {
        m.name = text();
        m.unit = text();
        m.description = text();
        m.metadata = attributes();
        switch (random_.below(6)) {
            case 0:
                m.data = points<model::gauge>();
                break;
            case 1:
                m.data = points<model::sum>();
                break;
            case 2:
                m.data = points<model::histogram>();
                break;
            case 3:
                m.data = points<model::exponential_histogram>();
                break;
            case 4:
                m.data = points<model::summary>();
                break;
            default:
                break;
        }
    }

    template <std::size_t N>
    std::array<std::byte, N> id() {
        std::array<std::byte, N> made{};
        if (random_.one_in(3)) return made;
        for (std::byte& b : made) b = static_cast<std::byte>(random_());
        return made;
    }

    void make(model::span& s) {
        s.trace = id<16>();
        s.id = id<8>();
        s.parent = id<8>();
        s.flags = static_cast<std::uint32_t>(word());
        s.trace_state = text();
        s.name = text();
        s.kind = static_cast<model::span_kind>(random_.below(6));
        s.start = word();
        s.end = word();
        s.attributes = attributes();
        s.status = static_cast<model::status_code>(random_.below(3));
        s.status_message = text();
    }

    template <class Resources, class Items>
    Resources make(Items items) {
        Resources made;
        made = some<typename Resources::value_type>(3, [&](auto& r) {
            r.resource = resource();
            r.schema_url = text();
            r.scopes = some<typename decltype(r.scopes)::value_type>(2, [&](auto& s) {
                s.scope = scope();
                s.schema_url = text();
                using item = typename std::remove_reference_t<decltype(s.*items)>::value_type;
                s.*items = some<item>(4, [&](item& one) { make(one); });
            });
        });
        return made;
    }

private:
    prng random_;
};

// Doubles by bits, and everything made of them member by member. In a class, where each
// sees all others.
struct comparison {
    static bool same(double a, double b) {
        return bit_cast<std::uint64_t>(a) == bit_cast<std::uint64_t>(b);
    }

    static bool same(const std::optional<double>& a, const std::optional<double>& b) {
        return a.has_value() == b.has_value() && (!a || same(*a, *b));
    }

    template <class T>
    static bool same_items(const std::vector<T>& a, const std::vector<T>& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](const T& x, const T& y) { return same(x, y); });
    }

    static bool same_common(const model::data_point& a, const model::data_point& b) {
        return a.attributes == b.attributes && a.start == b.start && a.time == b.time &&
               a.no_recorded_value == b.no_recorded_value;
    }

    static bool same(const model::number_point& a, const model::number_point& b) {
        if (!same_common(a, b) || a.value.index() != b.value.index()) return false;
        const double* const real = std::get_if<double>(&a.value);
        return real != nullptr ? same(*real, *std::get_if<double>(&b.value)) : a.value == b.value;
    }

    static bool same(const model::histogram_point& a, const model::histogram_point& b) {
        const model::histogram_value &v = a.value, &w = b.value;
        return same_common(a, b) && v.count == w.count && same(v.sum, w.sum) &&
               same(v.min, w.min) && same(v.max, w.max) && v.bucket_counts == w.bucket_counts &&
               same_items(v.bounds, w.bounds);
    }

    static bool same(const model::exponential_buckets& a, const model::exponential_buckets& b) {
        return a.offset == b.offset && a.counts == b.counts;
    }

    static bool same(const model::exponential_point& a, const model::exponential_point& b) {
        const model::exponential_value &v = a.value, &w = b.value;
        return same_common(a, b) && v.count == w.count && same(v.sum, w.sum) &&
               same(v.min, w.min) && same(v.max, w.max) && v.scale == w.scale &&
               v.zero_count == w.zero_count && same(v.zero_threshold, w.zero_threshold) &&
               same(v.positive, w.positive) && same(v.negative, w.negative);
    }

    static bool same(const model::quantile& a, const model::quantile& b) {
        return same(a.at, b.at) && same(a.value, b.value);
    }

    static bool same(const model::summary_point& a, const model::summary_point& b) {
        return same_common(a, b) && a.count == b.count && same(a.sum, b.sum) &&
               same_items(a.quantiles, b.quantiles);
    }

    static bool same(std::monostate, std::monostate) { return true; }

    template <class Data>
        requires requires(Data data) {
            data.points;
        }
    static bool same(const Data& a, const Data& b) {
        if constexpr (requires { a.of; })
            if (a.of != b.of) return false;
        if constexpr (requires { a.monotonic; })
            if (a.monotonic != b.monotonic) return false;
        return same_items(a.points, b.points);
    }

    static bool same(const model::metric& a, const model::metric& b) {
        if (a.name != b.name || a.unit != b.unit || a.description != b.description ||
            a.metadata != b.metadata || a.data.index() != b.data.index())
            return false;
        return std::visit(
            [&](const auto& data) {
                return same(data, *std::get_if<std::decay_t<decltype(data)>>(&b.data));
            },
            a.data);
    }

    static bool same(const model::span& a, const model::span& b) {
        return a.trace == b.trace && a.id == b.id && a.parent == b.parent && a.flags == b.flags &&
               a.trace_state == b.trace_state && a.name == b.name && a.kind == b.kind &&
               a.start == b.start && a.end == b.end && a.attributes == b.attributes &&
               a.status == b.status && a.status_message == b.status_message;
    }

    template <class Resources, class Items>
    static bool same_resources(const Resources& a, const Resources& b, Items items) {
        const auto same_scope = [&](const auto& s, const auto& t) {
            return s.scope.name == t.scope.name && s.scope.version == t.scope.version &&
                   s.scope.attributes == t.scope.attributes && s.schema_url == t.schema_url &&
                   same_items(s.*items, t.*items);
        };
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [&](const auto& r, const auto& q) {
                              return r.resource.attributes == q.resource.attributes &&
                                     r.schema_url == q.schema_url &&
                                     std::equal(r.scopes.begin(), r.scopes.end(), q.scopes.begin(),
                                                q.scopes.end(), same_scope);
                          });
    }
};

}  // namespace

model::metrics any_metrics(std::uint64_t seed) {
    return maker(seed).make<model::metrics>(&model::scope_metrics::metrics);
}

model::traces any_traces(std::uint64_t seed) {
    return maker(seed).make<model::traces>(&model::scope_spans::spans);
}

bool same(const model::metrics& a, const model::metrics& b) {
    return comparison::same_resources(a, b, &model::scope_metrics::metrics);
}

bool same(const model::traces& a, const model::traces& b) {
    return comparison::same_resources(a, b, &model::scope_spans::spans);
}

}  // namespace chronopack::test
