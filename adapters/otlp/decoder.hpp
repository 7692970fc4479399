// Code that decoding metrics and decoding traces share.
#pragma once

#include <adapters/otlp/attributes.hpp>
#include <adapters/otlp/wire.hpp>

#include <protozero/exception.hpp>

#include <utility>

namespace chronopack::otlp {

/// Runs `read` on a request and returns the T that it fills. Refusals become errors.
template <class T, class Read>
[[nodiscard]] result<decoded<T>> decode_request(cbytes request, const limits& within, Read read) {
    if (request.size() > within.request_bytes) return errc::out_of_range;
    try {
        decoding state(within);
        T data;
        read(std::string_view(reinterpret_cast<const char*>(request.data()), request.size()), data,
             state);
        return decoded<T>{std::move(data), state.lost};
    } catch (const refusal& refused) {
        return refused.why;
    } catch (const protozero::end_of_buffer_exception&) {
        return errc::truncated;
    } catch (const protozero::exception&) {
        return errc::corrupt;
    }
}

/// Reserves room for all messages with field number `number` in `message`, so that none is moved
/// later. If a second message comes to be merged, its room grows as usual: reserving the exact room
/// each time would be quadratic.
template <class T>
void make_room(std::vector<T>& out, std::string_view message, std::uint32_t number,
               decoding& state) {
    std::size_t count = 0;
    for (fields in(message); in.next();) count += in.number() == number;
    state.take(count * sizeof(T));
    if (out.empty()) out.reserve(count);
}

/// Reads ResourceMetrics and ResourceSpans; `read_item` reads a metric or a span.
class resource_reader {
public:
    explicit resource_reader(decoding& state) noexcept : state_(state) {}

    /// `items` is the member of the scope that holds the items.
    template <class Data, class Items, class ReadItem>
    void read(std::string_view message, Data& out, Items items, ReadItem read_item) {
        make_room(out.scopes, message, wire::resource_data::scopes, state_);
        for (fields in(message); in.next();) switch (in.number()) {
                case wire::resource_data::resource:
                    collect(in.bytes(), wire::resource::attributes, resource_);
                    break;
                case wire::resource_data::scopes:
                    read_scope(in.bytes(), out.scopes.emplace_back(), items, read_item);
                    break;
                case wire::resource_data::schema_url:
                    out.schema_url = state_.text(in.bytes());
                    break;
            }
        out.resource.attributes = resource_.take_labels(state_);
    }

private:
    template <class Scope, class Items, class ReadItem>
    void read_scope(std::string_view message, Scope& out, Items items, ReadItem read_item) {
        make_room(out.*items, message, wire::scope_data::items, state_);
        for (fields in(message); in.next();) switch (in.number()) {
                case wire::scope_data::scope:
                    read_name(in.bytes(), out.scope);
                    break;
                case wire::scope_data::items:
                    read_item(in.bytes(), (out.*items).emplace_back());
                    break;
                case wire::scope_data::schema_url:
                    out.schema_url = state_.text(in.bytes());
                    break;
            }
        out.scope.attributes = scope_.take_labels(state_);
    }

    void read_name(std::string_view message, model::scope& out) {
        for (fields in(message); in.next();) switch (in.number()) {
                case wire::scope::name:
                    out.name = state_.text(in.bytes());
                    break;
                case wire::scope::version:
                    out.version = state_.text(in.bytes());
                    break;
                case wire::scope::attributes:
                    scope_.add(in.bytes(), state_);
                    break;
            }
    }

    void collect(std::string_view message, std::uint32_t number, attributes& into) {
        for (fields in(message); in.next();)
            if (in.number() == number) into.add(in.bytes(), state_);
    }

    decoding& state_;
    attributes resource_;
    attributes scope_;
};

}  // namespace chronopack::otlp
