#include <adapters/prometheus_protocol/write_request.hpp>

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include <numeric>
#include <unordered_map>

namespace chronopack::inline CHRONOPACK_ABI::prometheus {

namespace {

// All field numbers are below 16: a tag is one byte.
std::size_t delimited(std::size_t n) noexcept {
    return 1 + static_cast<std::size_t>(protozero::length_of_varint(n)) + n;
}

/// Of a Sample: double value = 1, int64 timestamp = 2, in both versions.
std::size_t size_of(const sample& s) noexcept {
    return 1 + 8 + 1 +
           static_cast<std::size_t>(
               protozero::length_of_varint(static_cast<std::uint64_t>(s.timestamp)));
}

std::size_t size_of(const label_view& l) noexcept {
    return delimited(l.name.size()) + delimited(l.value.size());
}

std::size_t size_of(std::span<const sample> samples) noexcept {
    return std::accumulate(
        samples.begin(), samples.end(), std::size_t{0},
        [](std::size_t n, const sample& s) { return n + delimited(size_of(s)); });
}

/// With sizes known beforehand nothing is moved once it is written.
void add_samples(protozero::pbf_writer& series, std::span<const sample> samples) {
    for (const sample& s : samples) {
        protozero::pbf_writer one(series, 2, size_of(s));
        one.add_double(1, s.value);
        one.add_int64(2, s.timestamp);
    }
}

}  // namespace

std::string write_request_1(const series_batch& batch, const series_rules& rules) {
    std::string out;
    out.reserve(batch.samples() * 20 + batch.all().size() * 128);
    protozero::pbf_writer request(out);
    std::vector<label_view> names;
    for (const series_batch::series& s : batch.all()) {
        labels_of(batch.points()[s.point], rules, names);
        std::size_t size = size_of(s.samples);
        for (const label_view& l : names) size += delimited(size_of(l));
        protozero::pbf_writer series(request, 1, size);
        for (const label_view& l : names) {
            protozero::pbf_writer one(series, 1, size_of(l));
            one.add_string(1, l.name.data(), l.name.size());
            one.add_string(2, l.value.data(), l.value.size());
        }
        add_samples(series, s.samples);
    }
    return out;
}

std::string write_request_2(const series_batch& batch, const series_rules& rules) {
    // The symbols come first in the message: references are laid out beforehand.
    std::unordered_map<std::string_view, std::uint32_t> known{{"", 0}};
    std::vector<std::string_view> symbols{""};
    const auto reference = [&](std::string_view text) {
        const auto [at, is_new] =
            known.try_emplace(text, static_cast<std::uint32_t>(symbols.size()));
        if (is_new) symbols.push_back(text);
        return at->second;
    };
    std::vector<std::uint32_t> references;
    std::vector<std::size_t> ends;
    std::vector<label_view> names;
    for (const series_batch::series& s : batch.all()) {
        labels_of(batch.points()[s.point], rules, names);
        for (const label_view& l : names) {
            references.push_back(reference(l.name));
            references.push_back(reference(l.value));
        }
        ends.push_back(references.size());
    }

    std::string out;
    out.reserve(batch.samples() * 20 + symbols.size() * 16);
    protozero::pbf_writer request(out);
    for (const std::string_view symbol : symbols)
        request.add_string(4, symbol.data(), symbol.size());
    for (std::size_t i = 0, from = 0; i < ends.size(); from = ends[i++]) {
        protozero::pbf_writer series(request, 5);
        series.add_packed_uint32(1, references.data() + from, references.data() + ends[i]);
        add_samples(series, batch.all()[i].samples);
    }
    return out;
}

}  // namespace chronopack::prometheus
