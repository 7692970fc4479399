// The encodings of texts, read: PLAIN, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY.
//
//   PLAIN               u32 n, n bytes of each
//   delta lengths       all lengths, delta packed | all bytes
//   delta byte arrays   how much each has of the one before, delta packed | the rest, as above
#pragma once

#include <adapters/parquet/delta_packed.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::parquet {

/// Appends a text in PLAIN.
inline void write_plain_text(std::string& out, std::string_view text) {
    const std::size_t at = out.size();
    out.resize(at + 4);
    store_le(reinterpret_cast<std::byte*>(out.data()) + at,
             static_cast<std::uint32_t>(text.size()));
    out += text;
}

/// Reads exactly `count` texts in PLAIN, which are views into `in`; or truncated or corrupt.
[[nodiscard]] inline result<std::vector<std::string_view>> read_plain_texts(borrowed_bytes in,
                                                                            std::size_t count) {
    if (count > in.size() / 4) return errc::truncated;
    std::vector<std::string_view> texts(count);
    byte_reader from(in);
    for (std::string_view& text : texts) {
        const cbytes chars = from.take(from.u32());
        text = {reinterpret_cast<const char*>(chars.data()), chars.size()};
    }
    if (from.failed()) return errc::truncated;
    if (from.remaining() != 0) return errc::corrupt;
    return texts;
}

namespace detail {

/// Reads exactly `count` lengths, each 0 to 2^31.
[[nodiscard]] inline result<std::vector<std::int64_t>> read_lengths(byte_reader& in,
                                                                    std::size_t count) {
    // A block of 2^20 values of one difference takes few bytes: the count is checked before
    // anything is allocated, and is within what the page's header earned.
    const auto said = delta_packed::count(in.rest());
    if (!said) return said.error();
    if (*said != count) return errc::count_mismatch;
    std::vector<std::int64_t> lengths(count);
    const auto read = delta_packed::read(in, lengths);
    if (!read) return read.error();
    for (const std::int64_t n : lengths)
        if (n < 0 || n > INT32_MAX) return errc::corrupt;
    return lengths;
}

}  // namespace detail

[[nodiscard]] inline result<std::vector<std::string_view>> read_delta_length_texts(
    byte_reader& in, std::size_t count) {
    const auto lengths = detail::read_lengths(in, count);
    if (!lengths) return lengths.error();
    std::vector<std::string_view> texts(count);
    for (std::size_t i = 0; i < count; ++i) {
        const cbytes chars = in.take(static_cast<std::size_t>((*lengths)[i]));
        texts[i] = {reinterpret_cast<const char*>(chars.data()), chars.size()};
    }
    if (in.failed()) return errc::truncated;
    if (in.remaining() != 0) return errc::corrupt;
    return texts;
}

/// Reads exactly `count` texts, of at most `most_bytes` together; or no_space where they have more.
[[nodiscard]] inline result<std::vector<std::string>> read_delta_texts(cbytes in, std::size_t count,
                                                                       std::size_t most_bytes) {
    byte_reader from(in);
    const auto shared = detail::read_lengths(from, count);
    if (!shared) return shared.error();
    const auto rest = read_delta_length_texts(from, count);
    if (!rest) return rest.error();
    std::vector<std::string> texts(count);
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto n = static_cast<std::size_t>((*shared)[i]);
        if (n > (i == 0 ? 0 : texts[i - 1].size())) return errc::corrupt;
        total += n + (*rest)[i].size();
        if (total > most_bytes) return errc::no_space;
        if (n > 0) texts[i].assign(texts[i - 1], 0, n);
        texts[i] += (*rest)[i];
    }
    return texts;
}

}  // namespace chronopack::parquet
