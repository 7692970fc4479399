// Where the tests' files are. One source file knows the paths, so that every
// other object is the same in every checkout and compiler caches find it.
#pragma once

#include <string>

/// Returns the absolute path of tests/golden.
std::string golden_path();

/// Returns the absolute path of fuzz/corpus.
std::string corpus_path();
