// Columns of integers inside a page: packed or binned, and bytes that no encoder writes.

#include "support/paged.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("columns of integers may be binned wherever they may be packed", "[codec][binned]") {
    std::vector<std::int64_t> column(3000);
    prng random(11);
    for (auto& v : column) v = random.between(-9, 9) * random.between(0, 99);
    const auto n = column.size();
    const auto doubles =
        read<alp>(wire().varint(n).u8(2).varint(0).put(binned_integers(column)), n);
    REQUIRE(doubles);
    for (std::size_t i = 0; i < n; ++i)
        REQUIRE((*doubles)[i] == static_cast<double>(column[i]) / 100);
    const auto keys = read<ordered>(wire().varint(n).u8(0).put(binned_integers(column)), n);
    REQUIRE(keys);
    CHECK(*keys == *read<ordered>(wire().varint(n).u8(0).put(integers(column)), n));

    using places = dictionary<std::int64_t>;
    const auto entries = binned_integers({10, 20});
    CHECK(*read<places>(wire().varint(3).varint(2).put(entries).put(binned_integers({0, 1, 0})),
                        3) == std::vector<std::int64_t>{10, 20, 10});
    using runs = run_length<std::int64_t>;
    CHECK(*read<runs>(wire().varint(5).varint(2).put(entries).put(binned_integers({1, 2})), 5) ==
          std::vector<std::int64_t>{10, 10, 20, 20, 20});
    const auto zeros = binned_integers({0, 0, 0});
    const auto parts = wire().varint(3).u8(52).u8(1).u16(0x3ff).varint(0).put(zeros).put(zeros);
    CHECK(*read<alp_rd>(parts, 3) == std::vector<double>{1, 1, 1});
}

TEST_CASE("columns of integers: bytes that no encoder writes", "[codec][binned][hostile]") {
    const auto page = [](std::size_t n, const wire& column) {
        return wire().varint(n).u8(0).varint(0).put(column.bytes);
    };
    // A page of one width: mode, reference, width.
    const auto constant = [](std::uint64_t count, std::int64_t value) {
        return wire().u8(binned_id).varint(count).u8(0).signed_varint(value).u8(0);
    };
    REQUIRE(*read<alp>(page(3, constant(3, 7)), 3) == std::vector<double>{7, 7, 7});
    for (unsigned id = 0; id < 256; ++id)
        if (id != packed_id && id != binned_id)
            CHECK(refused<alp>(page(3, wire().u8(id).put(encode_to_vector<binned>({7, 7, 7}))), 3,
                               errc::unsupported));
    CHECK(refused<alp>(page(3, {}), 3, errc::truncated));
    CHECK(refused<alp>(page(3, wire().u8(binned_id)), 3, errc::truncated));
    CHECK(refused<alp>(page(3, constant(2, 7)), 3, errc::count_mismatch));
    CHECK(refused<alp>(page(3, constant(4, 7)), 3, errc::count_mismatch));
    CHECK(refused<alp>(page(3, constant(3, std::int64_t{1} << 51)), 3));
    CHECK(refused<alp>(page(3, wire().u8(binned_id).varint(3).u8(3).u8(0).u8(0)), 3));
    CHECK(refused<alp>(page(3, wire().u8(packed_id).u8(3).fill(9, 0)), 3));
    // Keys may have any value: nothing after the block's header is refused.
    CHECK(refused<ordered>(wire().varint(3).u8(0).u8(packed_id).u8(3).fill(9, 0), 3));
    CHECK(refused<alp>(page(3, constant_integers(std::int64_t{1} << 51, 3)), 3));
    // The second page of a column is missing, or illegal, or has integers that ALP has not.
    const auto second = [&](const wire& more) {
        return page(2050, constant(2050, 7).put(more.bytes));
    };
    CHECK(read<alp>(second(wire().u8(8)), 2050));
    CHECK(refused<alp>(second({}), 2050, errc::truncated));
    CHECK(refused<alp>(second(wire().u8(3).u8(0).u8(0)), 2050));
    CHECK(refused<alp>(second(wire().u8(0).signed_varint(INT64_MIN).u8(0)), 2050));

    const auto bad_places = [&](const std::vector<std::int64_t>& places) {
        return wire().varint(3).varint(2).put(integers({10, 20})).put(binned_integers(places));
    };
    using ints = dictionary<std::int64_t>;
    CHECK(read<ints>(bad_places({0, 1, 1}), 3));
    CHECK(refused<ints>(bad_places({0, 2, 1}), 3));
    CHECK(refused<ints>(bad_places({0, -1, 1}), 3));
    const auto bad_runs = [&](const std::vector<std::int64_t>& lengths) {
        return wire().varint(9).varint(2).put(integers({10, 20})).put(binned_integers(lengths));
    };
    using runs = run_length<std::int64_t>;
    CHECK(read<runs>(bad_runs({3, 4}), 9));
    CHECK(refused<runs>(bad_runs({3, 5}), 9));
    CHECK(refused<runs>(bad_runs({INT64_MAX, 4}), 9));
    CHECK(refused<runs>(bad_runs({-1, 8}), 9));
}
