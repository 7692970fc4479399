#include <adapters/prometheus_protocol/write_request.hpp>

#include <chronopack/core/bit.hpp>

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include <numeric>
#include <unordered_map>

namespace chronopack::prometheus {

namespace {

// All field numbers are below 16, so a tag is one byte.
std::size_t delimited(std::size_t n) noexcept {
    return 1 + static_cast<std::size_t>(protozero::length_of_varint(n)) + n;
}

/// Returns whether the value of a Sample is written. Readers take +0 where there is none, but not
/// -0.
bool is_written(double value) noexcept {
    return bit_cast<std::uint64_t>(value) != 0;
}

/// Returns the size of a Sample: double value = 1, int64 timestamp = 2, in both versions.
std::size_t size_of(const sample& s) noexcept {
    const std::size_t of_time = static_cast<std::size_t>(
        protozero::length_of_varint(static_cast<std::uint64_t>(s.timestamp)));
    return (is_written(s.value) ? 1 + 8 : 0) + (s.timestamp != 0 ? 1 + of_time : 0);
}

std::size_t size_of(const label_view& l) noexcept {
    return delimited(l.name.size()) + delimited(l.value.size());
}

std::size_t size_of(std::span<const sample> samples) noexcept {
    return std::accumulate(
        samples.begin(), samples.end(), std::size_t{0},
        [](std::size_t n, const sample& s) { return n + delimited(size_of(s)); });
}

std::size_t size_of(std::span<const std::uint32_t> references) noexcept {
    return std::accumulate(references.begin(), references.end(), std::size_t{0},
                           [](std::size_t n, std::uint32_t r) {
                               return n + static_cast<std::size_t>(protozero::length_of_varint(r));
                           });
}

/// Writes nested messages whose sizes are known beforehand, so that nothing is moved once it is
/// written. (protozero's own writers of known size assert at the second in a row.)
class message_writer {
public:
    explicit message_writer(std::string& out) : out_(out), fields_(out) {}

    /// Begins the message in field `tag`, which has `size` bytes.
    void begin(std::uint32_t tag, std::size_t size) {
        protozero::add_varint_to_buffer(
            &out_, protozero::tag_and_type(tag, protozero::pbf_wire_type::length_delimited));
        protozero::add_varint_to_buffer(&out_, size);
    }
    void text(std::uint32_t tag, std::string_view value) {
        fields_.add_string(tag, value.data(), value.size());
    }
    void samples(std::span<const sample> all) {
        for (const sample& s : all) {
            begin(2, size_of(s));
            if (is_written(s.value)) fields_.add_double(1, s.value);
            if (s.timestamp != 0) fields_.add_int64(2, s.timestamp);
        }
    }
    void references(std::span<const std::uint32_t> all) {
        fields_.add_packed_uint32(1, all.data(), all.data() + all.size());
    }

private:
    std::string& out_;
    protozero::pbf_writer fields_;
};

}  // namespace

std::string write_request_1(const series_batch& batch, const series_rules& rules) {
    std::string out;
    out.reserve(batch.samples() * 20 + batch.all().size() * 128);
    message_writer request(out);
    std::vector<label_view> names;
    for (const series_batch::series& s : batch.all()) {
        labels_of(batch.points()[s.point], rules, names);
        std::size_t size = size_of(s.samples);
        for (const label_view& l : names) size += delimited(size_of(l));
        request.begin(1, size);
        for (const label_view& l : names) {
            request.begin(1, size_of(l));
            request.text(1, l.name);
            request.text(2, l.value);
        }
        request.samples(s.samples);
    }
    return out;
}

std::string write_request_2(const series_batch& batch, const series_rules& rules) {
    // The symbols come first in the message, so the references are numbered before.
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
    message_writer request(out);
    for (const std::string_view symbol : symbols) request.text(4, symbol);
    for (std::size_t i = 0, from = 0; i < ends.size(); from = ends[i++]) {
        const auto of = std::span(references).subspan(from, ends[i] - from);
        const auto samples = batch.all()[i].samples;
        request.begin(5, delimited(size_of(of)) + size_of(samples));
        request.references(of);
        request.samples(samples);
    }
    return out;
}

}  // namespace chronopack::prometheus
