// The bytes that a fuzzer gives: a few choices first, then the matter itself,
// in a heap block of its very size so that one byte too far is a finding.
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
