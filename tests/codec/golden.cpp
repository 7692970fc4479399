// These encodings must decode to the same bits for ever. tests/golden/README.md says how the
// files are made, and renewed before a first release.

#include "support/codec.hpp"
#include "support/hex.hpp"
#include "support/paths.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

using namespace chronopack;
using namespace chronopack::test;

namespace {

namespace fs = std::filesystem;

const fs::path golden = golden_path() + "/v1";
const fs::path seeds = corpus_path() + "/decode";

struct fixture {
    std::string_view shape;
    std::size_t count;
};

template <class T>
constexpr std::string_view type_name = std::is_same_v<T, std::int64_t> ? "int64"
                                       : std::is_same_v<T, double>     ? "double"
                                                                       : "sample";

constexpr std::array<fixture, 7> short_blocks{{{"outliers", 64},
                                               {"outliers", 127},
                                               {"jitter", 128},
                                               {"gaps", 129},
                                               {"scaled", 500},
                                               {"gaps", 960},
                                               {"outliers", 1023}}};

template <class C, class... Others>
constexpr bool is_one_of = (std::is_same_v<C, Others> || ...);

// Codecs at preset::smallest, where columns in pages may be binned.
template <class C>
constexpr bool is_smallest = requires {
    typename C::plain;
};

template <class C>
std::vector<fixture> fixtures() {
    using T = typename C::value_type;
    std::vector<fixture> all;
    if constexpr (is_smallest<C>) {
        if constexpr (std::is_same_v<T, std::int64_t>)
            return {{"gaps", 300}, {"counter", 300}, {"poles", 300}};
        else
            return {{"specials", 300}, {"steps", 300}, {"windows", 300}};
    }
    for (const shape<T>& s : shapes<T>()) all.push_back({s.name, 40});
    for (const std::size_t n : {0, 1, 2, 3}) all.push_back({"random_bits", n});
    // Full blocks and a shorter one, with lanes and exceptions.
    if constexpr (std::is_same_v<T, std::int64_t> && C::id != codec_id::raw)
        for (const std::string_view name : {"gaps", "scaled", "outliers"})
            all.push_back({name, 1030});
    // A page with the bins of the one before.
    if constexpr (std::is_same_v<C, binned>) all.push_back({"outliers", 2300});
    // Blocks in lanes that are not full, with and without fields outside of rows.
    if constexpr (is_one_of<C, packed, delta, delta_of_delta>)
        for (const auto& [name, n] : short_blocks) all.push_back({name, n});
    return all;
}

// A file of lines "SHAPE-COUNT HEX".
class golden_file {
public:
    explicit golden_file(std::string_view name) : path_(golden / (std::string(name) + ".txt")) {
        std::ifstream file(path_);
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with('#')) continue;
            const std::size_t space = line.find(' ');
            if (space == std::string::npos) throw std::runtime_error("bad line: " + line);
            entries_[line.substr(0, space)] = from_hex(line.substr(space + 1));
        }
    }

    [[nodiscard]] static std::string key(const fixture& f) {
        return std::string(f.shape) + "-" + std::to_string(f.count);
    }

    [[nodiscard]] bool holds(const fixture& f) const { return entries_.count(key(f)) != 0; }

    [[nodiscard]] const std::vector<std::byte>& operator[](const std::string& name) const {
        const auto found = entries_.find(name);
        if (found == entries_.end())
            throw std::runtime_error("no " + name + " in " + path_.string());
        return found->second;
    }
    [[nodiscard]] const auto& entries() const { return entries_; }

    // Opened for appending, so that existing lines never change.
    void add(const fixture& f, cbytes data) {
        fs::create_directories(path_.parent_path());
        std::ofstream file(path_, std::ios::app);
        file << key(f) << ' ' << to_hex(data) << '\n';
        if (!file.flush()) throw std::runtime_error("cannot write " + path_.string());
        entries_[key(f)].assign(data.begin(), data.end());
    }

private:
    fs::path path_;
    std::map<std::string, std::vector<std::byte>> entries_;
};

template <class C>
std::string file_name() {
    return std::string(C::name) + (is_smallest<C> ? "_smallest-" : "-") +
           std::string(type_name<typename C::value_type>);
}

template <class T>
golden_file golden_values() {
    return golden_file("values-" + std::string(type_name<T>));
}

