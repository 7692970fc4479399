#include "input_source.hpp"

#include "unpack.hpp"
#include "utf16.hpp"

#include <algorithm>
#include <array>

namespace chronopack::input {

/// Gives the bytes again that were looked at, and then those that follow.
class input_source::start_source final : public source {
public:
    explicit start_source(source& from) : from_(from) {
        while (size_ < bytes_.size()) {
            const std::size_t n = from_.read(std::span(bytes_).subspan(size_));
            if (n == 0) break;
            size_ += n;
        }
    }

    [[nodiscard]] std::string_view start() const noexcept { return {bytes_.data(), size_}; }

    std::size_t read(std::span<char> room) override {
        if (given_ == size_) return from_.read(room);
        const std::size_t n = std::min(room.size(), size_ - given_);
        std::copy_n(bytes_.data() + given_, n, room.data());
        given_ += n;
        return n;
    }

private:
    source& from_;
    std::array<char, 8> bytes_{};
    std::size_t size_ = 0;
    std::size_t given_ = 0;
};

input_source::input_source(const std::string& file, content expected)
    : file_(file), expected_(expected) {}
input_source::~input_source() = default;

void input_source::choose() {
    if (expected_ == content::columns) {
        top_ = &file_;
        return;
    }
    start_ = std::make_unique<start_source>(file_);
    start_source* start = start_.get();
    if (const auto how = packing_of(start->start())) {
        unpacked_ = unpacked(*how, *start, name());
        unpacked_start_ = std::make_unique<start_source>(*unpacked_);
        start = unpacked_start_.get();
    }
    if (const auto order = utf16_order(start->start()); order && expected_ == content::text)
        text_ = std::make_unique<utf16_source>(*start, *order, name());
    top_ = text_ ? text_.get() : start;
}

std::size_t input_source::read(std::span<char> room) {
    if (top_ == nullptr) choose();
    const std::size_t n = top_->read(room);
    given_ += n;
    return n;
}

}  // namespace chronopack::input
