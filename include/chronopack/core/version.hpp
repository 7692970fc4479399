// The version of the library. Formats have versions of their own: see docs/FORMAT.md.
#pragma once

#define CHRONOPACK_VERSION_MAJOR 0
#define CHRONOPACK_VERSION_MINOR 1
#define CHRONOPACK_VERSION_PATCH 0
#define CHRONOPACK_VERSION_STRING "0.1.0"
