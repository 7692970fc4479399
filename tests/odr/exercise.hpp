// Encodes and decodes with every codec and a frame, and computes a checksum of the bytes. For
// programs of files with different flags: everything here has internal linkage and uses no
// containers of std, so that such files share only the library's code.
#pragma once

#include <chronopack/codec/registry.hpp>
#include <chronopack/frame/frame.hpp>

#include <cstdio>
#include <cstring>

namespace {

namespace cp = chronopack;

constexpr std::size_t most_values = 3000;

struct scratch {
    std::int64_t times[most_values];
    std::int64_t times_back[most_values];
    double values[most_values];
    double values_back[most_values];
    cp::sample samples[most_values];
    cp::sample samples_back[most_values];
    std::byte wire[64 * most_values + 4096];
};
scratch room;

struct exercise_result {
    bool lossless = true;
    std::uint64_t checksum = 0xcbf29ce484222325u;  // FNV-1a
};

void see(exercise_result& r, const std::byte* wire, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        r.checksum = (r.checksum ^ static_cast<std::uint64_t>(wire[i])) * 0x100000001b3u;
}

// A clock with jitter and gaps, a value in tenths; the seed decides how wild.
void make_series(std::size_t n, unsigned seed) {
    std::uint64_t state = seed + 1;
    std::int64_t t = 1'700'000'000'000;
    std::int64_t v = 0;
    for (std::size_t i = 0; i < n; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const std::uint64_t draw = state >> 33;
        t += 15'000 + static_cast<std::int64_t>(draw % (1 + seed));
        if (draw % 97 == 0) t += static_cast<std::int64_t>(seed) * 1'000'000;
        v += static_cast<std::int64_t>(draw >> 8 & 15) - 7;
        room.times[i] = t;
        room.values[i] = seed % 3 == 2 ? static_cast<double>(v) / 7 : static_cast<double>(v) * 0.5;
        room.samples[i] = {room.times[i], room.values[i]};
    }
}

std::int64_t* given(std::int64_t) {
    return room.times;
}
double* given(double) {
    return room.values;
}
cp::sample* given(cp::sample) {
    return room.samples;
}
std::int64_t* returned(std::int64_t) {
    return room.times_back;
}
double* returned(double) {
    return room.values_back;
}
cp::sample* returned(cp::sample) {
    return room.samples_back;
}

template <class C>
void try_codec(exercise_result& r, std::size_t n) {
    using T = typename C::value_type;
    const T* const in = given(T{});
    T* const back = returned(T{});
    const auto size = C::encode({in, n}, room.wire);
    if (!size) return static_cast<void>(r.lossless = false);
    see(r, room.wire, *size);
    std::memset(static_cast<void*>(back), 0xff, n * sizeof(T));
    const auto read = C::decode({room.wire, *size}, {back, n});
    r.lossless &= read && *read == *size && std::memcmp(in, back, n * sizeof(T)) == 0;
}

template <class... C>
void try_codecs(exercise_result& r, std::size_t n, cp::codec_list<C...>*) {
    (try_codec<C>(r, n), ...);
}

template <class V>
void try_frame(exercise_result& r, std::size_t n, const V* values, V* back,
               cp::preset level = cp::preset::balanced) {
    cp::frame::options how;
    how.level = level;
    const auto size = cp::frame::encode<V>({room.times, n}, {values, n}, how, room.wire);
    if (!size) return static_cast<void>(r.lossless = false);
    see(r, room.wire, *size);
    const cp::cbytes wire{room.wire, *size};
    r.lossless &= static_cast<bool>(cp::frame::inspect(wire));
    if (values == back) return;
    std::memset(back, 0xff, n * sizeof(V));
    const auto ok = cp::frame::decode<V>(wire, {room.times_back, n}, {back, n});
    r.lossless &= ok && std::memcmp(room.times, room.times_back, 8 * n) == 0 &&
                  std::memcmp(values, back, 8 * n) == 0;
}

// Prints the checksum; 0 when all came back.
int exercise(const char* name) {
    exercise_result r;
    for (const std::size_t n : {std::size_t{1}, std::size_t{100}, most_values})
        for (unsigned seed = 0; seed < 12; ++seed) {
            make_series(n, seed * seed);
            try_codecs(r, n, static_cast<cp::all_codecs*>(nullptr));
            for (const auto level : {cp::preset::balanced, cp::preset::smallest})
                try_frame<double>(r, n, room.values, room.values_back, level);
            try_frame<std::int64_t>(r, n, room.times, room.times);
        }
    std::printf("%s %016llx%s\n", name, static_cast<unsigned long long>(r.checksum),
                r.lossless ? "" : " NOT lossless");
    return r.lossless ? 0 : 1;
}

}  // namespace
