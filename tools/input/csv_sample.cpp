#include "csv_sample.hpp"

#include "words.hpp"

namespace chronopack::input {

csv_sample::csv_sample(std::string_view text, const std::string& file, const csv_dialect& dialect)
    : file_(file) {
    memory_source from(text);
    window all(from);
    csv_reader in(all, file, dialect);
    for (;;) {
        try {
            if (!in.next()) break;
        } catch (const failure& bad) {
            if (!failure_) failure_ = bad;
            continue;
        }
        columns_ = in.cells().size();
        lines_.push_back(in.line());
        const char* const first = in.cells()[0].data();
        for (const std::string_view cell : in.cells()) {
            text_ += trimmed(cell);
            ends_.push_back(text_.size());
            offsets_.push_back(static_cast<std::uint32_t>(cell.data() - first));
        }
    }
    if (rows() == 0 && failure_) throw failure(*failure_);
}

place csv_sample::where(std::size_t row, std::size_t column) const {
    return {file_, lines_[row], offsets_[row * columns_ + column] + std::size_t{1}};
}

}  // namespace chronopack::input
