#include "raw_import.hpp"

#include "words.hpp"

#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>

#include <vector>

namespace chronopack::input {

namespace {

/// Reads words of 8 bytes from a source.
class word_reader {
public:
    word_reader(source& from, const std::string& file)
        : from_(from), file_(file), buffer_(std::size_t{1} << 16) {}

    [[nodiscard]] std::optional<std::uint64_t> next() {
        while (last_ - first_ < sizeof(std::uint64_t)) {
            std::memmove(buffer_.data(), buffer_.data() + first_, last_ - first_);
            last_ -= first_;
            first_ = 0;
            const std::size_t n = from_.read(std::span(buffer_).subspan(last_));
            last_ += n;
            if (n != 0) continue;
            if (last_ == 0) return std::nullopt;
            throw failure(fault::data, {file_}, "its size is not a multiple of 8 bytes");
        }
        const auto* at = reinterpret_cast<const std::byte*>(buffer_.data() + first_);
        first_ += sizeof(std::uint64_t);
        return load_le<std::uint64_t>(at);
    }

private:
    source& from_;
    const std::string& file_;
    std::vector<char> buffer_;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
};

/// Returns start, start + step, ..., or the times in a file.
class clock_reader {
public:
    clock_reader(source* times, const std::string& file, const raw_request& asked)
        : next_(asked.start), step_(asked.step), file_(file) {
        if (times != nullptr) words_ = std::make_unique<word_reader>(*times, file);
    }

    [[nodiscard]] std::int64_t next() {
        if (words_) {
            const auto word = words_->next();
            if (!word) throw failure(fault::data, {file_}, "fewer timestamps than values");
            return static_cast<std::int64_t>(*word);
        }
        if (past_end_) throw failure(fault::data, "--start and --step lead to times past 64 bits");
        const std::int64_t at = next_;
        past_end_ = __builtin_add_overflow(next_, step_, &next_);
        return at;
    }

    void expect_end() {
        if (words_ && words_->next())
            throw failure(fault::data, {file_}, "more timestamps than values");
    }

private:
    std::int64_t next_;
    std::int64_t step_;
    bool past_end_ = false;
    const std::string& file_;
    // A pointer, because g++ 12 wrongly warns about an optional.
    std::unique_ptr<word_reader> words_;
};

}  // namespace

read_report import_raw(source& values, const std::string& file, source* times,
                       const std::string& times_file, const raw_request& asked, sample_sink& to) {
    read_report report;
    word_reader in(values, file);
    clock_reader clock(times, times_file, asked);
    const std::size_t series = to.add({{"__name__", asked.name}}, asked.type, asked.unit);
    while (!to.full()) {
        const auto word = in.next();
        if (!word) {
            clock.expect_end();
            break;
        }
        const std::int64_t at = clock.next();
        try {
            if (asked.type == value_type::doubles)
                to.append(series, at, bit_cast<double>(*word));
            else
                to.append(series, at, static_cast<std::int64_t>(*word));
        } catch (const unordered& late) {
            throw unordered({times_file},
                            late.message() + " (sample " + grouped(report.samples + 1) + ")");
        }
        ++report.samples;
    }
    return report;
}

}  // namespace chronopack::input
