// The input of a fuzzer: first a few choices, then the bytes to test, in a heap block of
// exactly their size, so that reading one byte too far is a finding.
#pragma once

#include <chronopack/codec/registry.hpp>
#include <chronopack/core/cursor.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

namespace chronopack::fuzz {

class exact_copy {
public:
    explicit exact_copy(cbytes from) : data_(new std::byte[from.size()]), size_(from.size()) {
        if (size_ != 0) std::memcpy(data_.get(), from.data(), size_);
    }

    [[nodiscard]] cbytes view() const noexcept { return {data_.get(), size_}; }

private:
    std::unique_ptr<std::byte[]> data_;
    std::size_t size_;
};

/// Calls `use` with an object of the codec at `which`, modulo the size of the list.
template <class... C, class Use>
void with_one_of(codec_list<C...> all, std::size_t which, Use use) {
    which %= sizeof...(C);
    for_each_codec(all, [&, at = std::size_t{0}](auto codec) mutable {
        if (at++ == which) use(codec);
    });
}

}  // namespace chronopack::fuzz
