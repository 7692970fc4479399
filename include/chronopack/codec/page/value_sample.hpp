// Up to 64 of the values of a page, evenly spread, by which encoders judge it.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/core/sampled_places.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

class value_sample {
public:
    static constexpr std::size_t most = 64;

    explicit value_sample(std::span<const double> in) noexcept : count_(std::min(in.size(), most)) {
        sampled_places places;
        for (std::size_t s = 0; s < count_; ++s) values_[s] = in[places.next(in.size())];
    }
    [[nodiscard]] std::span<const double> values() const noexcept {
        return std::span(values_).first(count_);
    }

private:
    std::array<double, most> values_;
    std::size_t count_;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
