// Includes all of chronopack's core that a program may use, in layer order. The folders
// bits/, kernel/, packing/ and binning/ are internal: they may change with any release.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>
#include <chronopack/core/cursor.hpp>
#include <chronopack/core/errc.hpp>
#include <chronopack/core/error_code.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/core/sample.hpp>
#include <chronopack/core/time_point.hpp>
#include <chronopack/core/time_range.hpp>
#include <chronopack/core/time_unit.hpp>
#include <chronopack/core/version.hpp>

#include <chronopack/codec/registry.hpp>
#include <chronopack/codec/restart_index.hpp>

#include <chronopack/frame/frame.hpp>
#include <chronopack/frame/recompute.hpp>

#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>
#include <chronopack/series/reader.hpp>
#include <chronopack/series/writer.hpp>

#include <chronopack/rollup/calendar.hpp>
#include <chronopack/rollup/downsample.hpp>
#include <chronopack/rollup/rollup.hpp>
#include <chronopack/rollup/tzif.hpp>
