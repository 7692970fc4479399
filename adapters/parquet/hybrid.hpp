// The hybrid of runs and packed fields: levels and indices of a dictionary.
//
//   run      varint n << 1        value in ceil(width / 8) bytes, little-endian
//   packed   varint g << 1 | 1    8 g fields of `width` bits, least significant bit first
//
//   width 3, 7 7 7 7 7 7 7 7 1 2 3:   10 07   03 d1 00 00   (the last group is filled with zeros)
#pragma once

#include <adapters/parquet/compact.hpp>

#include <chronopack/bits/lsb.hpp>
#include <chronopack/core/result.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace chronopack::parquet {

/// Appends values, each less than 2^width, width <= 32.
inline void write_hybrid(std::string& out, std::span<const std::uint32_t> values, unsigned width) {
    const auto put_packed = [&](std::size_t from, std::size_t to) {
        if (from == to) return;
        const std::size_t groups = (to - from + 7) / 8;
        append_varint(out, groups << 1 | 1);
        const std::size_t at = out.size();
        out.resize(at + field_bytes(8 * groups, width));
        field_writer fields(bytes(reinterpret_cast<std::byte*>(out.data()) + at, out.size() - at),
                            width);
        for (std::size_t i = from; i < from + 8 * groups; ++i) fields.write(i < to ? values[i] : 0);
        fields.finish();
    };
    // Fields wait from `begin` on: a run may follow them only where they fill whole groups.
    std::size_t begin = 0;
    for (std::size_t i = 0; i < values.size();) {
        std::size_t end = i + 1;
        while (end < values.size() && values[end] == values[i]) ++end;
        const std::size_t fill = (8 - (i - begin) % 8) % 8;
        if (end - i >= fill + 8) {
            put_packed(begin, i + fill);
            append_varint(out, (end - i - fill) << 1);
            for (unsigned b = 0; b < width; b += 8) out += static_cast<char>(values[i] >> b & 0xff);
            begin = end;
        }
        i = end;
    }
    put_packed(begin, values.size());
}

class hybrid_reader {
public:
    /// Reads from `in`, which must outlive the reader; width <= 32.
    hybrid_reader(borrowed_bytes in, unsigned width) noexcept : in_(in), width_(width) {}

    /// Reads the next values. Returns truncated, or corrupt, with `out` unspecified.
    [[nodiscard]] result<void> read(std::span<std::uint32_t> out) noexcept {
        while (!out.empty()) {
            if (left_ == 0) {
                const auto begun = next_run();
                if (!begun) return begun.error();
            }
            const std::size_t n = std::min(out.size(), left_);
            if (packed_)
                unpack(out.first(n));
            else
                std::fill_n(out.begin(), n, value_);
            left_ -= n;
            out = out.subspan(n);
        }
        return {};
    }

private:
    [[nodiscard]] result<void> next_run() noexcept {
        const auto head = read_varint(in_);
        if (!head) return head.error();
        constexpr std::uint64_t most = std::uint64_t{1} << 31;
        const std::uint64_t count = *head >> 1;
        if (count == 0 || count >= most) return errc::corrupt;
        packed_ = (*head & 1) != 0;
        if (!packed_) {
            const cbytes value = in_.take((width_ + 7) / 8);
            if (in_.failed()) return errc::truncated;
            value_ = 0;
            for (std::size_t i = value.size(); i-- > 0;)
                value_ = value_ << 8 | std::to_integer<std::uint32_t>(value[i]);
            if (width_ < 32 && value_ >> width_ != 0) return errc::corrupt;
            left_ = static_cast<std::size_t>(count);
            return {};
        }
        // Some writers leave out what fills the last group.
        const std::size_t promised = static_cast<std::size_t>(count) * width_;  // a group: bytes
        fields_ = in_.take(std::min(promised, in_.remaining()));
        left_ = width_ == 0 ? 8 * static_cast<std::size_t>(count) : fields_.size() * 8 / width_;
        at_ = 0;
        if (left_ == 0) return errc::truncated;
        return {};
    }

    void unpack(std::span<std::uint32_t> out) noexcept {
        std::array<std::uint64_t, 256> wide;
        while (!out.empty()) {
            const std::size_t n = std::min(out.size(), wide.size());
            // at_ is a multiple of 8 unless the caller stopped within a group.
            if (at_ % 8 == 0)
                load_fields(fields_.subspan(at_ / 8 * width_), width_, std::span(wide).first(n));
            else
                for (std::size_t i = 0; i < n; ++i) wide[i] = load_field(fields_, at_ + i, width_);
            for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint32_t>(wide[i]);
            at_ += n;
            out = out.subspan(n);
        }
    }

    byte_reader in_;
    unsigned width_;
    bool packed_ = false;
    std::size_t left_ = 0;  // of the run
    std::uint32_t value_ = 0;
    cbytes fields_;
    std::size_t at_ = 0;  // the next field
};

}  // namespace chronopack::parquet
