// Reads the fields of a protobuf message, one after another.
//
//   0a 03 61 62 63  ->  number 1, bytes "abc"
//   |  |  +-- as many bytes as the length says
//   |  +----- length, for wire type 2 only
//   +-------- number << 3 | wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes
//
// The types of numbers, wire types and varints are protozero's. Its pbf_reader is not used, because
// it cuts lengths and tags of more than 32 bits down to 32 bits; here they are refused.
//
// Errors are thrown as `refusal`, because protozero throws too. decoder.hpp turns both into an errc
// and lets no exception out.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <protozero/types.hpp>
#include <protozero/varint.hpp>

#include <string_view>

namespace chronopack::otlp {

struct refusal {
    errc why;
};

/// Iterates over the fields. It throws refusal, or an exception of protozero, where the message is
/// malformed or a field has another wire type than the one asked for.
class fields {
public:
    explicit fields(std::string_view message) noexcept
        : at_(message.data()), end_(message.data() + message.size()) {}

    /// Moves to the next field, and returns whether there is one.
    [[nodiscard]] bool next() {
        if (at_ == end_) return false;
        const std::uint64_t tag = protozero::decode_varint(&at_, end_);
        if (tag >> 3 == 0 || tag > UINT32_MAX) throw refusal{errc::corrupt};
        number_ = static_cast<std::uint32_t>(tag >> 3);
        type_ = static_cast<protozero::pbf_wire_type>(tag & 7);
        switch (type_) {
            case protozero::pbf_wire_type::varint:
                word_ = protozero::decode_varint(&at_, end_);
                break;
            case protozero::pbf_wire_type::fixed64:
                word_ = load_le<std::uint64_t>(take(8));
                break;
            case protozero::pbf_wire_type::fixed32:
                word_ = load_le<std::uint32_t>(take(4));
                break;
            case protozero::pbf_wire_type::length_delimited:
                word_ = protozero::decode_varint(&at_, end_);
                bytes_ = reinterpret_cast<const char*>(take(word_));
                break;
            default:  // groups, which OTLP never had, and invalid types
                throw refusal{errc::corrupt};
        }
        return true;
    }

    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    [[nodiscard]] bool is_bytes() const noexcept {
        return type_ == protozero::pbf_wire_type::length_delimited;
    }

    [[nodiscard]] std::uint64_t varint() const { return word_of(protozero::pbf_wire_type::varint); }
    [[nodiscard]] std::int32_t zigzag32() const {
        return protozero::decode_zigzag32(static_cast<std::uint32_t>(varint()));
    }
    [[nodiscard]] std::uint64_t fixed64() const {
        return word_of(protozero::pbf_wire_type::fixed64);
    }
    [[nodiscard]] std::uint32_t fixed32() const {
        return static_cast<std::uint32_t>(word_of(protozero::pbf_wire_type::fixed32));
    }
    [[nodiscard]] double real() const { return bit_cast<double>(fixed64()); }
    /// Returns the bytes of a string, bytes, message or packed numbers.
    [[nodiscard]] std::string_view bytes() const {
        return {bytes_,
                static_cast<std::size_t>(word_of(protozero::pbf_wire_type::length_delimited))};
    }

private:
    [[nodiscard]] const std::byte* take(std::uint64_t n) {
        if (n > static_cast<std::uint64_t>(end_ - at_)) throw refusal{errc::truncated};
        const char* const from = at_;
        at_ += n;
        return reinterpret_cast<const std::byte*>(from);
    }
    [[nodiscard]] std::uint64_t word_of(protozero::pbf_wire_type asked) const {
        if (type_ != asked) throw refusal{errc::corrupt};
        return word_;
    }

    const char* at_;
    const char* end_;
    const char* bytes_ = nullptr;
    std::uint64_t word_ = 0;
    std::uint32_t number_ = 0;
    protozero::pbf_wire_type type_ = protozero::pbf_wire_type::unknown;
};

}  // namespace chronopack::otlp
