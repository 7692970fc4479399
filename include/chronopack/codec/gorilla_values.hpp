// Gorilla values: each double xored with the one before it. For appending, and
// for values that often repeat.
//
//   bit 0        64
//   +------------+----------------------------+
//   |  v[0]: 64  |  xor_code of each other    |
//   +------------+----------------------------+
//
// Most significant bit first, zero bits to the end of the last byte. Every bit
// pattern survives: NaN payloads, -0.0, subnormals. (Pelkonen et al., VLDB
// 2015, section 4.1.2.)
#pragma once

#include <chronopack/codec/bit_stream.hpp>
#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/xor_code.hpp>

namespace chronopack::inline CHRONOPACK_ABI {

namespace detail {

class gorilla_value_coder {
public:
    static constexpr unsigned max_bits = xor_code::max_bits;

    void write(msb_writer& out, double value) noexcept {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        if (first_)
            out.write(bits, 64);
        else
            xors_.write(out, bits ^ previous_);
        first_ = false;
        previous_ = bits;
    }

    [[nodiscard]] result<double> read(msb_reader& in) noexcept {
        if (first_) {
            previous_ = in.read(64);
        } else {
            const auto difference = xors_.read(in);
            if (!difference) return difference.error();
            previous_ ^= *difference;
        }
        first_ = false;
        return std::bit_cast<double>(previous_);
    }

    /// Reads values for as long as none can come near the end of the input, and
    /// no code is illegal; how many. read() takes the rest, and has the errors.
    [[nodiscard]] std::size_t read_ahead(msb_reader& in, std::span<double> out) noexcept {
        if (first_ || in.windows_end() < xor_code::ahead_bits) return 0;
        const std::size_t end = in.windows_end() - xor_code::ahead_bits;
        std::size_t bit = in.position();
        xor_code xors = xors_;
        std::uint64_t value = previous_;
        std::size_t i = 0;
        while (i < out.size() && bit < end) {
            if (!in.zeros_at(bit, 1)) {
                if (!xors.read_ahead(in, bit, value)) break;
                out[i++] = std::bit_cast<double>(value);
                continue;
            }
            // One zero for each repeated value.
            const std::size_t same = std::min(in.count_zeros_at(bit), out.size() - i);
            for (std::size_t k = 0; k < same; ++k) out[i + k] = std::bit_cast<double>(value);
            i += same;
            bit += same;
        }
        in.seek(bit);
        xors_ = xors;
        previous_ = value;
        return i;
    }

private:
    xor_code xors_;
    std::uint64_t previous_ = 0;
    bool first_ = true;
};

}  // namespace detail

/// Doubles of any bits.
struct gorilla_values : detail::bit_codec<double, detail::gorilla_value_coder> {
    static constexpr codec_id id = codec_id::gorilla_values;
    static constexpr std::string_view name = "gorilla_values";
};

static_assert(streaming_codec<gorilla_values>);

}  // namespace chronopack
