// The kernels for the instruction set that this file is compiled for (kernel_set.hpp).
// KERNEL_SET is their name.

#include "kernel_set.hpp"

#include "instruction_set.hpp"

#include <chronopack/kernel/decimal.hpp>
#include <chronopack/kernel/encode.hpp>

namespace chronopack::bench {

namespace {

using kernel::sums;
using scalar_decoder = kernel::block_decoder<kernel::scalar>;
using scalar_encoder = kernel::block_encoder<kernel::scalar>;
using scalar_converter = kernel::decimal_converter<kernel::scalar>;

constexpr kernel::start start{.reference = 3, .scale = 1, .base = 1'700'000, .delta = 15};

const std::uint64_t* words_in(const kernel_job& job) {
    return reinterpret_cast<const std::uint64_t*>(job.in);
}
std::uint64_t* words_out(const kernel_job& job) {
    return reinterpret_cast<std::uint64_t*>(job.out);
}

template <class Decoder, sums Sums>
void decode(const kernel_job& job) {
    Decoder::template packed<Sums>(job.in, kernel::slots, job.width, start, {}, words_out(job));
}

// In one slot of a hundred.
struct patched_slots {
    constexpr patched_slots() {
        for (std::size_t i = 0; i < std::size(at); ++i) amounts[i] = (at[i] = 100 * i) << 20;
    }
    std::uint64_t at[kernel::slots / 100] = {};
    std::uint64_t amounts[kernel::slots / 100] = {};
};
constexpr patched_slots odd;

template <class Decoder, sums Sums>
void decode_patched(const kernel_job& job) {
    const kernel::patches patches(odd.at, odd.amounts);
    Decoder::template packed<Sums>(job.in, kernel::slots, job.width, start, patches.rows(),
                                   words_out(job));
}

// A page as ALP has it: hundredths, as biased integers.
template <class Decoder, class Converter>
void decode_decimals(const kernel_job& job) {
    alignas(64) std::uint64_t words[kernel::slots];
    constexpr kernel::start biased{.reference = kernel::decimal_bias};
    Decoder::template packed<sums::none>(job.in, kernel::slots, job.width, biased, {}, words);
    (void)Converter::to_doubles(words, kernel::slots, kernel::decimal_of(2, false),
                                reinterpret_cast<double*>(job.out));
}

template <class Decoder, sums Sums>
void decode_ramp(const kernel_job& job) {
    Decoder::template ramp<Sums>(start, kernel::slots, words_out(job));
}

template <class Encoder, sums Sums>
void pack(const kernel_job& job) {
    Encoder::template pack<Sums>(words_in(job), kernel::slots, 0, job.width, job.out);
}

template <class Encoder, sums Sums>
void spread(const kernel_job& job) {
    const auto found = Encoder::template spread<Sums>(words_in(job), kernel::slots);
    words_out(job)[0] = found.least;
    words_out(job)[1] = found.most;
}

template <class Encoder, sums Sums>
void distances(const kernel_job& job) {
    Encoder::template distances<Sums>(words_in(job), kernel::slots, 1, words_out(job));
}

template <class Encoder>
void outside_bits(const kernel_job& job) {
    for (std::size_t i = 0; i < kernel::slots / 64; ++i)
        words_out(job)[i] = Encoder::outside_bits(words_in(job) + 64 * i, 7, job.width - 1);
}

template <std::size_t Words>
std::size_t words(unsigned) {
    return 8 * Words;
}

// Measured for both the vector kernel and its scalar twin.
#define CHRONOPACK_DECODER(f, ...) \
    f<kernel::default_decoder, __VA_ARGS__>, f<scalar_decoder, __VA_ARGS__>
#define CHRONOPACK_ENCODER(f, ...)                         \
    f<kernel::default_encoder __VA_OPT__(, ) __VA_ARGS__>, \
        f<scalar_encoder __VA_OPT__(, ) __VA_ARGS__>

constexpr auto packed = kernel_input::packed;
constexpr auto fields = kernel_input::fields;
constexpr unsigned any = 16;  // for kernels whose time does not depend on the width
constexpr auto block = words<kernel::slots>;

std::size_t packed_bytes(unsigned width) {
    return field_bytes(kernel::slots, width);
}

// Each kernel takes one line here.
constexpr measured_kernel all[] = {
    {"decode", packed, 1, 64, block, CHRONOPACK_DECODER(decode, sums::none)},
    {"decode+sum", packed, 1, 64, block, CHRONOPACK_DECODER(decode, sums::once)},
    {"decode+sums", packed, 1, 64, block, CHRONOPACK_DECODER(decode, sums::twice)},
    {"decode", packed, 0, 0, block, CHRONOPACK_DECODER(decode_ramp, sums::none)},
    {"decode+sum", packed, 0, 0, block, CHRONOPACK_DECODER(decode_ramp, sums::once)},
    {"decode+sums", packed, 0, 0, block, CHRONOPACK_DECODER(decode_ramp, sums::twice)},
    {"decode+decimals", packed, 1, 48, block,
     decode_decimals<kernel::default_decoder, kernel::default_decimal>,
     decode_decimals<scalar_decoder, scalar_converter>},
    {"patched decode+sum", packed, any, any, block, CHRONOPACK_DECODER(decode_patched, sums::once)},
    {"pack", fields, 1, 64, packed_bytes, CHRONOPACK_ENCODER(pack, sums::none)},
    {"transpose+pack", fields, 1, 64, packed_bytes, CHRONOPACK_ENCODER(pack, sums::once)},
    {"spread", fields, any, any, words<2>, CHRONOPACK_ENCODER(spread, sums::none)},
    {"spread of deltas", fields, any, any, words<2>, CHRONOPACK_ENCODER(spread, sums::once)},
    {"spread of deltas of deltas", fields, any, any, words<2>,
     CHRONOPACK_ENCODER(spread, sums::twice)},
    {"distances of deltas", fields, any, any, block, CHRONOPACK_ENCODER(distances, sums::once)},
    {"outside bits", fields, any, any, words<16>, CHRONOPACK_ENCODER(outside_bits)},
};

}  // namespace

extern constinit const kernel_set KERNEL_SET{instruction_set, all, std::size(all)};

}  // namespace chronopack::bench
