// Limits the memory that the labels of all series may take. A few bytes of text can name many
// series with many labels each:
//
//   m,t0=v,...,t19999=v f0=1,...,f299=1 0      171 KB, and 300 series of 20,002 labels
#pragma once

#include "failure.hpp"
#include "words.hpp"

#include <chronopack/series/labels.hpp>

namespace chronopack::input {

/// Returns about how many bytes labels take in memory.
[[nodiscard]] inline std::size_t memory_of(const std::vector<label>& pairs) noexcept {
    const std::size_t inside = std::string().capacity();  // longer text needs memory of its own
    std::size_t bytes = pairs.size() * sizeof(label);
    for (const label& one : pairs)
        for (const std::string& text : {std::cref(one.name), std::cref(one.value)})
            if (text.size() > inside) bytes += text.size() + 1;
    return bytes;
}

class label_budget {
public:
    static constexpr std::size_t usual = std::size_t{256} << 20;

    explicit label_budget(std::size_t most = usual) : most_(most) {}

    /// Charges for the labels of a new series. Throws too_many when they take more than is left.
    void charge(const std::vector<label>& pairs) {
        held_ += memory_of(pairs);
        if (held_ > most_)
            throw too_many("more than " + grouped(most_) +
                           " bytes of memory for labels; perhaps a column is wrongly "
                           "taken for a label: --labels and --values name the "
                           "columns, --max-label-bytes raises the limit");
    }

private:
    std::size_t most_;
    std::size_t held_ = 0;
};

}  // namespace chronopack::input
