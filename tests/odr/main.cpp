// usage: PROGRAM baseline|vector. Runs the path of that file.
#include <cstring>

int baseline(const char* name);
int vector(const char* name);

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "baseline") == 0) return baseline(argv[1]);
    if (argc == 2 && std::strcmp(argv[1], "vector") == 0) return vector(argv[1]);
    return 2;
}
