// The outcome of a call to a store: typed, so that a caller can act without reading its text.
//
//   delivered   all points are in the store, or dropped for a reason that is counted
//   retry       nothing is known to be in; the same call may succeed later
//   hold        an operator must act first (credentials, quota); nothing is lost meanwhile
//   refused     the same call will never succeed
//   unsupported this store cannot do it; `message` says what it has instead
#pragma once

#include <chronopack/core/abi.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace chronopack::storage {

using clock = std::chrono::steady_clock;
/// The time by which a call must return.
using deadline = clock::time_point;

enum class verdict : std::uint8_t { delivered, retry, hold, refused, unsupported };

/// The reason for which a point is not in the store and never will be.
enum class drop_reason : std::uint8_t {
    invalid,       ///< a name, tag or value the store cannot hold
    duplicate,     ///< the store has another value at that time
    out_of_order,  ///< older than the store accepts
    too_old,       ///< before what the store keeps, or older than a queue may hold it
    too_large,     ///< one point exceeds the store's limit
    refused,       ///< the store refused it for another reason
    overflow,      ///< a queue or spool was full
    closed,        ///< the writer was closed before it could be sent
    damaged        ///< lost on disk: the checksum of its record fails
};
inline constexpr std::size_t drop_reasons = 9;

/// The index of a point that the store dropped without saying which it was.
inline constexpr std::size_t unnamed = SIZE_MAX;

struct dropped_point {
    std::size_t index = 0;  ///< the point's place in the batch of the call, or unnamed
    drop_reason why = drop_reason::refused;
    std::string message = {};  ///< the store's words, without secrets, at most 4 KiB
};

/// The outcome of a batch. Points that were not dropped are either all delivered or all not.
struct write_outcome {
    verdict what = verdict::delivered;
    std::size_t delivered = 0;
    std::vector<dropped_point> dropped = {};                    ///< by index, unnamed ones last
    std::optional<std::chrono::milliseconds> retry_after = {};  ///< as the store asked
    std::string message = {};                                   ///< empty where all went well
    /// How many of the delivered points may come back with another value, because the store keeps
    /// fewer digits.
    std::size_t rounded = 0;

    [[nodiscard]] bool ok() const noexcept { return what == verdict::delivered; }
};

struct failure {
    verdict what = verdict::refused;
    std::optional<std::chrono::milliseconds> retry_after = {};
    std::string message = {};  ///< without secrets
};

/// A value, or the failure that explains why there is none.
template <class T>
class [[nodiscard]] reply {
public:
    reply(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    reply(failure why) : state_(std::in_place_index<1>, std::move(why)) {}

    [[nodiscard]] explicit operator bool() const noexcept { return state_.index() == 0; }
    [[nodiscard]] const T& operator*() const noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] T& operator*() noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&state_); }
    [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&state_); }
    [[nodiscard]] const failure& error() const noexcept { return *std::get_if<1>(&state_); }

private:
    std::variant<T, failure> state_;
};

}  // namespace chronopack::storage
