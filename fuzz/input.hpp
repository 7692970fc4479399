// The bytes that a fuzzer gives: a few choices first, then the matter itself,
// in a heap block of its very size so that one byte too far is a finding.
#pragma once

#include <chronopack/core/cursor.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <tuple>
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

/// `use` with an object of the type at `which`, modulo the size of the tuple.
template <class... C, class Use>
void with_one_of(std::tuple<C...>, std::size_t which, Use use) {
    which %= sizeof...(C);
    std::size_t at = 0;
    ((at++ == which ? use(C{}) : void()), ...);
}

}  // namespace chronopack::fuzz
