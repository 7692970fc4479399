#include "summary.hpp"

#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace chronopack::report {

namespace {

/// The figures of one codec before they are combined.
struct gathered {
    codec_summary of;
    std::vector<double> bits;
    double log_encode = 0;
    double log_decode = 0;
    double log_copy = 0;

    void add(const row& one) {
        of.lossless = of.lossless && one.lossless;
        if (one.bytes == 0 || one.decode.best == 0) return;
        bits.push_back(one.bits_per_value());
        log_encode += std::log(one.gbps(one.encode.best));
        log_decode += std::log(one.gbps(one.decode.best));
        log_copy += std::log(one.gbps(one.copy.best));
    }

    [[nodiscard]] codec_summary fold() {
        of.series = bits.size();
        if (bits.empty()) return of;
        const auto n = static_cast<double>(bits.size());
        of.mean_bits = std::accumulate(bits.begin(), bits.end(), 0.0) / n;
        std::sort(bits.begin(), bits.end());
        of.median_bits = (bits[(bits.size() - 1) / 2] + bits[bits.size() / 2]) / 2;
        of.ratio = 8 * static_cast<double>(raw_bytes(of.what)) / of.mean_bits;
        of.encode_gbps = std::exp(log_encode / n);
        of.decode_gbps = std::exp(log_decode / n);
        of.memcpy_gbps = std::exp(log_copy / n);
        return of;
    }
};

}  // namespace

std::vector<codec_summary> summarize(const std::vector<row>& rows) {
    const left_out skip(rows);
    std::vector<gathered> all;
    std::map<std::pair<kind, std::string>, std::size_t> index;
    for (const row& one : rows) {
        if (skip(one)) continue;
        const auto [at, is_new] = index.try_emplace({one.what, one.codec}, all.size());
        if (is_new) {
            all.emplace_back();
            all.back().of = {.codec = one.codec,
                             .what = one.what,
                             .reference = one.reference,
                             .integers = one.integers};
        }
        all[at->second].add(one);
    }
    std::vector<codec_summary> folded;
    for (gathered& one : all) folded.push_back(one.fold());
    std::stable_sort(folded.begin(), folded.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.what, a.reference, a.integers) <
               std::tuple(b.what, b.reference, b.integers);
    });
    return folded;
}

std::vector<std::string> caveats(const std::vector<row>& rows) {
    std::vector<std::string> all;
    const auto any = [&](auto holds) {
        return std::any_of(rows.begin(), rows.end(), holds);
    };
    if (any(left_out(rows)))
        all.emplace_back(
            "Series without a clock are left out of the summaries of timestamps and frames.");
    if (any([](const row& one) { return one.integers; }))
        all.emplace_back(
            "Rows \"as int64\" cover only series whose values are all integers; turning doubles "
            "into integers is not timed.");
    if (any([](const row& one) { return one.codec.starts_with("prometheus_"); }))
        all.emplace_back("Prometheus' chunks are cut at 120 samples, as Prometheus does.");
    constexpr std::size_t too_few = 500'000;
    if (any([](const row& one) { return one.count < too_few; }))
        all.emplace_back(
            "Branch predictors learn short series by heart: with fewer than 500,000 samples, "
            "codecs that branch on each value look faster than they are on fresh data.");
    return all;
}

}  // namespace chronopack::report
