// A page of binned integers: up to 2,048 values of a column (codec/binned.hpp).
//
//   0        1                                                            ..
//   +--------+-----------+---------+--------+---------------+--------------+----------------+
//   | kind   | reference | [scale] | [base] | [first delta] | bins - 1     | bins, slots,   |
//   | u8     | zigzag    | varint  | zigzag |    zigzag     | or width  u8 | numbers: bits  |
//   +--------+-----------+---------+--------+---------------+--------------+----------------+
//
//   kind: bits 0-1 mode, bit 2 scaled, bits 4-7 log of the slots; or 0x08 alone: this page
//   reuses the previous page's header and bins
//
//   x = reference + scale * number
//   frame of reference  v[i] = x[i]
//   delta               v[i] = v[i-1] + x[i]
//   delta of delta      d[i] = d[i-1] + x[i],  v[i] = v[i-1] + d[i]
//
// Sums go on from page to page. Only the first page of a column has a base and a first delta,
// for the values before it. A log of 0 stands for one bin: numbers are then offsets alone, of
// `width` bits. docs/FORMAT.md has every bit.
#pragma once

#include <chronopack/binning/decoder.hpp>
#include <chronopack/binning/page_writer.hpp>
#include <chronopack/packing/affine.hpp>

#include <cassert>
#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// Returns an upper bound of the bytes of a page of `count` values: all 64 bits of each, after
/// the shortest header.
[[nodiscard]] constexpr std::size_t max_page_bytes(std::size_t count) noexcept {
    return 3 + 8 * count;
}

/// Writes the pages of a column in turn.
class page_encoder {
public:
    /// Takes a column, which outlives this, and the estimate of all of it where it is known.
    explicit page_encoder(std::span<const std::int64_t> column,
                          const std::optional<page_estimate>& known = {}) noexcept
        : column_(column), known_(known) {}

    /// Writes the page of the values [begin, end).
    void write(std::size_t begin, std::size_t end, byte_writer& out) noexcept {
        page_writer page(column_, begin, end);
        const std::size_t most = max_page_bytes(end - begin);
        const bool reused = reuse_or_replan(page, begin, end);
        if (page.write(*last_, reused, most, out)) return;
        // Values that no plan makes smaller: all 64 bits of each.
        last_->head = {};
        detail::use_one_bin(64, end - begin, *last_);
        page.assign_to_own(*last_);
        [[maybe_unused]] const bool fits = page.write(*last_, false, most, out);
        assert(fits);
    }

private:
    static constexpr estimate margin = estimate::of_bits(50);
    static constexpr std::size_t few = 256;

    // Assigns the values of a page to the previous page's bins, and returns true, if that takes
    // hardly more than bins of their own. Otherwise assigns them to a new plan, in *last_.
    [[nodiscard]] bool reuse_or_replan(page_writer& page, std::size_t begin,
                                       std::size_t end) noexcept {
        const estimate reused = begin == 0 ? estimate::most() : page.assign_to(*last_);
        if (reused == estimate()) return true;
        const page_estimate expected = estimate_of(begin, end);
        const estimate least = expected.least() * (end - begin);
        // Where the bins exceed the estimate by hardly more than when they were last compared
        // with new ones, they are still good enough.
        if (reused <= least + excess_ + margin) return true;
        if (reused <= best_plan(begin, end, expected).size) {
            excess_ = reused - least;
            return true;
        }
        std::swap(last_, fresh_);
        page.assign_to_own(*last_);
        excess_ = last_->numbers_size - least;
        return false;
    }

    // All modes are tried on a short page that is alone: it needs no estimate.
    [[nodiscard]] page_estimate estimate_of(std::size_t begin, std::size_t end) const noexcept {
        const bool alone = begin == 0 && end == column_.size();
        if (alone && known_) return *known_;
        if (alone && end < few) return {};
        return binning::estimate_of(column_, begin, end);
    }

    // Makes the best plan, in *fresh_. Modes that a sample cannot tell apart are all tried; so
    // are all modes of a short page, which is mostly header.
    const plan& best_plan(std::size_t begin, std::size_t end,
                          const page_estimate& expected) noexcept {
        const estimate least = expected.least();
        const estimate tried = least + least / 128 + estimate::of_bits(1) / 20;
        fresh_->size = estimate::most();
        for (unsigned m = 0; m < packing::mode_count; ++m) {
            if (expected.per_value[m] > tried && end - begin >= few) continue;
            make_plan(column_, begin, end, static_cast<packing::mode>(m), *other_);
            if (other_->size < fresh_->size) std::swap(fresh_, other_);
        }
        return *fresh_;
    }

    std::span<const std::int64_t> column_;
    std::optional<page_estimate> known_;
    std::array<plan, 3> plans_;
    plan* last_ = &plans_[0];
    plan* fresh_ = &plans_[1];
    plan* other_ = &plans_[2];
    estimate excess_{};  // of a page's numbers over their estimate, when plans were last compared
};

/// Reads the pages of a column in turn, and maps its values.
class page_decoder {
public:
    explicit page_decoder(packing::affine map = {}) noexcept : map_(map) {}

    /// Reads the next page: page_values values, or fewer of the last. Returns truncated or
    /// corrupt with the values unspecified.
    [[nodiscard]] result<void> read(byte_reader& in, std::span<std::uint64_t> values) noexcept {
        const unsigned start = in.u8();
        if (in.failed()) return errc::truncated;
        std::size_t bit = 0;
        if (start != as_before || first_) {
            bin_set bins;
            const auto head = read_header(start, in, bins, first_);
            if (!head) return head.error();
            const kernel::start before = from_;
            kind_ = head->kind;
            from_ = map_(head->from, kind_);
            if (!first_) {
                from_.base = before.base;
                from_.delta = before.delta;
            }
            log_ = bins.log;
            width_ = bins.width[0];
            if (log_ != 0) {
                lsb_reader stream(in.rest());
                const auto legal = read_bins(stream, bins);
                if (stream.overrun()) return errc::truncated;
                if (!legal) return legal.error();
                bit = stream.position();
                decoder_.set(bins, from_);
            }
        }
        result<std::size_t> stop = errc::truncated;
        packing::with_sums(kind_,
                           [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
                               if (log_ == 0)
                                   stop = read_offsets<Sums>(in.rest(), width_, from_, values);
                               else
                                   stop = decoder_.read<Sums>(in.rest(), bit, from_, values);
                           });
        if (!stop) return stop.error();
        in.skip((*stop + 7) / 8);
        first_ = false;
        from_.base = values.back();
        if (values.size() > 1) from_.delta = values.back() - values[values.size() - 2];
        return {};
    }

private:
    packing::affine map_;
    bool first_ = true;
    packing::mode kind_ = packing::mode::frame_of_reference;
    kernel::start from_;  // with the sums at the last page's end
    unsigned log_ = 0;
    unsigned width_ = 0;
    decoder decoder_;
};

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
