// One path of the program: run.sh compiles this file twice, with different
// flags, and links both with main.cpp.
#include "exercise.hpp"

int CHRONOPACK_PATH(const char* name);
int CHRONOPACK_PATH(const char* name) {
    return exercise(name);
}
