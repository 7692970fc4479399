#!/usr/bin/env python3
"""A second decoder, written from docs/FORMAT.md alone: reads the golden files and compares.

usage: format_decoder.py GOLDEN_DIRECTORY

Values of every type are held as their 64 bits, in unsigned integers.
"""

import functools
import math
import os
import struct
import sys

MASK = (1 << 64) - 1
NAN = 0x7ff8000000000000
BLOCK = 1024


class Corrupt(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Corrupt(what)


# Conventions


def make_crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82f63b78 if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE = make_crc_table()


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = (crc >> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


def signed(value):
    value &= MASK
    return value - (1 << 64) if value >> 63 else value


def as_double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def double_bits(value):
    return NAN if math.isnan(value) else struct.unpack("<Q", struct.pack("<d", value))[0]


def unzigzag(value):
    return (value >> 1) ^ -(value & 1)


def parse_varint(next_byte):
    value = 0
    for i in range(10):
        byte = next_byte()
        value |= (byte & 0x7f) << (7 * i)
        if byte < 0x80:
            check(value <= MASK and (byte or i == 0), "varint")
            return value
    raise Corrupt("varint too long")


class Reader:
    def __init__(self, data, at=0):
        self.data = data
        self.at = at

    def take(self, size):
        check(self.at + size <= len(self.data), "truncated")
        self.at += size
        return self.data[self.at - size:self.at]

    def uint(self, size):
        return int.from_bytes(self.take(size), "little")

    def varint(self):
        return parse_varint(lambda: self.uint(1))

    def svarint(self):
        return unzigzag(self.varint())

    def lsb_fields(self, count, width):
        bits = self.uint((count * width + 7) // 8)
        return [(bits >> (i * width)) & ((1 << width) - 1) for i in range(count)]

    def end(self):
        check(self.at == len(self.data), "bytes left over")


class LsbStream:
    def __init__(self, data):
        self.word = int.from_bytes(data, "little")
        self.left = 8 * len(data)
        self.at = 0

    def bits(self, count):
        check(count <= self.left, "truncated")
        value = self.word & ((1 << count) - 1)
        self.word >>= count
        self.left -= count
        self.at += count
        return value

    def gamma(self):
        zeros = 0
        while not self.bits(1):
            zeros += 1
            check(zeros < 64, "gamma code")
        return 1 << zeros | self.bits(zeros)

    def delta(self):
        bits = self.gamma()
        check(bits <= 64, "delta code")
        return 1 << (bits - 1) | self.bits(bits - 1)


class MsbStream:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def bits(self, count):
        first, last = self.at // 8, (self.at + count + 7) // 8
        check(last <= len(self.data), "truncated")
        self.at += count
        word = int.from_bytes(self.data[first:last], "big")
        return (word >> (8 * last - self.at)) & ((1 << count) - 1)

    def varint(self):
        return parse_varint(lambda: self.bits(8))

    def ones(self, most):
        """Ones up to a zero, which is read, or `most`."""
        count = 0
        while count < most and self.bits(1):
            count += 1
        return count

    def second_difference(self, widths):
        """The field's widths by the number of ones before it; the last prefix has no zero."""
        width = widths[self.ones(len(widths) - 1)]
        field = self.bits(width)
        if 0 < width < 64 and field > 1 << (width - 1):
            field -= 1 << width
        return field

    def xor(self, window):
        """X; window is [leading, length], or empty before any."""
        if not self.bits(1):
            return 0
        if self.bits(1):
            window[:] = [self.bits(5), self.bits(6) or 64]
            check(sum(window) <= 64, "window")
        check(window, "no window")
        return self.bits(window[1]) << (64 - window[0] - window[1])


# Codecs: each takes the bytes and n, and gives the values and the bytes it used.


def decode_raw(data, n):
    return list(struct.unpack("<%dQ" % n, Reader(data).take(8 * n))), 8 * n


def packed_fields(reader, count, mode, in_lanes, width):
    if not in_lanes:
        return reader.lsb_fields(count, width)
    rows, rest = count // 16, count % 16
    words_each, first_bits = divmod(rows * width, 64)
    lanes = reader.lsb_fields(16, first_bits)
    last = reader.lsb_fields(rest, width)
    words = struct.unpack("<%dQ" % (16 * words_each), reader.take(128 * words_each))
    for i, word in enumerate(words):
        lanes[i % 16] |= word << (first_bits + 64 * (i // 16))
    fields = []
    for i in range(16 * rows):
        row, lane = (i // 16, i % 16) if mode == 0 else (i % rows, i // rows)
        fields.append((lanes[lane] >> (row * width)) & ((1 << width) - 1))
    return fields + last


def decode_integer_block(reader, n, modes):
    flags, width, high_width = reader.uint(1), reader.uint(1), reader.uint(1)
    exceptions, count = reader.uint(2), reader.uint(2)
    mode = flags & 3
    check(flags < 16 and mode in modes, "integer block mode")
    check(width <= 64 and high_width <= 64 - width, "integer block width")
    check((high_width == 0) == (exceptions == 0), "exception width")
    check(exceptions <= count and count == n, "integer block count")
    check(not flags & 8 or 64 <= count < BLOCK, "lanes of a block that may have none")
    reference = reader.svarint()
    scale = reader.varint() if flags & 4 else 1
    check(not flags & 4 or scale >= 2, "scale")
    value = reader.svarint() if mode else 0
    delta = reader.svarint() if mode == 2 else 0
    fields = packed_fields(reader, count, mode, flags & 8 or count == BLOCK, width)
    highs = reader.lsb_fields(exceptions, high_width)
    positions = reader.lsb_fields(exceptions, 10)
    check(all(highs), "high part is 0")
    check(positions == sorted(set(positions)) and all(p < count for p in positions), "positions")
    for position, high in zip(positions, highs):
        fields[position] += unzigzag(high) << width
    values = []
    for field in fields:
        x = reference + scale * field
        if mode == 2:
            x = delta = (delta + x) & MASK
        value = (value + x if mode else x) & MASK
        values.append(value)
    return values


def decode_integer_blocks(data, n, modes):
    reader = Reader(data)
    values = []
    while len(values) < n:
        values += decode_integer_block(reader, min(BLOCK, n - len(values)), modes)
    return values, reader.at


def decode_gorilla_timestamps(data, n):
    stream = MsbStream(data)
    values = []
    for i in range(n):
        if i < 2:
            delta = stream.bits(64)
        else:
            delta += stream.second_difference([0, 7, 9, 12, 32, 64])
        values.append((delta + (values[-1] if i else 0)) & MASK)
    return values, (stream.at + 7) // 8


def decode_gorilla_values(data, n):
    stream = MsbStream(data)
    values, window = [], []
    for i in range(n):
        values.append(values[-1] ^ stream.xor(window) if i else stream.bits(64))
    return values, (stream.at + 7) // 8


def decode_prometheus_xor(data, n):
    check(int.from_bytes(Reader(data).take(2), "big") == n, "chunk count")
    stream = MsbStream(data[2:])
    samples, window = [], []
    time = delta = value = 0
    for i in range(n):
        if i == 0:
            time, value = unzigzag(stream.varint()), stream.bits(64)
        else:
            delta = stream.varint() if i == 1 else delta + stream.second_difference([0, 14, 17, 20, 64])
            time += delta
            value ^= stream.xor(window)
        samples += [time & MASK, value]
    return samples, 2 + (stream.at + 7) // 8


PAGE = 2048


def binned_bins(stream, count, log):
    """Width, lower bound and weight of each bin."""
    bins = []
    width = weight_bits = end = 0
    left = 1 << log
    for i in range(count):
        width += unzigzag(stream.gamma() - 1)
        check(0 <= width <= 64, "width of a bin")
        lower, jump = end, stream.delta() - 1
        if jump:
            down = stream.bits(1)
            exponent = width + 1 - stream.gamma()
            check(0 <= exponent <= min(width, 63), "exponent of a bin")
            lower += (-jump if down else jump) << exponent
        end = (lower + (1 << width)) & MASK
        weight = left
        if i < count - 1:
            weight_bits += unzigzag(stream.gamma() - 1)
            check(1 <= weight_bits <= log, "bits of a weight")
            weight = 1 << (weight_bits - 1) | stream.bits(weight_bits - 1)
            check(weight < left, "weight of a bin")
        left -= weight
        bins.append((width, lower, weight))
    return bins


def binned_slots(bins, log):
    """For each slot its bits, base, width and lower bound."""
    size = 1 << log
    owner, p = [None] * size, 0
    for number, (_, _, weight) in enumerate(bins):
        for _ in range(weight):
            owner[p] = number
            p = (p + (5 * size // 8 | 1)) % size
    ranks, slots = [weight for _, _, weight in bins], []
    for number in owner:
        width, lower, _ = bins[number]
        rank = ranks[number]
        ranks[number] += 1
        bits = log + 1 - rank.bit_length()
        slots.append((bits, (rank << bits) - size, width, lower))
    return slots


def binned_numbers(stream, count, log, slots):
    turns = [stream.bits(log) for _ in range(min(count, 8))]
    numbers = []
    for i in range(count):
        bits, base, width, lower = slots[turns[i % 8]]
        if i + 8 < count:
            turns[i % 8] = base + stream.bits(bits)
        numbers.append(lower + stream.bits(width))
    return numbers


def decode_binned(data, n):
    if n == 0:
        return [], 0
    reader = Reader(data)
    check(reader.varint() == n, "count")
    values = []
    for begin in range(0, n, PAGE):
        count = min(PAGE, n - begin)
        kind = reader.uint(1)
        again = kind == 8 and begin > 0
        if not again:
            mode, log = kind & 3, kind >> 4
            check(mode < 3 and not kind & 8 and log <= 11, "kind of a page")
            reference = reader.svarint()
            scale = reader.varint() if kind & 4 else 1
            check(not kind & 4 or scale >= 2, "scale")
            if begin == 0:
                base = reader.svarint() if mode else 0
                delta = reader.svarint() if mode == 2 else 0
            width = reader.uint(1)
            check(width <= 64 if log == 0 else width > 0, "width or bins")
        if log == 0:
            numbers = reader.lsb_fields(count, width)
        else:
            stream = LsbStream(reader.data[reader.at:])
            if not again:
                slots = binned_slots(binned_bins(stream, width + 1, log), log)
            numbers = binned_numbers(stream, count, log, slots)
            reader.take((stream.at + 7) // 8)
        if begin:
            base, delta = values[-1], values[-1] - values[-2]
        for number in numbers:
            x = reference + scale * number
            if mode == 2:
                x = delta = delta + x
            base = (base + x if mode else x) & MASK
            values.append(base)
    return values, reader.at


STALE = 0x7ff0000000000002


def xor2_window(stream, window, new):
    if new:
        window[:] = [stream.bits(5), stream.bits(6) or 64]
        check(sum(window) <= 64, "window")
    check(window, "no window")
    return stream.bits(window[1]) << (64 - window[0] - window[1])


def xor2_value(stream, window):
    """X, or None for a stale value."""
    ones = stream.ones(3)
    if ones == 3:
        return None
    return xor2_window(stream, window, ones == 2) if ones else 0


def xor2_joint(stream, window):
    """The second difference, and X or None."""
    ones = stream.ones(5)
    if ones == 0:
        return 0, 0
    if ones == 1:
        return 0, xor2_window(stream, window, stream.bits(1))
    if ones == 5:
        return 0, None
    width = (13, 20, 64)[ones - 2]
    field = stream.bits(width)
    return field - (field >> (width - 1) << width), xor2_value(stream, window)


def decode_started_xor2(data, n):
    """Timestamp, value and start time of each sample in turn, and the bytes used."""
    check(int.from_bytes(Reader(data).take(2), "big") == n, "chunk count")
    known, change = Reader(data, 2).uint(1) >> 7, data[2] & 127
    stream = MsbStream(data[3:])
    samples, window = [], []
    time = delta = before = start = predecessor = 0
    for i in range(n):
        last_time = time
        if i == 0:
            time, value = unzigzag(stream.varint()), stream.bits(64)
            start = time - unzigzag(stream.varint()) if known else 0
            predecessor = 0 if value == STALE else value
        else:
            if i == 1:
                delta, x = stream.varint(), xor2_value(stream, window)
            else:
                second, x = xor2_joint(stream, window)
                delta += second
            time += delta
            value = STALE if x is None else predecessor ^ x
            predecessor = predecessor if x is None else value
            if 0 < change <= i:
                before += stream.second_difference([0, 3, 6, 9, 12, 18, 25, 56, 64])
                start = last_time - before
        samples += [time & MASK, value, start & MASK]
    return samples, 3 + (stream.at + 7) // 8


def decode_prometheus_xor2(data, n):
    samples, used = decode_started_xor2(data, n)
    return [word for i, word in enumerate(samples) if i % 3 < 2], used


def decode_pages(data, n, decode_page):
    """decode_page(reader, p) gives the words of a page of p values."""
    reader = Reader(data)
    words = []
    while len(words) < n:
        p = reader.varint()
        stored = p == 0
        if stored:
            p = reader.varint()
        check(1 <= p <= 4096 and p == min(4096, n - len(words)), "page size")
        words += struct.unpack("<%dQ" % p, reader.take(8 * p)) if stored else decode_page(reader, p)
    return words, reader.at


def positions_of(reader, count, p):
    positions = reader.lsb_fields(count, (p - 1).bit_length())
    check(positions == sorted(set(positions)) and all(at < p for at in positions), "positions")
    return positions


def nested(reader, m, ids):
    codec = reader.uint(1)
    check(codec in ids, "nested codec id %d" % codec)
    words, used = CODEC_OF_ID[codec](reader.data[reader.at:], m)
    reader.take(used)
    return words


INTEGER_COLUMN_IDS = (1, 13)


def integer_column(reader, m):
    return [signed(word) for word in nested(reader, m, INTEGER_COLUMN_IDS)]


def nested_values(reader, m, is_double):
    return nested(reader, m, (8, 12, 14) if is_double else INTEGER_COLUMN_IDS)


def alp_page(reader, p):
    form, exceptions = reader.uint(1), reader.varint()
    exponent, narrow = form & 31, form >> 5
    check(exponent <= 18 and narrow < 2 and exceptions <= p, "ALP form")
    words = []
    for i in integer_column(reader, p):
        check(-1 << 51 <= i < 1 << 51, "ALP integer")
        v = i / 10 ** exponent  # of integers, Python rounds correctly
        words.append(double_bits(to_single(v) if narrow else v))
    for at in positions_of(reader, exceptions, p):
        words[at] = None
    return [reader.uint(8) if word is None else word for word in words]


def to_single(v):
    return struct.unpack("<f", struct.pack("<f", v))[0]


def digits_after_point(v, in_all):
    if v == 0:
        return 18
    m = 400 if abs(v) >= 1e23 else -18
    while m < 23 and float("1e%d" % m) <= abs(v):
        m += 1
    return min(max(in_all - m, 0), 18)


def near_page(reader, p):
    form = reader.uint(1)
    narrow, printed, residuals, divided, counted, in_all = (form >> bit & 1 for bit in range(6))
    check(form < 64 and not (narrow and counted) and (printed or not in_all), "near form")
    divisor = reader.varint() if divided else 10 ** reader.uint(1)
    check(1 <= divisor <= (1 << 20 if divided else 10 ** (6 if counted else 18)), "near base")
    digits = reader.uint(1) if printed else 0
    check(1 <= digits <= 15 if in_all else digits <= 18, "near digits")
    exceptions = reader.varint()
    check(exceptions <= p, "near exceptions")
    integers = integer_column(reader, p)
    counts = integer_column(reader, p) if counted else [1] * p
    words = []
    for i, q in zip(integers, counts):
        check(-1 << 51 <= i < 1 << 51 and 1 <= q <= 1 << 32, "near integer or count")
        v = i / (divisor * q)  # of integers, Python rounds correctly
        if narrow:
            v = to_single(v)
        if printed:
            after = digits_after_point(v, digits) if in_all else digits
            j = round(v * 10.0 ** after)  # rounds ties to even
            check(-1 << 51 <= j < 1 << 51, "near digits")
            v = j / 10 ** after
        words.append(double_bits(v))
    if residuals:
        for at, residual in enumerate(integer_column(reader, p)):
            word = (words[at] + residual) & MASK
            check(word >> 63 == words[at] >> 63 and word >> 52 & 0x7ff < 0x7ff, "near residual")
            words[at] = word
    for at in positions_of(reader, exceptions, p):
        words[at] = None
    return [reader.uint(8) if word is None else word for word in words]


def alp_rd_page(reader, p):
    right, entries = reader.uint(1), reader.uint(1)
    check(48 <= right <= 63 and 1 <= entries <= 8, "ALP-RD split")
    lefts = [reader.uint(2) for _ in range(entries)]
    exceptions = reader.varint()
    check(exceptions <= p, "ALP-RD exceptions")
    codes, rights = integer_column(reader, p), integer_column(reader, p)
    check(all(0 <= code < entries for code in codes), "ALP-RD codes")
    check(all(0 <= word < 1 << right for word in rights), "ALP-RD right parts")
    chosen = [lefts[code] for code in codes]
    for at in positions_of(reader, exceptions, p):
        chosen[at] = None
    chosen = [reader.uint(2) if part is None else part for part in chosen]
    check(all(part < 1 << (64 - right) for part in lefts + chosen), "ALP-RD left parts")
    return [part << right | word for part, word in zip(chosen, rights)]


def dictionary_page(reader, p, is_double):
    count = reader.varint()
    check(1 <= count <= p, "dictionary entries")
    entries = nested_values(reader, count, is_double)
    places = integer_column(reader, p) if count > 1 else [0] * p
    check(all(0 <= place < count for place in places), "dictionary places")
    return [entries[place] for place in places]


def run_length_page(reader, p, is_double):
    runs = reader.varint()
    check(1 <= runs <= p, "runs")
    values = nested_values(reader, runs, is_double)
    lengths = [length + 1 for length in integer_column(reader, runs)] if runs > 1 else [p]
    check(min(lengths) >= 1 and sum(lengths) == p, "run lengths")
    return [value for value, length in zip(values, lengths) for _ in range(length)]


def unordered(key, width):
    return (key if key >= 0 else key ^ ((1 << (width - 1)) - 1)) & ((1 << width) - 1)


def ordered_page(reader, p):
    form = reader.uint(1)
    check(form < 2, "ordered form")
    keys = integer_column(reader, p)
    if form == 0:
        return [unordered(key, 64) for key in keys]
    check(all(-1 << 31 <= key < 1 << 31 for key in keys), "ordered key")
    return [widened(unordered(key, 32)) for key in keys]


def widened(bits):
    """A single's bits as a double's; NaN payloads by hand."""
    if bits & 0x7f800000 == 0x7f800000:
        return bits >> 31 << 63 | 0x7ff << 52 | (bits & 0x7fffff) << 29
    return struct.unpack("<Q", struct.pack("<d", struct.unpack("<f", struct.pack("<I", bits))[0]))[0]


def paged(decode_page):
    return functools.partial(decode_pages, decode_page=decode_page)


CODECS = {
    "raw": (0, decode_raw),
    "packed": (1, functools.partial(decode_integer_blocks, modes=(0, 1, 2))),
    "delta": (2, functools.partial(decode_integer_blocks, modes=(1,))),
    "delta_of_delta": (3, functools.partial(decode_integer_blocks, modes=(2,))),
    "gorilla_timestamps": (4, decode_gorilla_timestamps),
    "gorilla_values": (5, decode_gorilla_values),
    "prometheus_xor": (6, decode_prometheus_xor),
    "prometheus_xor2": (7, decode_prometheus_xor2),
    "alp": (8, paged(alp_page)),
    "alp_rd": (9, paged(alp_rd_page)),
    "ordered": (12, paged(ordered_page)),
    "binned": (13, decode_binned),
    "near_decimal": (14, paged(near_page)),
}
CODEC_OF_ID = dict(CODECS.values())
# Those whose pages are of either type: for int64, for double.
CODECS_OF_TYPE = {
    kind: {"dictionary": (10, paged(functools.partial(dictionary_page, is_double=kind == "double"))),
           "run_length": (11, paged(functools.partial(run_length_page, is_double=kind == "double")))}
    for kind in ("int64", "double")}
INT64_IDS, DOUBLE_IDS = (0, 1, 2, 3, 4, 10, 11, 13), (0, 5, 8, 9, 10, 11, 12, 14)


def codec_of(name, kind):
    """Its id, and what decodes it."""
    return CODECS_OF_TYPE.get(kind, {}).get(name) or CODECS[name]


# Frame


def decompress_snappy(data):
    reader = Reader(data)
    size = reader.varint()
    out = bytearray()
    while reader.at < len(data):
        tag = reader.uint(1)
        kind, length = tag & 3, (tag >> 2) + 1
        if kind == 0:
            out += reader.take(length if length <= 60 else reader.uint(length - 60) + 1)
            continue
        if kind == 1:
            length, offset = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | reader.uint(1)
        else:
            offset = reader.uint(2 if kind == 2 else 4)
        check(0 < offset <= len(out), "snappy offset")
        for _ in range(length):
            out.append(out[-offset])
    check(len(out) == size, "snappy size")
    return bytes(out)


def decode_column(data, n, kind):
    codec = Reader(data).uint(1)
    check(codec in (INT64_IDS if kind == "int64" else DOUBLE_IDS), "codec id %d" % codec)
    decode = dict(CODECS_OF_TYPE[kind].values()).get(codec) or CODEC_OF_ID[codec]
    values, used = decode(data[1:], n)
    check(used == len(data) - 1, "column not filled")
    return values


def parse_header(data):
    """The header's fields by name; the CRCs of the checked units hold."""
    reader = Reader(data)
    check(reader.take(4) == b"CPKF", "frame magic")
    version = reader.uint(1)
    if version == 1:
        flags, size = reader.uint(1), reader.uint(2)
        check(15 <= size, "header bytes")
    else:
        length = reader.varint()
        check(4 <= length <= 65535, "header bytes")
        size = reader.at + length
    check(size <= len(data), "truncated header")
    check(crc32c(data[:size - 4]) == int.from_bytes(data[size - 4:size], "little"), "header CRC")
    check(version in (1, 2), "frame version")
    reader = Reader(data[:size - 4], reader.at)
    h = parse_fields_1(reader, flags) if version == 1 else parse_fields_2(reader)
    check(1 <= h["n"] <= 1 << 20, "samples")
    check(h["unit"] <= 3 and h["e"] <= 18 and h["stage"] <= 2, "unit, divisor or second stage")
    sizes = [b[1] + b[2] for b in h["blocks"]]
    most = 32768 * len(sizes) if version == 1 else 32 * h["n"] + 1024 * len(sizes)
    check(all(min(b[1:]) >= 0 for b in h["blocks"]), "column sizes")
    check(sum(sizes) == h.setdefault("raw_size", sum(sizes)) <= most, "columns do not fill the body")
    check(h.setdefault("body_size", sum(sizes)) <= sum(sizes), "body bytes")
    h["size"] = size + h["body_size"]
    check(h["size"] <= len(data), "truncated body")
    h["body"] = data[size:h["size"]]
    units = Reader(h["body"])
    for length in [h["body_size"]] if h["stage"] else sizes:
        check(crc32c(units.take(length)) == reader.uint(4), "body CRC")
    reader.end()
    return h


def parse_fields_1(reader, flags):
    """The fields of a header of version 1, from the time unit up to the checksums."""
    check(flags < 8, "frame flags")
    h = {"int64": flags & 1, "ordered": flags >> 1 & 1, "inexact": flags >> 2, "block": BLOCK}
    h["unit"], h["e"], h["stage"] = reader.uint(1), reader.uint(1), reader.uint(1)
    h["n"] = reader.varint()
    h["body_size"] = h["raw_size"] = reader.varint()
    if h["stage"]:
        h["raw_size"] = reader.varint()
    h["t0"] = reader.svarint()
    h["q_last"] = reader.svarint()
    h["q_range"] = None if h["ordered"] else (reader.svarint(), reader.svarint())
    h["statistics"] = [reader.uint(8) for _ in range(6)] + [reader.varint(), reader.varint()]
    h["blocks"] = []
    q = 0
    for i in range(0, h["n"], BLOCK):
        q = signed(q + reader.svarint()) if i else 0
        h["blocks"].append((q, reader.varint(), reader.varint()))
    return h


def parse_fields_2(reader):
    """The fields of a header of version 2, from the properties up to the checksums."""
    bits = reader.uint(2)
    h = {"e": bits & 31, "block": 1024 << (bits >> 5 & 15), "unit": bits >> 9 & 3, "stage": bits >> 11 & 3}
    h["int64"], h["ordered"], divided = bits >> 13 & 1, bits >> 14 & 1, bits >> 15
    check(h["block"] <= 1 << 20, "block size")
    h["n"] = n = reader.varint()
    h["t0"] = reader.svarint() * (10 ** h["e"] if divided else 1)
    check(-(1 << 63) <= h["t0"] < 1 << 63, "first timestamp")
    check(bool(divided) == (h["e"] > 0 and h["t0"] % 10 ** h["e"] == 0), "first timestamp divided")
    h["q_last"] = signed(reader.varint()) if h["ordered"] else reader.svarint()
    h["q_range"] = None if h["ordered"] else (reader.svarint(), reader.svarint())
    h["statistics"], h["inexact"] = parse_integers(reader, n) if h["int64"] else parse_doubles(reader, n)
    if h["stage"]:
        h["body_size"] = reader.varint()
    h["blocks"] = []
    q = step = times = values = 0
    for i in range(0, n, h["block"]):
        if i:
            step = signed(step + reader.svarint())
            q = signed(q + step)
        times, values = times + reader.svarint(), values + reader.svarint()
        h["blocks"].append((q, times, values))
    return h


class LsbString:
    def __init__(self, reader):
        self.reader = reader
        self.held = self.width = 0

    def take(self, width):
        while self.width < width:
            self.held |= self.reader.uint(1) << self.width
            self.width += 8
        field = self.held & ((1 << width) - 1)
        self.held >>= width
        self.width -= width
        return field

    def end(self):
        check(self.held == 0 and self.width < 8, "bits left over")


def product_bits(a, b):
    return min(64, (a * b).bit_length())


def parse_integers(reader, n):
    """The statistics as in version 1, and whether sums are inexact."""
    form = reader.uint(1)
    check(form in (0, 0x40), "form of statistics")
    least, spread = reader.svarint(), reader.varint()
    check(least + spread < 1 << 63, "greatest value")
    bits = LsbString(reader)
    resets = bits.take((n - 1).bit_length())
    first, last = bits.take(spread.bit_length()), bits.take(spread.bit_length())
    check(resets < n and max(first, last) <= spread, "statistics")
    total = n * least + bits.take(product_bits(n, spread))
    increase = last - first + resets * least + bits.take(product_bits(resets, spread))
    bits.end()
    found = [least, least + spread, total, least + first, least + last, increase]
    return [v & MASK for v in found] + [resets, 0], bool(form)


def order_key(bits):
    return bits ^ MASK if bits >> 63 else bits | 1 << 63


def moved(value, places):
    """Returns the bits of the double so many places above."""
    key = (order_key(double_bits(value)) + places) & MASK
    return key ^ (1 << 63 if key >> 63 else MASK)


def parse_doubles(reader, n):
    form = reader.uint(1)
    check(form < 0x80, "form of statistics")
    scale = form & 63
    if scale < 62:
        least, spread = reader.svarint(), reader.varint()
        check(abs(least) < 1 << 53 and abs(least + spread) < 1 << 53, "least and greatest value")
        divisor = 10 ** scale if scale < 16 else 2 ** (scale - 15)
        value = lambda i: double_bits(i / divisor) if i else 0
    else:
        least, spread = 0, scale - 62
        words = [reader.uint(8) for _ in range(1 + spread)]
        value = lambda i: words[i]
    rounded = 1 <= scale <= 15 or scale >= 62
    bits = LsbString(reader)
    resets = bits.take((n - 1).bit_length())
    nans = bits.take(n.bit_length()) if form & 64 else 0
    check(bool(nans) == bool(form & 64) and nans <= n and resets < max(1, n - nans), "counts")
    numbers = n - nans

    def point():
        if bits.take(1):
            return bits.take(64), 0
        i = bits.take(spread.bit_length())
        check(i <= spread, "first or last value")
        return value(least + i), i

    def total(known, origin, width):
        if bits.take(1):
            return bits.take(64)
        if known is None:
            i = signed(origin + bits.take(width))
            check(scale < 62 and abs(i) < 1 << 53, "sum")
            known = i / divisor
        check(not math.isnan(known), "sum")
        return moved(known, bits.take(3) - 4 if rounded else 0)

    first, i_first = point()
    last, i_last = point()
    sums = total(None if spread else numbers * as_double(value(least)), numbers * least,
                 product_bits(numbers, spread))
    increase = total(None if resets else as_double(last) - as_double(first),
                     i_last - i_first + resets * least, product_bits(resets, spread))
    bits.end()
    return [value(least), value(least + spread), sums, first, last, increase, resets, nans], False


def sum_doubles(thousands):
    """For each 1,024 values, their (index among them, double) pairs."""
    total = 0.0
    for pairs in thousands:
        p = [0.0] * 8
        for i, value in pairs:
            p[i % 8] += value
        total += ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]))
    return double_bits(total)


def statistics_of(values, is_int64):
    """min, max, sum, first, last, increase, resets, NaNs; and whether the sums are inexact."""
    convert = signed if is_int64 else as_double
    numbers = [(i, convert(v)) for i, v in enumerate(values) if is_int64 or not math.isnan(as_double(v))]
    steps, resets = [], 0
    for (_, p), (i, v) in zip(numbers, numbers[1:]):
        resets += v < p
        steps.append((i, v if v < p else v - p))
    counts = [resets, len(values) - len(numbers)]
    if is_int64:
        ints = [v for _, v in numbers]
        sums = sum(ints), sum(v for _, v in steps)
        inexact = any(not -(1 << 63) <= s < 1 << 63 for s in sums)
        found = [min(ints), max(ints), sums[0], values[0], values[-1], sums[1]]
        return [v & MASK for v in found] + counts, inexact
    order = sorted((v for _, v in numbers), key=lambda v: (v, math.copysign(1, v))) or [math.nan]
    sums = []
    for pairs in (numbers, steps):
        thousands = [[] for _ in range(0, len(values), 1024)]
        for i, v in pairs:
            thousands[i // 1024].append((i % 1024, v))
        sums.append(sum_doubles(thousands))
    return [double_bits(order[0]), double_bits(order[-1]), sums[0], values[0], values[-1], sums[1]] + counts, False


def decode_frame(data):
    """The header, and the timestamps and values (None under zstd)."""
    h = parse_header(data)
    if h["stage"] == 1:
        return h, None, None
    body = decompress_snappy(h["body"]) if h["stage"] == 2 else h["body"]
    check(len(body) == h["raw_size"], "body bytes before the second stage")
    reader = Reader(body)
    qs, values = [], []
    for first, time_size, value_size in h["blocks"]:
        count = min(h["block"], h["n"] - len(qs))
        block = decode_column(reader.take(time_size), count, "int64")
        check(signed(block[0]) == first, "first timestamp of a block")
        qs += block
        values += decode_column(reader.take(value_size), count, "int64" if h["int64"] else "double")
    reader.end()
    times = [(h["t0"] + q * 10 ** h["e"]) & MASK for q in qs]
    check_header(h, [signed(q) for q in qs], [signed(t) for t in times], values)
    return h, times, values


def check_header(h, qs, times, values):
    """Checks the header against the samples."""
    check(qs[0] == 0 and qs[-1] == h["q_last"], "first or last timestamp")
    steps = [b - a for a, b in zip(times, times[1:])]
    check(all(s >= 0 for s in steps) == bool(h["ordered"]), "ordered")
    if not h["ordered"]:
        found = tuple(qs[times.index(t)] for t in (min(times), max(times)))
        check(found == h["q_range"], "least and greatest timestamps")
    divisor = max(e for e in range(19) if all(signed(s) % 10 ** e == 0 for s in steps)) if steps else 0
    check(divisor == h["e"], "divisor %d, not %d" % (h["e"], divisor))
    found, inexact = statistics_of(values, h["int64"])
    check(found == h["statistics"], "statistics %s, not %s" % (h["statistics"], found))
    check(inexact == bool(h["inexact"]), "sums inexact")


# Archive


def parse_labels(reader):
    labels = [tuple(reader.take(reader.varint()) for _ in range(2)) for _ in range(reader.varint())]
    names = [name for name, _ in labels]
    check(names == sorted(set(names)), "label names")
    return labels


def check_payload_crc(payload):
    check(crc32c(payload[:-4]) == int.from_bytes(payload[-4:], "little"), "payload CRC")
    return Reader(payload[:-4])


def parse_record(data, at):
    """Kind, series, payload and the end of the record at `at`."""
    reader = Reader(data, at)
    check(reader.take(4) == b"CPKR", "record magic")
    kind, series, size = reader.uint(4), reader.uint(4), reader.uint(4)
    check(reader.uint(4) == crc32c(data[at:at + 16]), "record CRC")
    return kind, series, reader.take(size), reader.at


def decode_archive(data):
    """For each series: value type, labels, [timestamps, values]."""
    check(data[:4] == b"CPKA" and data[4:8] == b"\1\0\0\0", "file header")
    check(crc32c(data[:8]) == int.from_bytes(data[8:12], "little"), "file header CRC")
    footer = Reader(data, len(data) - 16)
    index_at = footer.uint(8)
    check(footer.take(4) == b"CPKE" and footer.uint(4) == crc32c(data[-16:-4]), "footer")
    records, at = [], 12
    while at < len(data) - 16:
        record = parse_record(data, at)
        records.append((at,) + record)
        at = record[3]
    check(at == len(data) - 16 and records[-1][:3] == (index_at, 3, 0), "index record")

    series, entries = [], []
    for start, kind, number, payload, end in records[:-1]:
        if kind == 1:
            check(number == len(series), "series number")
            reader = check_payload_crc(payload)
            series.append((reader.uint(1), parse_labels(reader), [[], []]))
            entries.append([])
            reader.end()
            continue
        check(kind == 2, "record kind")
        h, times, values = decode_frame(payload)
        check(h["size"] == len(payload), "frame record")
        check(h["int64"] == series[number][0], "value type")
        series[number][2][0] += times
        series[number][2][1] += values
        ordered = sorted(map(signed, times))
        entries[number].append((start + 20, len(payload), len(times), ordered[0], ordered[-1]))

    reader = check_payload_crc(records[-1][3])
    check(reader.varint() == len(series), "series in the index")
    for one, frames in zip(series, entries):
        check((reader.uint(1), parse_labels(reader)) == one[:2], "series in the index")
        check(reader.varint() == len(frames), "frames in the index")
        end = greatest = 0
        for frame in frames:
            offset, size, n = end + reader.varint(), reader.varint(), reader.varint()
            least = signed(greatest + reader.svarint())
            greatest = signed(least + reader.varint())
            end = offset + size
            check((offset, size, n, least, greatest) == frame, "frame entry")
    reader.end()
    return series


# The golden files


def lines_of(path):
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    check(lines, "no lines")
    return lines


def unhex(words):
    return bytes.fromhex("".join(words))


def words_of(data):
    return decode_raw(data, len(data) // 8)[0]


def check_codec(directory, name):
    codec, kind = name[:-len(".txt")].replace("_in_order", "").replace("_smallest", "").rsplit("-", 1)
    values = {line[0]: unhex(line[1:]) for line in lines_of(os.path.join(directory, "values-%s.txt" % kind))}
    lines = lines_of(os.path.join(directory, name))
    for line in lines:
        key, data = line[0], unhex(line[1:])
        n = int(key.rsplit("-", 1)[1])
        check(len(values[key]) == n * (16 if kind == "sample" else 8), key + ": values")
        try:
            decoded, used = codec_of(codec, kind)[1](data, n)
        except Corrupt as error:
            raise Corrupt("%s: %s" % (key, error))
        check(used == len(data), "%s: used %d of %d bytes" % (key, used, len(data)))
        check(decoded == words_of(values[key]), key + ": values differ")
    return "%d ok" % len(lines)


def check_frames(path):
    lines = lines_of(path)
    header_only = 0
    for number, line in enumerate(lines, 1):
        data, times, values = (unhex([word]) for word in line)
        try:
            h, *decoded = decode_frame(data)
        except Corrupt as error:
            raise Corrupt("frame %d: %s" % (number, error))
        check(h["size"] == len(data) and h["n"] * 8 == len(times) == len(values), "frame %d: size" % number)
        times, values = words_of(times), words_of(values)
        if decoded[0] is None:
            header_only += 1
            q_of = [signed(signed(t - h["t0"]) // 10 ** h["e"]) for t in times]
            check_header(h, q_of, [signed(t) for t in times], values)
        else:
            check(decoded == [times, values], "frame %d: samples differ" % number)
    return "%d ok" % len(lines) + (", %d of them header only (zstd)" % header_only if header_only else "")


def check_archive(path):
    lines = lines_of(path)
    for line in lines:
        series = decode_archive(unhex(line))
        check(len(series) == 2, "series")
        for kind, labels, samples in series:
            name = dict(labels)[b"__name__"]
            value = {b"gauge": lambda i: i * 0.25, b"total": lambda i: i * i}[name]
            expected = [value(i) if kind else double_bits(value(i)) for i in range(100)]
            check(samples == [[1000 * i for i in range(100)], expected], "series %s differs" % name.decode())
    return "%d ok" % len(lines)


def check_prometheus(path, decode, columns):
    """columns: timestamps, values, and start times if there are three."""
    lines = lines_of(path)
    for line in lines:
        name, n = line[0], int(line[1])
        check(len(line) == columns * n + 3, name + ": line")
        expected = []
        for i in range(n):
            words = line[2 + i:2 + columns * n:n]
            expected += [int(word, 16) if k == 1 else int(word) & MASK for k, word in enumerate(words)]
        data = unhex(line[-1:])
        decoded, used = decode(data, n)
        check(decoded == expected, name + ": samples differ")
        check(used == len(data), "%s: used %d of %d bytes" % (name, used, len(data)))
    return "%d ok" % len(lines)


def check_restart_index(path):
    """Every byte of each index, made anew from its stream."""
    lines = lines_of(path)
    for number, (name, n, every, stream, index) in enumerate(lines, 1):
        n, every, data, index = int(n), int(every), unhex([stream]), unhex([index])
        stream, points, window = MsbStream(data), [], []
        value = delta = 0
        for i in range(n):
            if i % every == 0:
                state = delta if name == "gorilla_timestamps" else 256 * window[0] + window[1] if window else 0
                points.append((stream.at, value, state & MASK))
            if name == "gorilla_timestamps":
                delta = stream.bits(64) if i < 2 else delta + stream.second_difference([0, 7, 9, 12, 32, 64])
                value = (value + delta) & MASK
            else:
                value ^= stream.xor(window) if i else stream.bits(64)
        made = b"CPKI" + struct.pack("<BBHQQQ", 1, CODECS[name][0], 0, n, every, stream.at)
        for k, (bit, last, state) in enumerate(points):
            end = points[k + 1][0] if k + 1 < len(points) else stream.at
            covered = bytearray(data[bit // 8:(end + 7) // 8])
            if end % 8:
                covered[-1] &= 0xff00 >> end % 8
            made += struct.pack("<QIQQ", bit, crc32c(covered), last, state)
        made += struct.pack("<I", crc32c(made))
        check(made == index, "index %d differs" % number)
    return "%d ok" % len(lines)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip())
        return 2
    check(crc32c(b"123456789") == 0xe3069283, "CRC-32C")
    example = decode_binned(bytes.fromhex("0a200a01b32b0400"), 10)
    check(example == ([5, 5, 5, 5, 6, 5, 5, 5, 5, 5], 8), "example of binned")
    example = CODECS["near_decimal"][1](bytes.fromhex(
        "03 040101 01000100000003000606 01000100000003000001 02 0000000000000080"), 3)
    check(example == ([double_bits(v) for v in (0.30000000000000004, 0.4, -0.0)], 33), "example of near decimal")
    example = CODECS["near_decimal"][1](bytes.fromhex(
        "02 32000900 01000100000002000202 010000000000020006"), 2)
    check(example == ([double_bits(v) for v in (0.333333333, 0.666666667)], 24), "averages of near decimal")
    v1 = os.path.join(arguments[1], "v1")
    codec_files = ["raw-double.txt", "raw-int64.txt", "packed-int64.txt", "packed_in_order-int64.txt",
                   "delta-int64.txt", "delta_of_delta-int64.txt",
                   "gorilla_timestamps-int64.txt", "gorilla_values-double.txt", "prometheus_xor-sample.txt",
                   "prometheus_xor2-sample.txt", "alp-double.txt", "alp_rd-double.txt", "dictionary-int64.txt",
                   "dictionary-double.txt", "run_length-int64.txt", "run_length-double.txt", "ordered-double.txt",
                   "binned-int64.txt", "alp_smallest-double.txt", "alp_rd_smallest-double.txt",
                   "dictionary_smallest-int64.txt", "dictionary_smallest-double.txt",
                   "run_length_smallest-int64.txt", "run_length_smallest-double.txt", "ordered_smallest-double.txt",
                   "near_decimal-double.txt", "near_decimal_smallest-double.txt"]
    files = [("v1/" + name, functools.partial(check_codec, v1, name)) for name in codec_files]
    for name in ("v1/frame.txt", "v2/frame.txt", "v2/smallest.txt"):
        files.append((name, functools.partial(check_frames, os.path.join(arguments[1], name))))
    files.append(("v1/archive.txt", functools.partial(check_archive, os.path.join(v1, "archive.txt"))))
    files.append(("v1/restart_index.txt",
                  functools.partial(check_restart_index, os.path.join(v1, "restart_index.txt"))))
    for name, decode, columns in [("prometheus_xor.txt", decode_prometheus_xor, 2),
                                  ("prometheus_xor2.txt", decode_started_xor2, 3)]:
        files.append((name, functools.partial(check_prometheus, os.path.join(arguments[1], name), decode, columns)))
    failed = False
    for name, run in files:
        try:
            print("%s: %s" % (name, run()))
        except (Corrupt, OSError, ValueError, KeyError, IndexError) as error:
            print("%s: FAILED: %s: %s" % (name, type(error).__name__, error))
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
