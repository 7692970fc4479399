#include "paths.hpp"

std::string golden_path() {
    return CHRONOPACK_GOLDEN;
}

std::string corpus_path() {
    return CHRONOPACK_CORPUS;
}
