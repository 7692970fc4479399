// The data of COPY ... TO STDOUT (FORMAT BINARY), read piece by piece, and written.
//
//   head   "PGCOPY\n\377\r\n\0" | i32 flags = 0 | i32 bytes of more head, skipped
//   row    i16 fields | for each: i32 bytes or -1 for NULL, value
//   end    i16 -1
//
// Numbers are big-endian. Pieces may end anywhere: what is left of a row waits for the next.
#pragma once

#include <adapters/timescaledb/binary.hpp>

#include <chronopack/core/result.hpp>

#include <array>
#include <optional>
#include <string>

namespace chronopack::timescaledb {

inline constexpr std::string_view copy_signature{"PGCOPY\n\377\r\n\0", 11};

/// Returns what precedes the rows.
[[nodiscard]] inline std::string copy_head() {
    return std::string(copy_signature) + std::string(8, '\0');
}
inline constexpr std::string_view copy_end{"\377\377", 2};

/// Reads rows of `Fields` fields, none of which is NULL and each of which has 2 or 8 bytes.
template <std::size_t Fields>
class copy_reader {
public:
    using row = std::array<std::uint64_t, Fields>;

    /// Gives each row that is complete to `take`. Returns corrupt for what is no such data, and
    /// then nothing that follows is read.
    template <class Take>
    [[nodiscard]] result<void> feed(cbytes piece, Take take) {
        if (ended_ && !piece.empty()) return errc::corrupt;
        if (!rest_.empty()) {
            rest_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
            piece = bytes_of(rest_);
        }
        std::size_t at = 0;
        for (;;) {
            const auto used = headed_ ? one_row(piece.subspan(at), take) : head(piece.subspan(at));
            if (!used) return used.error();
            if (*used == 0) break;
            at += *used;
            if (ended_ && at != piece.size()) return errc::corrupt;
            if (ended_) break;
        }
        std::string left(reinterpret_cast<const char*>(piece.data()) + at, piece.size() - at);
        rest_ = std::move(left);
        return {};
    }

    /// Returns whether the end was read: data without it is cut short.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    // The bytes that were used; none where more are needed.
    [[nodiscard]] result<std::size_t> head(cbytes in) {
        constexpr std::size_t fixed = copy_signature.size() + 8;
        constexpr std::size_t most = 1 << 16;
        if (in.empty()) return std::size_t{0};
        const std::size_t n = std::min(in.size(), copy_signature.size());
        if (std::memcmp(in.data(), copy_signature.data(), n) != 0) return errc::corrupt;
        if (in.size() < fixed) return std::size_t{0};
        if (load_be<std::uint32_t>(in.data() + copy_signature.size()) != 0) return errc::corrupt;
        const auto more = load_be<std::uint32_t>(in.data() + copy_signature.size() + 4);
        if (more > most) return errc::corrupt;
        if (in.size() < fixed + more) return std::size_t{0};
        headed_ = true;
        return fixed + more;
    }

    template <class Take>
    [[nodiscard]] result<std::size_t> one_row(cbytes in, Take& take) {
        if (in.size() < 2) return std::size_t{0};
        const auto fields = load_be<std::uint16_t>(in.data());
        if (fields == UINT16_MAX) {
            ended_ = true;
            return std::size_t{2};
        }
        if (fields != Fields) return errc::corrupt;
        std::size_t at = 2;
        row out{};
        for (std::uint64_t& value : out) {
            if (in.size() - at < 4) return std::size_t{0};
            const auto size = load_be<std::uint32_t>(in.data() + at);
            at += 4;
            if (size != 8 && size != 2) return errc::corrupt;
            if (in.size() - at < size) return std::size_t{0};
            value = size == 8 ? load_be<std::uint64_t>(in.data() + at)
                              : load_be<std::uint16_t>(in.data() + at);
            at += size;
        }
        take(out);
        return at;
    }

    std::string rest_;
    bool headed_ = false;
    bool ended_ = false;
};

}  // namespace chronopack::timescaledb
