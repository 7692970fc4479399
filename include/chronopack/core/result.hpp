// The result of a function that can fail: a value, or an error. The core returns all errors so.
//
//   chronopack::result<std::size_t> read = codec::decode(wire, values);
//   if (!read) return read.error();   // an errc, of which message() is the text
//   use(*read);
//
// C++20 has no std::expected. This is the part of it that people know, and it converts to
// std::expected where the library has that. core/error_code.hpp converts an errc to a
// std::error_code.
#pragma once

#include <chronopack/core/errc.hpp>

#include <cassert>
#include <memory>
#include <type_traits>
#include <utility>

namespace chronopack {

template <class T>
class result;

/// std::expected<T, E>, or a class with its interface, where an errc makes an E.
template <class X, class T>
concept expected_like = std::is_same_v<typename X::value_type, T> && requires {
    typename X::unexpected_type;
} && std::is_constructible_v<typename X::error_type, errc>;

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

/// A T, or the reason why there is none. Reading the one that is not there by *, -> or error()
/// is a caller's bug; value() throws.
template <class T>
class [[nodiscard]] result {
public:
    using value_type = T;
    using error_type = errc;

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

    /// The value; throws bad_result_access when there is none.
    [[nodiscard, gnu::always_inline]] constexpr T& value() & { return *checked(); }
    [[nodiscard, gnu::always_inline]] constexpr const T& value() const& { return *checked(); }
    [[nodiscard, gnu::always_inline]] constexpr T&& value() && { return std::move(*checked()); }

    /// The value, or `other` when there is none.
    template <class U>
    [[nodiscard, gnu::always_inline]] constexpr T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }
    template <class U>
    [[nodiscard, gnu::always_inline]] constexpr T value_or(U&& other) && {
        return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(other));
    }

    /// What `f` returns for the value, which is a result; or the error.
    template <class F>
    [[gnu::always_inline]] constexpr auto and_then(F&& f) const& {
        using next = std::remove_cvref_t<std::invoke_result_t<F, const T&>>;
        return has_value() ? std::forward<F>(f)(**this) : next(error());
    }
    template <class F>
    [[gnu::always_inline]] constexpr auto and_then(F&& f) && {
        using next = std::remove_cvref_t<std::invoke_result_t<F, T>>;
        return has_value() ? std::forward<F>(f)(*std::move(*this)) : next(error());
    }

    /// Returns a result that holds f(value), or this error.
    template <class F>
    [[gnu::always_inline]] constexpr auto transform(F&& f) const& {
        using next = result<std::remove_cvref_t<std::invoke_result_t<F, const T&>>>;
        return has_value() ? next::of(std::forward<F>(f), **this) : next(error());
    }
    template <class F>
    [[gnu::always_inline]] constexpr auto transform(F&& f) && {
        using next = result<std::remove_cvref_t<std::invoke_result_t<F, T>>>;
        return has_value() ? next::of(std::forward<F>(f), *std::move(*this)) : next(error());
    }

    template <class X>
        requires(expected_like<X, T>)
    [[gnu::always_inline]] constexpr operator X() const& {
        if (has_value()) return X(**this);
        return X(typename X::unexpected_type(typename X::error_type(error())));
    }
    template <class X>
        requires(expected_like<X, T>)
    [[gnu::always_inline]] constexpr operator X() && {
        if (has_value()) return X(*std::move(*this));
        return X(typename X::unexpected_type(typename X::error_type(error())));
    }

    /// Equality of values, or of errors.
    [[nodiscard, gnu::always_inline]] friend constexpr bool operator==(const result& a,
                                                                       const result& b) {
        if (!a || !b) return !a && !b && a.error() == b.error();
        return *a == *b;
    }
    [[nodiscard, gnu::always_inline]] friend constexpr bool operator==(const result& a,
                                                                       const T& b) {
        return a && *a == b;
    }
    [[nodiscard, gnu::always_inline]] friend constexpr bool operator==(const result& a,
                                                                       errc b) noexcept {
        return !a && a.error() == b;
    }

private:
    template <class U>
    friend class result;

    // What f returns for these arguments.
    template <class F, class... A>
    [[gnu::always_inline]] static constexpr result of(F&& f, A&&... a) {
        return result(std::forward<F>(f)(std::forward<A>(a)...));
    }

    [[gnu::always_inline]] constexpr T* checked() {
        if (!has_value()) [[unlikely]]
            detail::no_value(state_.error());
        return &state_.value();
    }
    [[gnu::always_inline]] constexpr const T* checked() const {
        if (!has_value()) [[unlikely]]
            detail::no_value(state_.error());
        return &state_.value();
    }

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

    /// Does nothing; throws bad_result_access on failure.
    [[gnu::always_inline]] constexpr void value() const {
        if (failed_) [[unlikely]]
            detail::no_value(error_);
    }

    /// What `f` returns, which is a result; or the error.
    template <class F>
    [[gnu::always_inline]] constexpr auto and_then(F&& f) const {
        using next = std::remove_cvref_t<std::invoke_result_t<F>>;
        return failed_ ? next(error_) : std::forward<F>(f)();
    }

    /// Returns a result that holds what f() returned, or this error.
    template <class F>
    [[gnu::always_inline]] constexpr auto transform(F&& f) const {
        using next = result<std::remove_cvref_t<std::invoke_result_t<F>>>;
        return failed_ ? next(error_) : next::of(std::forward<F>(f));
    }

    template <class X>
        requires(expected_like<X, void>)
    [[gnu::always_inline]] constexpr operator X() const {
        if (!failed_) return X();
        return X(typename X::unexpected_type(typename X::error_type(error_)));
    }

    [[nodiscard, gnu::always_inline]] friend constexpr bool operator==(const result& a,
                                                                       const result& b) noexcept {
        return a.failed_ == b.failed_ && (!a.failed_ || a.error_ == b.error_);
    }
    [[nodiscard, gnu::always_inline]] friend constexpr bool operator==(const result& a,
                                                                       errc b) noexcept {
        return a.failed_ && a.error_ == b;
    }

private:
    template <class U>
    friend class result;

    template <class F, class... A>
    [[gnu::always_inline]] static constexpr result of(F&& f, A&&... a) {
        std::forward<F>(f)(std::forward<A>(a)...);
        return {};
    }

    errc error_{};
    bool failed_ = false;
};

}  // namespace chronopack
