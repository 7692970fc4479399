#include <chronopack/kernel/crc32c.hpp>

#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("the checksum is CRC-32C, by every way of computing it", "[kernel]") {
    const auto text = std::as_bytes(std::span("123456789", 9));
    REQUIRE(kernel::crc32c(text) == 0xe3069283);  // RFC 3720 and every catalogue of CRCs
    REQUIRE(kernel::crc32c({}) == 0);
    prng random(1);
    std::vector<std::byte> data(8000);
    for (std::byte& b : data) b = static_cast<std::byte>(random());
    // Around the lengths that go side by side: three times 64, 256 and 1,024.
    for (std::size_t n = 0; n <= data.size(); n += n < 1000 ? 1 : 37) {
        const auto part = cbytes(data).first(n);
        REQUIRE(kernel::crc32c(part) == ~kernel::detail::crc32c_table(~0u, part));
        REQUIRE(kernel::crc32c(part.subspan(n / 3), kernel::crc32c(part.first(n / 3))) ==
                kernel::crc32c(part));
    }
}
