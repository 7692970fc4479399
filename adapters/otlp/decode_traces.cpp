#include <adapters/otlp/decoder.hpp>

#include <cstring>

namespace chronopack::otlp {

namespace {

template <class Id>
Id id_of(std::string_view wire) {
    Id id{};
    if (wire.empty()) return id;
    if (wire.size() != id.size()) throw refusal{errc::corrupt};
    std::memcpy(id.data(), wire.data(), id.size());
    return id;
}

/// Returns the enumerator with that number, or `first` for a number that has none, such as one of a
/// later version.
template <class Enum>
Enum enum_of(std::uint64_t wire, Enum first, Enum last) noexcept {
    return wire <= static_cast<std::uint64_t>(last) ? static_cast<Enum>(wire) : first;
}

class span_reader {
public:
    explicit span_reader(decoding& state) noexcept : state_(state) {}

    void read(std::string_view message, model::span& out) {
        for (fields in(message); in.next();) switch (in.number()) {
                case wire::span::trace:
                    out.trace = id_of<model::trace_id>(in.bytes());
                    break;
                case wire::span::id:
                    out.id = id_of<model::span_id>(in.bytes());
                    break;
                case wire::span::parent:
                    out.parent = id_of<model::span_id>(in.bytes());
                    break;
                case wire::span::trace_state:
                    out.trace_state = state_.text(in.bytes());
                    break;
                case wire::span::name:
                    out.name = state_.text(in.bytes());
                    break;
                case wire::span::kind:
                    out.kind = enum_of(in.varint(), model::span_kind::unspecified,
                                       model::span_kind::consumer);
                    break;
                case wire::span::start:
                    out.start = in.fixed64();
                    break;
                case wire::span::end:
                    out.end = in.fixed64();
                    break;
                case wire::span::attributes:
                    attributes_.add(in.bytes(), state_);
                    break;
                case wire::span::events:
                    state_.lost.add(loss::event);
                    break;
                case wire::span::links:
                    state_.lost.add(loss::link);
                    break;
                case wire::span::status:
                    read_status(in.bytes(), out);
                    break;
                case wire::span::flags:
                    out.flags = in.fixed32();
                    break;
            }
        out.attributes = attributes_.take_labels(state_);
    }

private:
    void read_status(std::string_view message, model::span& out) {
        for (fields in(message); in.next();) {
            if (in.number() == wire::status::message) out.status_message = state_.text(in.bytes());
            if (in.number() == wire::status::code)
                out.status =
                    enum_of(in.varint(), model::status_code::unset, model::status_code::error);
        }
    }

    decoding& state_;
    attributes attributes_;
};

}  // namespace

result<decoded<model::traces>> decode_traces(cbytes request, const limits& within) {
    return decode_request<model::traces>(
        request, within, [](std::string_view message, model::traces& out, decoding& state) {
            resource_reader resources(state);
            span_reader spans(state);
            make_room(out, message, wire::request::resources, state);
            for (fields in(message); in.next();)
                if (in.number() == wire::request::resources)
                    resources.read(
                        in.bytes(), out.emplace_back(), &model::scope_spans::spans,
                        [&](std::string_view span, model::span& to) { spans.read(span, to); });
        });
}

}  // namespace chronopack::otlp
