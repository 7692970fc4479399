#include <adapters/victoriametrics/kept.hpp>

#include <cmath>

namespace chronopack::victoriametrics {

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
            if (bit_cast<std::uint64_t>(s.value) != prometheus::stale_bits)
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

}  // namespace chronopack::victoriametrics
