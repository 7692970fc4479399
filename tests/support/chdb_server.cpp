// ClickHouse of today as a server for tests, out of the library that tools/setup.sh keeps
// in the cache:
//
//   chdb-server DIRECTORY HTTP_PORT
//
// It serves HTTP on 127.0.0.1 until it is stopped. The library's entry is the program
// clickhouse-local, which ends with its query: so the query listens, and then sleeps. It has
// no users and no log of queries, and its mutations are waited for, unlike a server's.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <sys/utsname.h>

namespace {

struct answer {
    char* text;
    std::size_t size;
    void* vector;
    double seconds;
    std::uint64_t rows;
    std::uint64_t bytes;
    char* error;
};

std::string library() {
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    const char* const home = std::getenv("HOME");
    utsname machine{};
    ::uname(&machine);
    const std::string where =
        cache != nullptr && *cache != '\0' ? cache : std::string(home ? home : "") + "/.cache";
    return where + "/chronopack/npm/@chdb/lib-linux-" +
           (std::string(machine.machine) == "aarch64" ? "arm64" : "x64") + "-gnu/libchdb.so";
}

int fail(const std::string& why) {
    std::fprintf(stderr, "chdb-server: %s\n", why.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return fail("usage: chdb-server DIRECTORY HTTP_PORT");
    const std::string file = library();
    void* const loaded = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (loaded == nullptr) return fail(std::string(::dlerror()) + " (tests/run fetches it)");
    using entry_point = answer* (*)(int, char**);
    const auto entry = reinterpret_cast<entry_point>(::dlsym(loaded, "query_stable_v2"));
    if (entry == nullptr) return fail(::dlerror());

    std::vector<std::string> words{
        "clickhouse-local", std::string("--path=") + argv[1], "--listen_host=127.0.0.1",
        std::string("--http_port=") + argv[2],
        "--query=SYSTEM START LISTEN HTTP; SELECT sleepEachRow(1) FROM numbers(86400) SETTINGS "
        "max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    const answer* const got = entry(static_cast<int>(arguments.size()), arguments.data());
    if (got != nullptr && got->error != nullptr) return fail(got->error);
    return 0;
}
