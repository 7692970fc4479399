// The one error type of the core, and the one way to return it.
//
//   chronopack::result<std::size_t> read = codec::decode(wire, values);
//   if (!read) return read.error();   // an errc; message() says it in words
//   use(*read);
//
// C++20 has no std::expected; this is the small part of it that we need.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cassert>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace chronopack::inline CHRONOPACK_ABI {

enum class errc : std::uint8_t {
    truncated,          ///< the input ends before the value it promises
    corrupt,            ///< the input holds what no encoder writes
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

/// What an error means, in one sentence without a full stop.
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

namespace detail {

// With a type of ours in it, the variant has a name for each instruction set,
// as all here has (core/abi.hpp).
template <class T, bool Plain = std::is_trivially_copyable_v<T>>
class outcome {
public:
    constexpr explicit outcome(T value) noexcept(std::is_nothrow_move_constructible_v<T>)
        : state_(std::in_place_index<0>, held{std::move(value)}) {}
    constexpr explicit outcome(errc error) noexcept : state_(std::in_place_index<1>, error) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return state_.index() == 0; }
    [[nodiscard]] constexpr errc error() const noexcept { return *std::get_if<1>(&state_); }
    [[nodiscard]] constexpr T& value() noexcept { return std::get_if<0>(&state_)->value; }
    [[nodiscard]] constexpr const T& value() const noexcept {
        return std::get_if<0>(&state_)->value;
    }

private:
    struct held {
        T value;
    };
    std::variant<held, errc> state_;
};

// Two words in registers; a variant would go through memory, its index a byte
// that is stored alone and loaded with its neighbours.
template <class T>
class outcome<T, true> {
public:
    constexpr explicit outcome(const T& value) noexcept : value_(value) {}
    constexpr explicit outcome(errc error) noexcept
        : none_(), failure_(1 + static_cast<std::uint32_t>(error)) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return failure_ == 0; }
    [[nodiscard]] constexpr errc error() const noexcept { return static_cast<errc>(failure_ - 1); }
    [[nodiscard]] constexpr T& value() noexcept { return value_; }
    [[nodiscard]] constexpr const T& value() const noexcept { return value_; }

private:
    union {
        T value_;
        char none_;
    };
    std::uint32_t failure_ = 0;
};

}  // namespace detail

/// A T, or the reason there is none. Reading the wrong one is a caller's bug.
template <class T>
class [[nodiscard]] result {
public:
    constexpr result(T value) noexcept(std::is_nothrow_move_constructible_v<T>)
        : outcome_(std::move(value)) {}
    constexpr result(errc error) noexcept : outcome_(error) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return outcome_.has_value(); }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr errc error() const noexcept {
        assert(!has_value());
        return outcome_.error();
    }

    [[nodiscard]] constexpr T& operator*() & noexcept { return *operator->(); }
    [[nodiscard]] constexpr const T& operator*() const& noexcept { return *operator->(); }
    [[nodiscard]] constexpr T&& operator*() && noexcept { return std::move(*operator->()); }
    [[nodiscard]] constexpr T* operator->() noexcept {
        assert(has_value());
        return &outcome_.value();
    }
    [[nodiscard]] constexpr const T* operator->() const noexcept {
        assert(has_value());
        return &outcome_.value();
    }

private:
    detail::outcome<T> outcome_;
};

/// Success, or the reason for failure.
template <>
class [[nodiscard]] result<void> {
public:
    constexpr result() noexcept = default;
    constexpr result(errc error) noexcept : error_(error), failed_(true) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return !failed_; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr errc error() const noexcept {
        assert(failed_);
        return error_;
    }

private:
    errc error_{};
    bool failed_ = false;
};

}  // namespace chronopack
