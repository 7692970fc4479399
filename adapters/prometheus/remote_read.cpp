#include <adapters/prometheus/remote_read.hpp>

#include <chronopack/codec/prometheus_xor.hpp>
#include <chronopack/kernel/crc32c.hpp>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include <algorithm>

namespace chronopack::prometheus {

namespace {

using protozero::pbf_wire_type;
using protozero::tag_and_type;

constexpr std::uint32_t text_field(std::uint32_t n) {
    return tag_and_type(n, pbf_wire_type::length_delimited);
}
constexpr std::uint32_t varint_field(std::uint32_t n) {
    return tag_and_type(n, pbf_wire_type::varint);
}

cbytes bytes_of(const protozero::data_view& view) noexcept {
    return std::as_bytes(std::span(view.data(), view.size()));
}

protozero::pbf_reader reader_of(cbytes message) noexcept {
    return {reinterpret_cast<const char*>(message.data()), message.size()};
}

/// Calls `see` with each field's number and type. Errors of protozero become ours.
template <class See>
result<void> each_field(cbytes message, See see) {
    try {
        protozero::pbf_reader in = reader_of(message);
        while (in.next()) {
            const result<void> seen = see(in);
            if (!seen) return seen;
        }
    } catch (const protozero::end_of_buffer_exception&) {
        return errc::truncated;
    } catch (const protozero::exception&) {
        return errc::corrupt;
    }
    return {};
}

result<label> read_label(cbytes message) {
    label made;
    const auto read = each_field(message, [&](protozero::pbf_reader& in) -> result<void> {
        switch (in.tag_and_type()) {
            case text_field(1):
                made.name = in.get_string();
                break;
            case text_field(2):
                made.value = in.get_string();
                break;
            default:
                in.skip();
        }
        return {};
    });
    if (!read) return read.error();
    return made;
}

}  // namespace

std::string read_request(const std::vector<matcher>& all, const read_span& over, bool streamed) {
    constexpr std::int32_t samples = 0, streamed_xor_chunks = 1;
    std::string out;
    protozero::pbf_writer request(out);
    {
        protozero::pbf_writer query(request, 1);
        query.add_int64(1, over.start);
        query.add_int64(2, over.end);
        for (const matcher& m : all) {
            protozero::pbf_writer one(query, 3);
            one.add_enum(1, m.how == match::equal ? 0 : 1);
            one.add_string(2, m.name.data(), m.name.size());
            one.add_string(3, m.value.data(), m.value.size());
        }
    }
    // Both in order of preference: a server without chunks takes the second.
    if (streamed) request.add_enum(2, streamed_xor_chunks);
    request.add_enum(2, samples);
    return out;
}

result<void> read_answer::keep(const sample& s, std::vector<sample>& to) {
    if (s.timestamp < over_.start || s.timestamp > over_.end) return {};
    if (held_ == most_) return errc::out_of_range;
    ++held_;
    to.push_back(s);
    return {};
}

result<void> read_answer::add_frames(cbytes body) {
    byte_reader in(body);
    while (in.remaining() > 0) {
        const auto length = read_varint(in);
        if (!length) return length.error();
        const cbytes sum = in.take(sizeof(std::uint32_t));
        const cbytes message = in.take(*length);
        if (in.failed()) return errc::truncated;
        if (kernel::crc32c(message) != load_be<std::uint32_t>(sum.data()))
            return errc::checksum_mismatch;
        const auto read = each_field(message, [&](protozero::pbf_reader& field) -> result<void> {
            if (field.tag_and_type() == text_field(1))
                return add_series(bytes_of(field.get_view()), form::chunks);
            field.skip();
            return {};
        });
        if (!read) return read;
    }
    return {};
}

result<void> read_answer::add_samples(cbytes message) {
    return each_field(message, [&](protozero::pbf_reader& in) -> result<void> {
        if (in.tag_and_type() != text_field(1)) {
            in.skip();
            return {};
        }
        return each_field(bytes_of(in.get_view()), [&](protozero::pbf_reader& of) -> result<void> {
            if (of.tag_and_type() == text_field(1))
                return add_series(bytes_of(of.get_view()), form::samples);
            of.skip();
            return {};
        });
    });
}

/// Adds a ChunkedSeries or a TimeSeries. Both have labels in field 1 and samples in field 2.
result<void> read_answer::add_series(cbytes message, form how) {
    std::vector<label> pairs;
    std::vector<sample> found;
    const auto read = each_field(message, [&](protozero::pbf_reader& in) -> result<void> {
        switch (in.tag_and_type()) {
            case text_field(1): {
                auto one = read_label(bytes_of(in.get_view()));
                if (!one) return one.error();
                pairs.push_back(*std::move(one));
                return {};
            }
            case text_field(2): {
                const cbytes held = bytes_of(in.get_view());
                return how == form::chunks ? add_chunk(held, found) : add_sample(held, found);
            }
            // The native histograms of a TimeSeries; a ChunkedSeries has no such field.
            case text_field(4):
                return errc::unsupported;
            default:
                in.skip();
                return {};
        }
    });
    if (!read) return read;
    const auto names = labels::from(std::move(pairs));
    if (!names) return errc::corrupt;
    if (found.empty()) return {};
    auto& all = series_[*names];
    all.insert(all.end(), found.begin(), found.end());
    return {};
}

result<void> read_answer::add_chunk(cbytes message, std::vector<sample>& to) {
    constexpr std::uint64_t xor_encoding = 1;
    std::uint64_t encoding = 0;
    cbytes data;
    const auto read = each_field(message, [&](protozero::pbf_reader& in) -> result<void> {
        switch (in.tag_and_type()) {
            case varint_field(3):
                encoding = in.get_uint64();
                break;
            case text_field(4):
                data = bytes_of(in.get_view());
                break;
            default:
                in.skip();
        }
        return {};
    });
    if (!read) return read;
    if (encoding != xor_encoding) return errc::unsupported;
    const auto count = prometheus_xor::count(data);
    if (!count) return count.error();
    // The count is a u16, so this takes at most 1 MiB. It is kept from chunk to chunk.
    chunk_.resize(*count);
    const auto decoded = prometheus_xor::decode(data, chunk_);
    if (!decoded) return decoded.error();
    for (const sample& s : chunk_)
        if (const auto kept = keep(s, to); !kept) return kept;
    return {};
}

result<void> read_answer::add_sample(cbytes message, std::vector<sample>& to) {
    sample s{};
    const auto read = each_field(message, [&](protozero::pbf_reader& in) -> result<void> {
        switch (in.tag_and_type()) {
            case tag_and_type(1, pbf_wire_type::fixed64):
                s.value = in.get_double();
                break;
            case varint_field(2):
                s.timestamp = in.get_int64();
                break;
            default:
                in.skip();
        }
        return {};
    });
    if (!read) return read;
    return keep(s, to);
}

std::map<labels, std::vector<sample>> read_answer::take() {
    const auto earlier = [](const sample& a, const sample& b) {
        return a.timestamp < b.timestamp;
    };
    const auto same_time = [](const sample& a, const sample& b) {
        return a.timestamp == b.timestamp;
    };
    for (auto& [names, samples] : series_) {
        // Chunks of late samples may overlap others.
        if (!std::is_sorted(samples.begin(), samples.end(), earlier))
            std::stable_sort(samples.begin(), samples.end(), earlier);
        samples.erase(std::unique(samples.begin(), samples.end(), same_time), samples.end());
    }
    return std::exchange(series_, {});
}

}  // namespace chronopack::prometheus
