#include <adapters/victoriametrics/kept.hpp>

#include <array>
#include <cmath>

namespace chronopack::victoriametrics {

namespace {

constexpr int digits_kept = 11;        // of any value
constexpr int digits_of_a_block = 18;  // of an int64

// The powers of ten that are exact doubles.
constexpr int greatest_power = 22;
constexpr std::array<double, greatest_power + 1> powers = [] {
    std::array<double, greatest_power + 1> all{1};
    for (std::size_t i = 1; i < all.size(); ++i) all[i] = all[i - 1] * 10;
    return all;
}();

/// Returns the exponent of the power of ten at or below a positive value. It may be off by one
/// where the value is close to a power of ten.
int magnitude(double value) noexcept {
    return static_cast<int>(std::floor(std::log10(value)));
}

/// Returns how many decimal places a block keeps whose greatest magnitude is this.
int places_beside(double greatest) noexcept {
    if (greatest == 0 || !std::isfinite(greatest)) return greatest_power;
    return std::min(greatest_power, digits_of_a_block - 1 - magnitude(greatest));
}

/// Returns whether a value comes back bit for bit from a block with so many decimal places.
bool comes_back(double value, int block_places) noexcept {
    if (value == 0) return !std::signbit(value);
    if (!std::isfinite(value)) return true;
    const double size = std::fabs(value);
    if (size >= 0x1p53 || block_places < 0) return false;
    if (size == std::floor(size)) return true;
    const int places = std::min(digits_kept - 1 - magnitude(size), block_places);
    if (places < 0) return false;
    // The quotient of two integers that are exact doubles is rounded only once. So as many decimals
    // as there are places give the same double again.
    const double power = powers[static_cast<std::size_t>(places)];
    return std::nearbyint(size * power) / power == size;
}

}  // namespace

prometheus::series_batch::sample_check keeps(std::chrono::system_clock::time_point now,
                                             std::optional<std::chrono::milliseconds> retention,
                                             bool stale_markers) {
    using std::chrono::milliseconds;
    using storage::drop_reason;
    const std::int64_t present = std::chrono::floor<milliseconds>(now.time_since_epoch()).count();
    const std::int64_t last = present + milliseconds(std::chrono::hours(48)).count();
    const std::int64_t first =
        retention ? std::max<std::int64_t>(0, present - retention->count()) : 0;
    return [=](const sample& s) -> std::optional<prometheus::refused_sample> {
        if (std::isnan(s.value)) {
            if (bit_cast<std::uint64_t>(s.value) != stale_marker_bits)
                return {{drop_reason::invalid, "VictoriaMetrics keeps no NaN"}};
            if (!stale_markers)
                return {{drop_reason::invalid, "stale markers go by remote write only"}};
        }
        if (s.timestamp > last) return {{drop_reason::invalid, "more than two days in the future"}};
        if (s.timestamp < first)
            return {{drop_reason::too_old, "before 1970 or the retention period"}};
        return std::nullopt;
    };
}

bool comes_back(double value) noexcept {
    return comes_back(value, places_beside(std::fabs(value)));
}

std::size_t samples_rounded(std::span<const sample> samples) noexcept {
    double greatest = 0;
    for (const sample& s : samples)
        if (std::isfinite(s.value)) greatest = std::max(greatest, std::fabs(s.value));
    const int places = places_beside(greatest);
    std::size_t count = 0;
    for (const sample& s : samples) count += !comes_back(s.value, places);
    return count;
}

}  // namespace chronopack::victoriametrics
