// kernels: measures the inner loops in cycles a value.
//
//   unpack/8/AVX2     kernel / width / instruction set, of 4 blocks of 1,024
//   crc32c/4096/...   bytes
//
// All instruction sets that the compiler knows are built, whatever the build's flags are. Those
// that this processor lacks are noted in the results and not measured.

#include "kernel_set.hpp"
#include "suite.hpp"

#include "report/apart.hpp"

#include <chronopack/kernel/crc32c.hpp>

#include "support/random.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace chronopack::bench {

namespace {

constexpr std::size_t block_values = 1024;
constexpr std::size_t blocks = few / block_values;

constexpr std::array widths{0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64};

struct known_set {
    const kernel_set& set;
    bool runs_here;
};

std::vector<known_set> known_sets() {
#if defined(__x86_64__)
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
    const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
    return {{kernels_x86_64, true}, {kernels_x86_64_v3, v3}, {kernels_x86_64_v4, v4}};
#else
    return {{kernels_native, true}};
#endif
}

std::vector<std::byte> input_of(kernel_input kind, unsigned width) {
    test::prng random(width);
    const std::size_t words =
        kind == kernel_input::packed ? block_values / 64 * width : block_values;
    std::vector<std::byte> made(8 * words);
    for (std::size_t i = 0; i < words; ++i) {
        std::uint64_t word = random();
        if (kind == kernel_input::fields) word = width == 0 ? 0 : word >> (64 - width);
        std::memcpy(made.data() + 8 * i, &word, sizeof word);
    }
    return made;
}

finding measure_kernel(const measured_kernel& one, void (*run)(const kernel_job&), unsigned width,
                       const settings& how) {
    std::array<std::vector<std::byte>, blocks> in;
    for (auto& block : in) block = input_of(one.input, width);
    const std::size_t size = one.out_bytes(width);
    std::vector<std::byte> expected(blocks * size);
    report::room_apart<std::byte> room(in[0], blocks * size);
    const std::span<std::byte> out = room.get();
    const auto run_all = [&](void (*f)(const kernel_job&), std::span<std::byte> to) {
        for (std::size_t b = 0; b < blocks; ++b) f({in[b].data(), width, to.data() + b * size});
    };
    finding found;
    run_all(one.twin, expected);
    run_all(run, out);
    if (!std::ranges::equal(out, expected)) found.failure = "differs from the scalar twin";

    const std::vector<std::uint64_t> from(few, 1);
    report::room_apart<std::uint64_t> to(from);
    const auto times = report::measure_in_turns(
        how.seconds, [&] { std::memcpy(to.get().data(), from.data(), 8 * few); },
        [&] { run_all(run, out); });
    found.seconds = times[1].best;
    found.speed("memcpy", times[0], 8 * few, few);
    found.speed("kernel", times[1], 8 * few, few);
    return found;
}

void add_kernel(const measured_kernel& one, const char* set, void (*run)(const kernel_job&)) {
    for (const int width : widths) {
        const auto bits = static_cast<unsigned>(width);
        if (bits < one.first_width || bits > one.last_width) continue;
        add(std::string(one.name) + '/' + std::to_string(bits) + '/' + set,
            [&one, run, bits](const settings& how) { return measure_kernel(one, run, bits, how); });
    }
}

std::uint32_t crc32c_by_table(cbytes data) {
    return ~kernel::detail::crc32c_table(~0u, data);
}

void add_crc(std::size_t size, const char* who, std::uint32_t (*run)(cbytes)) {
    add("crc32c/" + std::to_string(size) + '/' + who, [=](const settings& how) {
        std::vector<std::byte> data(size);
        report::room_apart<std::byte> to(data);
        test::prng random(size);
        for (std::byte& b : data) b = static_cast<std::byte>(random());
        std::uint32_t crc = 0;
        finding found;
        if (run(data) != crc32c_by_table(data)) found.failure = "differs from the table's";
        const auto times = report::measure_in_turns(
            how.seconds, [&] { std::memcpy(to.get().data(), data.data(), size); },
            [&] {
                crc ^= run(data);
                asm volatile("" : "+r"(crc));
            });
        found.seconds = times[1].best;
        found.speed("memcpy", times[0], size, size);
        found.speed("kernel", times[1], size, size);
        return found;
    });
}

}  // namespace

void add_kernels() {
    for (const auto& [set, runs_here] : known_sets()) {
        if (!runs_here) {
            add_note(set.name, "not on this processor");
            continue;
        }
        for (std::size_t i = 0; i < set.count; ++i)
            add_kernel(set.all[i], set.name, set.all[i].run);
    }
    // The scalar twins at the build's baseline, for processors without vectors.
    const kernel_set& base = known_sets().front().set;
    for (std::size_t i = 0; i < base.count; ++i)
        add_kernel(base.all[i], "scalar", base.all[i].twin);
    for (const std::size_t size : {64, 512, 4096, 32768}) {
        add_crc(size, "chosen", [](cbytes data) { return kernel::crc32c(data); });
        add_crc(size, "table", crc32c_by_table);
    }
}

}  // namespace chronopack::bench

int main(int argc, char** argv) {
    chronopack::bench::add_kernels();
    return chronopack::bench::run(argc, argv,
                                  "What the inner loops cost: kernel/width/instruction set.");
}
