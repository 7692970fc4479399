// Places labels beside points, so that no label covers another or a point.
//
// It is greedy: each label in turn takes the cheapest place on rings around its point. For the
// dozen labels of a chart that is enough.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace chronopack::report {

struct box {
    double left, top, right, bottom;

    [[nodiscard]] double overlap(const box& other) const noexcept {
        const double w = std::min(right, other.right) - std::max(left, other.left);
        const double h = std::min(bottom, other.bottom) - std::max(top, other.top);
        return w > 0 && h > 0 ? w * h : 0;
    }
};

class label_placer {
public:
    explicit label_placer(box frame) : frame_(frame) {}

    /// Keeps labels away from a point.
    void avoid(double x, double y, double radius) {
        taken_.push_back({x - radius, y - radius, x + radius, y + radius});
    }

    /// Keeps labels away from a box.
    void avoid(const box& area) { taken_.push_back(area); }

    /// Returns the box of a label of this size for the point at x, y.
    box place(double x, double y, double width, double height) {
        constexpr std::array<double, 6> rings{12, 20, 32, 48, 68, 92};
        constexpr int directions = 16;
        box best{};
        double least = HUGE_VAL;
        for (const double ring : rings) {
            for (int d = 0; d < directions; ++d) {
                const double angle = 2 * M_PI * d / directions;
                // The edge of the label that is nearest to the point lies on the ring.
                const double dx = std::cos(angle), dy = std::sin(angle);
                const double cx = x + dx * (ring + width / 2);
                const double cy = y + dy * (ring + height / 2);
                const box here{cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2};
                const double cost = cost_of(here) + ring + 2 * std::abs(dy) + (dx < 0 ? 3 : 0);
                if (cost < least) {
                    least = cost;
                    best = here;
                }
            }
        }
        taken_.push_back(best);
        return best;
    }

private:
    [[nodiscard]] double cost_of(const box& here) const noexcept {
        if (here.left < frame_.left || here.right > frame_.right || here.top < frame_.top ||
            here.bottom > frame_.bottom)
            return 1e6;
        double cost = 0;
        for (const box& other : taken_) cost += 10 * here.overlap(other);
        return cost;
    }

    box frame_;
    std::vector<box> taken_;
};

}  // namespace chronopack::report
