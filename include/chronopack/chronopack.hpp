// All of chronopack's core, in layer order.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>
#include <chronopack/core/cursor.hpp>
#include <chronopack/core/log2.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/core/rounded.hpp>
#include <chronopack/core/sample.hpp>
#include <chronopack/core/time_unit.hpp>
#include <chronopack/core/version.hpp>

#include <chronopack/bits/lsb.hpp>
#include <chronopack/bits/lsb_stream.hpp>
#include <chronopack/bits/msb.hpp>
#include <chronopack/bits/msb_varint.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/bits/zigzag.hpp>

#include <chronopack/kernel/crc32c.hpp>
#include <chronopack/kernel/decode.hpp>
#include <chronopack/kernel/dispatch.hpp>
#include <chronopack/kernel/encode.hpp>
#include <chronopack/kernel/encode_scalar.hpp>
#include <chronopack/kernel/lanes.hpp>
#include <chronopack/kernel/scan.hpp>
#include <chronopack/kernel/simd.hpp>
#include <chronopack/kernel/stream.hpp>
#include <chronopack/kernel/summary.hpp>

#include <chronopack/packing/block.hpp>
#include <chronopack/packing/header.hpp>
#include <chronopack/packing/page.hpp>
#include <chronopack/packing/plan.hpp>
#include <chronopack/packing/window.hpp>

#include <chronopack/codec/registry.hpp>
#include <chronopack/codec/restart_index.hpp>

#include <chronopack/frame/frame.hpp>
#include <chronopack/frame/recompute.hpp>

#include <chronopack/series/reader.hpp>
#include <chronopack/series/writer.hpp>
#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>

#include <chronopack/rollup/calendar.hpp>
#include <chronopack/rollup/downsample.hpp>
#include <chronopack/rollup/rollup.hpp>
#include <chronopack/rollup/tzif.hpp>
