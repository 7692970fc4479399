// go_peer_remote_write: how large and how fast Prometheus' own code makes a request of
// remote write 1.0, of the very samples of ours.
//
//	go_peer_remote_write MESSAGE
//
// MESSAGE is a WriteRequest before compression, as storage-speed writes one. It is read
// by Prometheus' code and written again by it: in one request, and as its queues have
// it, a sample a series, 2,000 samples a request. Prints lines for bench/storage.
package main

import (
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"
)

// version is set by the linker.
var version = "of unknown version"

const samplesPerSend = 2000

func fail(why interface{}) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

func marshal(r *prompb.WriteRequest) []byte {
	message, err := r.Marshal()
	if err != nil {
		fail(err)
	}
	return message
}

// queued is a request as Prometheus' queues cut it: by time, each sample with its labels.
func queued(all *prompb.WriteRequest) []*prompb.WriteRequest {
	var single []prompb.TimeSeries
	for _, series := range all.Timeseries {
		for _, s := range series.Samples {
			single = append(single, prompb.TimeSeries{Labels: series.Labels, Samples: []prompb.Sample{s}})
		}
	}
	sort.SliceStable(single, func(i, k int) bool {
		return single[i].Samples[0].Timestamp < single[k].Samples[0].Timestamp
	})
	var requests []*prompb.WriteRequest
	for len(single) > 0 {
		n := samplesPerSend
		if n > len(single) {
			n = len(single)
		}
		requests = append(requests, &prompb.WriteRequest{Timeseries: single[:n]})
		single = single[n:]
	}
	return requests
}

func main() {
	if len(os.Args) != 2 {
		fail("usage: go_peer_remote_write MESSAGE")
	}
	ours, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	var request prompb.WriteRequest
	if err := request.Unmarshal(ours); err != nil {
		fail(err)
	}
	samples := 0
	for _, series := range request.Timeseries {
		samples += len(series.Samples)
	}
	if samples == 0 {
		fail("no samples in the message")
	}
	same := "other bytes than"
	if string(marshal(&request)) == string(ours) {
		same = "the very bytes of"
	}
	measure := func(requests []*prompb.WriteRequest) (perSample, nanoseconds float64) {
		size := 0
		best := time.Hour
		var room []byte
		for round := 0; round < 20; round++ {
			size = 0
			start := time.Now()
			for _, r := range requests {
				room = snappy.Encode(room[:cap(room)], marshal(r))
				size += len(room)
			}
			if spent := time.Since(start); spent < best {
				best = spent
			}
		}
		return float64(size) / float64(samples), float64(best.Nanoseconds()) / float64(samples)
	}
	bytes, ns := measure([]*prompb.WriteRequest{&request})
	fmt.Printf("Prometheus %s reads a request of ours and writes %s it: %.2f bytes a sample, %.0f ns,\n",
		version, same, bytes, ns)
	bytes, ns = measure(queued(&request))
	fmt.Printf("snappy included, series sorted before. As its queues cut them, a sample a series and %d\nsamples a request, the same samples take it %.2f bytes and %.0f ns each.\n",
		samplesPerSend, bytes, ns)
}
