// go_peer_chunks: how fast Prometheus' own code is on the samples that ours was
// measured on, chunk by chunk as it cuts them.
//
//	go_peer_chunks SECONDS FILE.samples ...
//
// A file holds samples of 16 bytes, timestamp and value, little-endian; codecs
// --write-samples makes them. Prints JSON for bench/micro/tables.py, times in
// nanoseconds a sample.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// version is set by the linker.
var version = "of unknown version"

var pool = chunkenc.NewPool()

type sample struct {
	t int64
	v float64
}

type row struct {
	Shape        string  `json:"shape"`
	Chunk        int     `json:"chunk"`
	Bits         float64 `json:"bits"`
	EncodeNs     float64 `json:"encode_ns"`
	EncodeMedian float64 `json:"encode_ns_median"`
	DecodeNs     float64 `json:"decode_ns"`
	DecodeMedian float64 `json:"decode_ns_median"`
}

func fail(why interface{}) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

func read(file string) []sample {
	bytes, err := os.ReadFile(file)
	if err != nil {
		fail(err)
	}
	samples := make([]sample, len(bytes)/16)
	for i := range samples {
		at := bytes[16*i:]
		samples[i].t = int64(binary.LittleEndian.Uint64(at))
		samples[i].v = math.Float64frombits(binary.LittleEndian.Uint64(at[8:]))
	}
	return samples
}

// piece is how many samples are timed at once, about: few enough that often
// nothing interrupts, while a round over all of them is too long to be learnt by
// heart. A sum of the pieces' best is kinder than the best of all rounds.
const piece = 1 << 15

// column is one series, cut into chunks of size samples.
type column struct {
	samples []sample
	size    int
	chunks  []chunkenc.Chunk
	into    []sample
}

func (c *column) span(i int) []sample {
	to := (i + 1) * c.size
	if to > len(c.samples) {
		to = len(c.samples)
	}
	return c.samples[i*c.size : to]
}

// encode writes chunk i anew into the memory that it had, which is kinder than
// Prometheus is to itself: ours allocates nothing either.
func (c *column) encode(i int) {
	chunk, err := pool.Get(chunkenc.EncXOR, append(c.chunks[i].Bytes()[:0], 0, 0))
	if err != nil {
		fail(err)
	}
	c.chunks[i] = chunk
	appender, err := chunk.Appender()
	if err != nil {
		fail(err)
	}
	for _, s := range c.span(i) {
		appender.Append(s.t, s.v)
	}
}

// decode reads chunk i into the one buffer there is, as ours does.
func (c *column) decode(i int, it chunkenc.Iterator) chunkenc.Iterator {
	it = c.chunks[i].Iterator(it)
	n := 0
	for it.Next() == chunkenc.ValFloat {
		c.into[n].t, c.into[n].v = it.At()
		n++
	}
	if it.Err() != nil || n != len(c.span(i)) {
		fail("a chunk does not hold the samples it was given")
	}
	return it
}

func (c *column) verify() {
	for i := range c.chunks {
		c.decode(i, nil)
		for k, was := range c.span(i) {
			if s := c.into[k]; s.t != was.t || math.Float64bits(s.v) != math.Float64bits(was.v) {
				fail("what was decoded differs from what was encoded")
			}
		}
	}
}

// rounds runs call over all chunks, five times at least: the sums of each
// piece's best and median, in nanoseconds a sample.
func (c *column) rounds(seconds float64, call func(i int)) (best, median float64) {
	step := (piece + c.size - 1) / c.size
	times := make([][]float64, (len(c.chunks)+step-1)/step)
	for spent := 0.0; spent < seconds || len(times[0]) < 5; {
		for p := range times {
			start := time.Now()
			for i := p * step; i < (p+1)*step && i < len(c.chunks); i++ {
				call(i)
			}
			one := time.Since(start).Seconds()
			spent += one
			times[p] = append(times[p], one)
		}
	}
	for _, all := range times {
		sort.Float64s(all)
		best += all[0] * 1e9 / float64(len(c.samples))
		median += all[len(all)/2] * 1e9 / float64(len(c.samples))
	}
	return best, median
}

func measure(shape string, samples []sample, size int, seconds float64) row {
	c := &column{samples: samples, size: size, into: make([]sample, size)}
	for from := 0; from < len(samples); from += size {
		c.chunks = append(c.chunks, chunkenc.NewXORChunk())
		c.encode(len(c.chunks) - 1)
	}
	c.verify()
	found := row{Shape: shape, Chunk: size}
	for _, chunk := range c.chunks {
		found.Bits += 8 * float64(len(chunk.Bytes())) / float64(len(samples))
	}
	found.EncodeNs, found.EncodeMedian = c.rounds(seconds, c.encode)
	var it chunkenc.Iterator
	found.DecodeNs, found.DecodeMedian = c.rounds(seconds, func(i int) { it = c.decode(i, it) })
	c.verify()
	return found
}

func main() {
	if len(os.Args) < 3 {
		fail("usage: go_peer SECONDS FILE.samples ...")
	}
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		fail(err)
	}
	runtime.GOMAXPROCS(1)
	var rows []row
	for _, file := range os.Args[2:] {
		samples := read(file)
		shape := strings.TrimSuffix(filepath.Base(file), ".samples")
		for _, size := range []int{120, 4096} {
			rows = append(rows, measure(shape, samples, size, seconds))
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	if err := out.Encode(map[string]interface{}{
		"go":   runtime.Version() + ", Prometheus " + version,
		"rows": rows,
	}); err != nil {
		fail(err)
	}
}
