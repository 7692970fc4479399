// Bounded cursors over bytes: all headers are read and written through these.
//
//   byte_reader in(wire);
//   const auto version = in.u8();
//   const auto length = in.u32();
//   if (in.failed()) return errc::truncated;
//
// A reader past its end returns zeros and stays failed, so that a header is read field by field
// and checked once. Never act on a field before the check.
#pragma once

#include <chronopack/core/bytes.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

class byte_reader {
public:
    explicit constexpr byte_reader(borrowed_bytes in) noexcept : in_(in) {}

    [[nodiscard]] std::uint8_t u8() noexcept { return load<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t u16() noexcept { return load<std::uint16_t>(); }
    [[nodiscard]] std::uint32_t u32() noexcept { return load<std::uint32_t>(); }
    [[nodiscard]] std::uint64_t u64() noexcept { return load<std::uint64_t>(); }

    /// Returns the next `n` bytes, or fails and returns an empty span when fewer are left.
    [[nodiscard]] cbytes take(std::size_t n) noexcept {
        if (n > remaining()) {
            fail();
            return {};
        }
        const cbytes taken = in_.subspan(at_, n);
        at_ += n;
        return taken;
    }

    /// Moves past the next `n` bytes, or fails when fewer are left.
    void skip(std::size_t n) noexcept { (void)take(n); }

    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return in_.size() - at_; }
    [[nodiscard]] cbytes rest() const noexcept { return in_.subspan(at_); }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// Moves to the end and marks the reader failed.
    void fail() noexcept {
        at_ = in_.size();
        failed_ = true;
    }

private:
    template <class T>
    T load() noexcept {
        const cbytes field = take(sizeof(T));
        return field.empty() ? T{0} : load_le<T>(field.data());
    }

    cbytes in_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

/// Writes likewise: past its end it writes nothing and stays failed.
class byte_writer {
public:
    explicit constexpr byte_writer(bytes out) noexcept : out_(out) {}

    void u8(std::uint8_t value) noexcept { store(value); }
    void u16(std::uint16_t value) noexcept { store(value); }
    void u32(std::uint32_t value) noexcept { store(value); }
    void u64(std::uint64_t value) noexcept { store(value); }

    void put(cbytes data) noexcept {
        const bytes room = reserve(data.size());
        if (!room.empty()) std::memcpy(room.data(), data.data(), data.size());
    }

    /// Returns the next `n` bytes to fill, or fails and returns an empty span when fewer are left.
    [[nodiscard]] bytes reserve(std::size_t n) noexcept {
        if (n > out_.size() - at_) {
            at_ = out_.size();
            failed_ = true;
            return {};
        }
        const bytes room = out_.subspan(at_, n);
        at_ += n;
        return room;
    }

    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    [[nodiscard]] bytes rest() const noexcept { return out_.subspan(at_); }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    template <class T>
    void store(T value) noexcept {
        const bytes room = reserve(sizeof(T));
        if (!room.empty()) store_le(room.data(), value);
    }

    bytes out_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
