// Headers are compared with the samples: every field that a header answers without decoding, by
// its bits.

#include "support/frames.hpp"
#include "support/released_frames.hpp"
#include "support/shape.hpp"

#include <chronopack/frame/recompute.hpp>

#include <catch2/catch.hpp>

#include <numeric>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using fields = std::vector<std::string_view>;

// Counters reset, sums overflow, values have NaN, and times go back.
template <class V>
columns<V> varied(std::size_t n) {
    columns<V> in;
    for (std::size_t i = 0; i < n; ++i) {
        in.timestamps.push_back(static_cast<std::int64_t>(1000 * i + i % 7 * 900));
        in.values.push_back(static_cast<V>(i % 100 * 10));
        if constexpr (std::is_same_v<V, double>)
            if (i % 11 == 3) in.values.back() = std::numeric_limits<double>::quiet_NaN();
    }
    return in;
}

// Checks that every flip of one bit of a header is found if it changes an answer. Returns how
// many flips did.
template <class V>
std::size_t lies_found(const columns<V>& in, const frame::options& how) {
    const auto wire = encode_frame(in, how);
    const auto truth = frame::recompute(wire);
    REQUIRE(truth);
    REQUIRE(frame::differences(*frame::inspect(wire), *truth) == fields());
    std::size_t lies = 0;
    for (std::size_t bit = 8 * 5; bit < 8 * (header_bytes(wire) - 4); ++bit) {
        auto lying = wire;
        lying[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        try {
            if (header_bytes(lying) > lying.size()) continue;
            reseal_header(lying);
        } catch (const std::runtime_error&) {
            continue;  // by its length this is no longer a header
        }
        const auto header = frame::inspect(lying);
        const auto samples = frame::recompute(lying);
        if (!header || !samples) continue;
        const auto found = frame::differences(*header, *samples);
        // The samples do not depend on the header, so where fields differ the header lies.
        for (const std::string_view field : frame::differences(*header, *truth)) {
            INFO("bit " << bit << ": " << field);
            if (field.find("timestamp") != field.npos) continue;
            REQUIRE(std::find(found.begin(), found.end(), field) != found.end());
            ++lies;
        }
    }
    return lies;
}

}  // namespace

TEST_CASE("headers of every shape, and of released versions, agree with their samples",
          "[frame][verify]") {
    for (const auto& shape : shapes<double>())
        for (const std::size_t n : {1, 1000, 5000}) {
            INFO(shape.name << ", " << n);
            const auto in = make_columns<double>("jitter", shape.name, n);
            const auto wire = encode_frame(in, {.block_samples = 2048});
            const auto samples = frame::recompute(wire);
            REQUIRE(samples);
            REQUIRE(frame::differences(*frame::inspect(wire), *samples) == fields());
        }
    for (const auto& shape : shapes<std::int64_t>()) {
        INFO(shape.name);
        const auto in = make_columns<std::int64_t>("random_walk", shape.name, 3000);
        const auto wire = encode_frame(in);
        const auto samples = frame::recompute(wire);
        REQUIRE(samples);
        REQUIRE(frame::differences(*frame::inspect(wire), *samples) == fields());
    }
    for (const char* version : {"v1", "v2"})
        for (const released_frame& f : released_frames(version)) {
            const auto samples = frame::recompute(f.wire);
            REQUIRE(samples);
            REQUIRE(frame::differences(*frame::inspect(f.wire), *samples) == fields());
        }
}

TEST_CASE("a header that lies under a sound checksum is found, field by field", "[frame][verify]") {
    REQUIRE(lies_found(varied<double>(300), {}) > 20);
    REQUIRE(lies_found(varied<std::int64_t>(300), {}) > 20);
    std::size_t lies = 0;
    for (const auto& values : statistics_of_every_form()) {
        columns<double> in{std::vector<std::int64_t>(values.size()), values};
        std::iota(in.timestamps.begin(), in.timestamps.end(), 1'700'000'000'000);
        lies += lies_found(in, {});
    }
    REQUIRE(lies > 100);
}

TEST_CASE("each field of two infos is compared, values by their bits", "[frame][verify]") {
    const auto wire = encode_frame(varied<double>(300));
    const frame::info truth = *frame::inspect(wire);
    const auto lie = [&](auto change) {
        frame::info said = truth;
        change(said, std::get<statistics<double>>(said.values));
        return frame::differences(said, truth);
    };
    using stats = statistics<double>;
    CHECK(lie([](frame::info& f, stats&) { f.ordered = !f.ordered; }) == fields{"order"});
    CHECK(lie([](frame::info& f, stats&) { ++f.first_timestamp; }) == fields{"first timestamp"});
    CHECK(lie([](frame::info& f, stats&) { ++f.last_timestamp; }) == fields{"last timestamp"});
    CHECK(lie([](frame::info& f, stats&) { ++f.min_timestamp; }) == fields{"least timestamp"});
    CHECK(lie([](frame::info& f, stats&) { ++f.max_timestamp; }) == fields{"greatest timestamp"});
    CHECK(lie([](frame::info&, stats& s) { s.min = -s.min; }) == fields{"min"});  // 0 and -0
    CHECK(lie([](frame::info&, stats& s) { s.max += 1; }) == fields{"max"});
    CHECK(lie([](frame::info&, stats& s) { s.sum += 1; }) == fields{"sum"});
    CHECK(lie([](frame::info&, stats& s) { s.first += 1; }) == fields{"first"});
    CHECK(lie([](frame::info&, stats& s) { s.last += 1; }) == fields{"last"});
    CHECK(lie([](frame::info&, stats& s) { s.increase += 1; }) == fields{"increase"});
    CHECK(lie([](frame::info&, stats& s) { ++s.resets; }) == fields{"resets"});
    CHECK(lie([](frame::info&, stats& s) { ++s.nans; }) == fields{"NaNs"});
    CHECK(lie([](frame::info&, stats& s) { s.exact = false; }) == fields{"exactness of sums"});
    frame::info other = truth;
    other.values = statistics<std::int64_t>();
    CHECK(frame::differences(other, truth) == fields{"type of values"});
}

TEST_CASE("a frame that does not decode has no statistics to compare", "[frame][verify]") {
    auto wire = encode_frame(varied<double>(300));
    wire.back() ^= std::byte{1};
    CHECK(frame::recompute(wire).error() == errc::checksum_mismatch);
    CHECK(frame::recompute(cbytes(wire).first(20)).error() == errc::truncated);
}
