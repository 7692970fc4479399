// Names of presets: one list for the command and the report.
#pragma once

#include <chronopack/codec/preset.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace chronopack::input {

inline constexpr std::array all_presets{preset::fastest, preset::balanced, preset::smallest};

[[nodiscard]] constexpr std::string_view name(preset level) noexcept {
    constexpr std::array<std::string_view, 3> names{"fastest", "balanced", "smallest"};
    return names[static_cast<std::size_t>(level)];
}

[[nodiscard]] constexpr std::optional<preset> preset_of(std::string_view text) noexcept {
    for (const preset level : all_presets)
        if (text == name(level)) return level;
    return std::nullopt;
}

/// Returns how many samples a frame of an archive has by default: enough to make headers
/// negligible, few enough that a query decodes little. The smallest frames profit from large
/// blocks.
[[nodiscard]] constexpr std::size_t usual_frame_samples(preset level) noexcept {
    return level == preset::smallest ? 32768 : 4096;
}

}  // namespace chronopack::input
