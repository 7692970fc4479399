// The error type of the core, and how functions return it.
//
//   chronopack::result<std::size_t> read = codec::decode(wire, values);
//   if (!read) return read.error();   // an errc, of which message() is the text
//   use(*read);
//
// C++20 has no std::expected; this is the small part of it that we need.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cassert>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace chronopack {

enum class errc : std::uint8_t {
    truncated,          ///< the input ends before the value it announces
    corrupt,            ///< the input holds something that no encoder writes
    checksum_mismatch,  ///< the input is damaged: its checksum does not hold
    count_mismatch,     ///< the input holds another number of values than asked for
    no_space,           ///< the output is too small
    wrong_type,         ///< the input holds values of another type than asked for
    out_of_range,       ///< an argument lies outside what the format can hold
    unsupported,        ///< a version, codec or stage this build does not know
    unordered,          ///< timestamps go backwards where order is needed
    not_found,          ///< no such series, file or sample
    io_error,           ///< the operating system failed a read, write, sync or rename
};

inline namespace CHRONOPACK_ABI {

/// Returns the meaning of an error, in one sentence without a full stop.
[[nodiscard]] constexpr std::string_view message(errc error) noexcept {
    switch (error) {
        case errc::truncated:
            return "the input ends before the value it promises";
        case errc::corrupt:
            return "the input is not a valid encoding";
        case errc::checksum_mismatch:
            return "the input is damaged: checksum mismatch";
        case errc::count_mismatch:
            return "the input holds another number of values than asked for";
        case errc::no_space:
            return "the output is too small";
        case errc::wrong_type:
            return "the input holds values of another type than asked for";
        case errc::out_of_range:
            return "an argument is outside what the format can hold";
        case errc::unsupported:
            return "unknown version, codec or stage";
        case errc::unordered:
            return "timestamps go backwards";
        case errc::not_found:
            return "not found";
        case errc::io_error:
            return "input/output error";
    }
    return "unknown error";
}

}  // namespace CHRONOPACK_ABI

/// The state of a result, a value or an error. It is for result alone. Written out, because
/// std::variant would take compilers longer than everything else here.
template <class T, bool Plain = std::is_trivially_copyable_v<T>>
class result_state {
public:
    [[gnu::always_inline]] constexpr explicit result_state(T value) noexcept(
        std::is_nothrow_move_constructible_v<T>)
        : value_(std::move(value)) {}
    [[gnu::always_inline]] constexpr explicit result_state(errc error) noexcept
        : none_(), failure_(1 + static_cast<std::uint32_t>(error)) {}

    [[gnu::always_inline]] constexpr result_state(result_state&& other) noexcept(
        std::is_nothrow_move_constructible_v<T>)
        : none_(), failure_(other.failure_) {
        if (failure_ == 0) std::construct_at(&value_, std::move(other.value_));
    }
    [[gnu::always_inline]] constexpr result_state(const result_state& other) requires(
        std::is_copy_constructible_v<T>)
        : none_(), failure_(other.failure_) {
        if (failure_ == 0) std::construct_at(&value_, other.value_);
    }
    [[gnu::always_inline]] constexpr result_state& operator=(result_state&& other) noexcept(
        std::is_nothrow_move_constructible_v<T>) {
        if (this == &other) return *this;
        reset();
        if (other.failure_ == 0) std::construct_at(&value_, std::move(other.value_));
        failure_ = other.failure_;
        return *this;
    }
    [[gnu::always_inline]] constexpr result_state& operator=(const result_state& other) requires(
        std::is_copy_constructible_v<T>) {
        return *this = result_state(other);
    }
    [[gnu::always_inline]] constexpr ~result_state() {
        if (failure_ == 0) std::destroy_at(&value_);
    }

    [[nodiscard, gnu::always_inline]] constexpr bool has_value() const noexcept {
        return failure_ == 0;
    }
    [[nodiscard, gnu::always_inline]] constexpr errc error() const noexcept {
        return static_cast<errc>(failure_ - 1);
    }
    [[nodiscard, gnu::always_inline]] constexpr T& value() noexcept { return value_; }
    [[nodiscard, gnu::always_inline]] constexpr const T& value() const noexcept { return value_; }

private:
    // Destroys the value; the error that takes its place means nothing.
    [[gnu::always_inline]] constexpr void reset() noexcept {
        if (failure_ == 0) std::destroy_at(&value_);
        failure_ = 1;
    }

    union {
        T value_;
        char none_;
    };
    std::uint32_t failure_ = 0;  // 0, or 1 + the error
};

// The state of a value that can be copied byte by byte, and so passes in registers.
template <class T>
class result_state<T, true> {
public:
    [[gnu::always_inline]] constexpr explicit result_state(const T& value) noexcept
        : value_(value) {}
    [[gnu::always_inline]] constexpr explicit result_state(errc error) noexcept
        : none_(), failure_(1 + static_cast<std::uint32_t>(error)) {}

    [[nodiscard, gnu::always_inline]] constexpr bool has_value() const noexcept {
        return failure_ == 0;
    }
    [[nodiscard, gnu::always_inline]] constexpr errc error() const noexcept {
        return static_cast<errc>(failure_ - 1);
    }
    [[nodiscard, gnu::always_inline]] constexpr T& value() noexcept { return value_; }
    [[nodiscard, gnu::always_inline]] constexpr const T& value() const noexcept { return value_; }

private:
    union {
        T value_;
        char none_;
    };
    std::uint32_t failure_ = 0;
};

/// A T, or the reason why there is none. Reading the one that is not there is a caller's bug.
template <class T>
class [[nodiscard]] result {
public:
    [[gnu::always_inline]] constexpr result(T value) noexcept(
        std::is_nothrow_move_constructible_v<T>)
        : state_(std::move(value)) {}
    [[gnu::always_inline]] constexpr result(errc error) noexcept : state_(error) {}

    [[nodiscard, gnu::always_inline]] constexpr bool has_value() const noexcept {
        return state_.has_value();
    }
    [[gnu::always_inline]] constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard, gnu::always_inline]] constexpr errc error() const noexcept {
        assert(!has_value());
        return state_.error();
    }

    [[nodiscard, gnu::always_inline]] constexpr T& operator*() & noexcept { return *operator->(); }
    [[nodiscard, gnu::always_inline]] constexpr const T& operator*() const& noexcept {
        return *operator->();
    }
    [[nodiscard, gnu::always_inline]] constexpr T&& operator*() && noexcept {
        return std::move(*operator->());
    }
    [[nodiscard, gnu::always_inline]] constexpr T* operator->() noexcept {
        assert(has_value());
        return &state_.value();
    }
    [[nodiscard, gnu::always_inline]] constexpr const T* operator->() const noexcept {
        assert(has_value());
        return &state_.value();
    }

private:
    result_state<T> state_;
};

/// Success, or the reason for failure.
template <>
class [[nodiscard]] result<void> {
public:
    constexpr result() noexcept = default;
    [[gnu::always_inline]] constexpr result(errc error) noexcept : error_(error), failed_(true) {}

    [[nodiscard, gnu::always_inline]] constexpr bool has_value() const noexcept { return !failed_; }
    [[gnu::always_inline]] constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard, gnu::always_inline]] constexpr errc error() const noexcept {
        assert(failed_);
        return error_;
    }

private:
    errc error_{};
    bool failed_ = false;
};

}  // namespace chronopack