template <class T>
std::vector<T> values_in(const golden_file& file, const std::string& name) {
    const auto& data = file[name];
    if (data.size() % sizeof(T) != 0) throw std::runtime_error("golden values: wrong size");
    std::vector<T> values(data.size() / sizeof(T));
    copy_bits(data, std::span(values));
    return values;
}

// A seed for fuzz/decode.cpp: codec, count, bytes.
void write_seed(const fs::path& path, std::size_t codec, std::size_t count,
                const std::vector<std::byte>& wire) {
    if (fs::exists(path)) return;
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file.put(static_cast<char>(codec));
    file.put(static_cast<char>(count & 0xff));
    file.put(static_cast<char>(count >> 8));
    file.write(reinterpret_cast<const char*>(wire.data()),
               static_cast<std::streamsize>(wire.size()));
}

template <class C>
void write_missing(std::size_t codec) {
    using T = typename C::value_type;
    golden_file values = golden_values<T>();
    golden_file wires(file_name<C>());
    for (const fixture& f : fixtures<C>()) {
        if (!values.holds(f)) {
            const auto made = make_series<T>(f.shape, f.count);
            values.add(f, std::as_bytes(std::span(made)));
        }
        const std::string name = golden_file::key(f);
        if (!wires.holds(f)) wires.add(f, encode_to_vector<C>(values_in<T>(values, name)));
        if (f.count == 3 || f.shape == "outliers" || (is_smallest<C> && f.shape != "windows"))
            write_seed(seeds / (file_name<C>() + "-" + std::to_string(f.count)), codec, f.count,
                       wires[name]);
    }
}

template <class... C>
void write_all(codec_list<C...>) {
    const auto write = []<class One>(std::type_identity<One>) {
        // The place in all_codecs, which is first in tested_codecs.
        std::size_t codec = 0;
        bool found = false;
        ((found = found || (C::id == One::id &&
                            std::is_same_v<typename C::value_type, typename One::value_type>),
          codec += !found),
         ...);
        write_missing<One>(codec);
    };
    (write(std::type_identity<C>{}), ...);
}

// Formats that leave an encoder no choice.
template <class C>
constexpr bool one_encoding =
    C::id == codec_id::raw || C::id == codec_id::gorilla_timestamps ||
    C::id == codec_id::gorilla_values || C::id == codec_id::prometheus_xor ||
    C::id == codec_id::prometheus_xor2;

}  // namespace

TEST_CASE("golden files are written where they are missing, when asked", "[golden]") {
    // Declared first, and so run first.
    if (std::getenv("CHRONOPACK_WRITE_GOLDEN") != nullptr) write_all(tested_codecs{});
    SUCCEED();
}

TEMPLATE_LIST_TEST_CASE("golden encodings decode bit for bit", "[golden]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    const golden_file values = golden_values<T>();
    const golden_file wires(file_name<C>());
    for (const fixture& f : fixtures<C>()) REQUIRE(wires.holds(f));
    for (const auto& [name, wire] : wires.entries()) {
        INFO(C::name << ": " << name);
        const auto expected = values_in<T>(values, name);
        std::vector<T> back(expected.size());
        const auto read = C::decode(wire, back);
        REQUIRE(read);
        REQUIRE(*read == wire.size());
        REQUIRE(same_bits(back, expected));
    }
}

TEST_CASE(
    "golden blocks whose fields are in order, as none of their length are written now, decode",
    "[golden]") {
    const golden_file values = golden_values<std::int64_t>();
    const golden_file wires("packed_in_order-int64");
    for (const fixture& f : short_blocks) {
        const std::string name = golden_file::key(f);
        INFO(name);
        const auto expected = values_in<std::int64_t>(values, name);
        std::vector<std::int64_t> back(expected.size());
        const auto read = packed::decode(wires[name], back);
        REQUIRE(read);
        REQUIRE(*read == wires[name].size());
        REQUIRE(same_bits(back, expected));
    }
}

TEMPLATE_LIST_TEST_CASE("encoders without a choice still write the golden bytes", "[golden]",
                        all_codecs) {
    using C = TestType;
    if constexpr (one_encoding<C>) {
        const golden_file values = golden_values<typename C::value_type>();
        const golden_file wires(file_name<C>());
        for (const auto& [name, wire] : wires.entries()) {
            INFO(C::name << ": " << name);
            REQUIRE(encode_to_vector<C>(values_in<typename C::value_type>(values, name)) == wire);
        }
    }
    SUCCEED();
}
