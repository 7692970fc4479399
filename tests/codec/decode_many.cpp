// Decoding many chunks at once gives for each what decoding it alone gives.

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/property.hpp"
#include "support/series.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using codec = prometheus_xor;
using chunk = std::vector<std::byte>;

// Chunks that are decoded together into columns side by side, with one unused element between
// them and a page that faults after the last.
class decoded_together {
public:
    void add(chunk bytes, std::size_t count) {
        chunks_.push_back(std::move(bytes));
        counts_.push_back(count);
    }

    /// Returns whether each chunk gave the same as alone, and nothing between was written.
    [[nodiscard]] bool agree() {
        std::size_t all = 0;
        for (const std::size_t n : counts_) all += 1 + n;
        guarded_bytes timestamps(8 * all);
        guarded_bytes values(8 * all);
        const auto t = timestamps.at_end<std::int64_t>(all);
        const auto v = values.at_end<double>(all);
        std::fill(t.begin(), t.end(), untouched);
        std::fill(v.begin(), v.end(), std::bit_cast<double>(untouched));

        // Each input in memory of its own, so that a sanitizer sees its ends.
        jobs_.clear();
        std::size_t at = 0;
        for (std::size_t i = 0; i < chunks_.size(); ++i) {
            jobs_.push_back(
                {chunks_[i], t.subspan(at + 1, counts_[i]), v.subspan(at + 1, counts_[i])});
            at += 1 + counts_[i];
        }
        codec::decode_many(jobs_);

        at = 0;
        for (std::size_t i = 0; i < chunks_.size(); ++i) {
            if (t[at] != untouched || std::bit_cast<std::int64_t>(v[at]) != untouched) return false;
            at += 1 + counts_[i];
            if (!as_alone(i)) return false;
        }
        return true;
    }

    [[nodiscard]] const std::vector<codec::job>& jobs() const noexcept { return jobs_; }

private:
    static constexpr std::int64_t untouched = 0x5a5a5a5a5a5a5a5a;

    [[nodiscard]] bool as_alone(std::size_t i) const {
        const codec::job& job = jobs_[i];
        std::vector<sample> alone(counts_[i]);
        const auto read = codec::decode(chunks_[i], alone);
        if (!read) return !job.read && job.read.error() == read.error();
        if (!job.read || *job.read != *read) return false;
        for (std::size_t k = 0; k < alone.size(); ++k)
            if (!(sample{job.timestamps[k], job.values[k]} == alone[k])) return false;
        return true;
    }

    std::vector<chunk> chunks_;
    std::vector<std::size_t> counts_;
    std::vector<codec::job> jobs_;
};

std::size_t count_of_errors(const std::vector<codec::job>& jobs) {
    return static_cast<std::size_t>(
        std::count_if(jobs.begin(), jobs.end(), [](const codec::job& j) { return !j.read; }));
}

}  // namespace

TEST_CASE("no chunks decode to nothing", "[codec][many]") {
    codec::decode_many({});
}

TEST_CASE("chunks of every shape and length decode together as alone", "[codec][many]") {
    constexpr std::array<std::size_t, 10> counts{0, 1, 2, 3, 7, 8, 9, 64, 120, 1025};
    decoded_together all;
    for_each_series<sample>(counts, [&](std::string_view, const auto& in) {
        all.add(encode_to_vector<codec>(in), in.size());
    });
    CHECK(all.agree());
    CHECK(count_of_errors(all.jobs()) == 0);
}

TEST_CASE("every prefix of a chunk is refused, and those around it decode", "[codec][many]") {
    for (const char* shape : {"jitter", "regular", "steps", "random_bits"}) {
        const auto in = make_series<sample>(shape, 120);
        const auto whole = encode_to_vector<codec>(in);
        decoded_together all;
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            all.add({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)}, in.size());
            if (cut % 3 == 0) all.add(whole, in.size());
        }
        INFO(shape);
        CHECK(all.agree());
        CHECK(count_of_errors(all.jobs()) == whole.size());
    }
}

TEST_CASE("bit flips and random bytes go together as they do alone", "[codec][many]") {
    prng random(11);
    std::size_t refused = 0;
    std::size_t accepted = 0;
    for (std::size_t round = 0; round < 60; ++round) {
        decoded_together all;
        for_each_series<sample>(
            std::array<std::size_t, 1>{40}, [&](std::string_view, const auto& in) {
                auto bytes = encode_to_vector<codec>(in);
                const std::size_t bit = random.below(8 * bytes.size());
                bytes[bit / 8] ^= std::byte{1} << (bit % 8);
                all.add(bytes, in.size());

                std::vector<std::byte> noise(random.below(200));
                for (std::byte& b : noise)
                    b = random.one_in(2) ? std::byte{0} : static_cast<std::byte>(random());
                const std::size_t n = random.below(100);
                all.add(wire().u16_big(n).put(noise).bytes, n);
            });
        if (!all.agree()) FAIL("round " << round);
        refused += count_of_errors(all.jobs());
        accepted += all.jobs().size() - count_of_errors(all.jobs());
    }
    CHECK(refused > 0);
    CHECK(accepted > 0);
}

TEST_CASE("any chunks", "[codec][many]") {
    property("whole, cut, damaged or of another count, go together as they do alone", [] {
        prng random(draw_bits());
        decoded_together all;
        for (std::size_t left = draw_below(14); left > 0; --left) {
            const auto in = draw_series<sample>();
            auto bytes = encode_to_vector<codec>(in);
            if (random.one_in(4)) bytes.resize(random.below(bytes.size() + 1));
            if (random.one_in(4) && !bytes.empty())
                bytes[random.below(bytes.size())] = static_cast<std::byte>(random());
            all.add({bytes.begin(), bytes.end()}, in.size() + (random.one_in(8) ? 1 : 0));
        }
        HOLDS(all.agree());
    });
}
