#include "input_source.hpp"

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

input_source::input_source(const std::string& file) : file_(file) {}
input_source::~input_source() = default;

void input_source::choose() {
    start_ = std::make_unique<start_source>(file_);
    if (const auto order = utf16_order(start_->start()))
        decoder_ = std::make_unique<utf16_source>(*start_, *order, name());
}

std::size_t input_source::read(std::span<char> room) {
    if (!start_) choose();
    return decoder_ ? decoder_->read(room) : start_->read(room);
}

}  // namespace chronopack::input
