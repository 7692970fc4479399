// All of chronopack's core, in layer order.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/cursor.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/core/sample.hpp>
#include <chronopack/core/version.hpp>

#include <chronopack/bits/lsb.hpp>
#include <chronopack/bits/msb.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/bits/zigzag.hpp>

#include <chronopack/kernel/lanes.hpp>
#include <chronopack/kernel/scan.hpp>

#include <chronopack/packing/block.hpp>
#include <chronopack/packing/header.hpp>
#include <chronopack/packing/plan.hpp>

#include <chronopack/codec/registry.hpp>
