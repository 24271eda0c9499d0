// SPDX-License-Identifier: GPL-2.0-only

// A web server in Go, and a loop of known calls, with which scripts/overhead
// measures tools:
//
//	mix serve HTTP_PORT HTTPS_PORT
//	mix loops LOOPS CALLS
//
// serve answers /Nk with N KiB of random bytes, N from 1 to 256, until it is
// killed.
//
// loops makes one loop to warm up and then LOOPS more. Each loop writes and reads
// 16 bytes of TLS and calls getppid(2), in turn, CALLS times each. It prints what
// tests/workload/loops.c prints:
//
//	pid N
//	count ABI NAME N
//	each NS NS ...		one write, one read and one getppid together
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// certificate returns a key with a certificate that the key has signed.
func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(24 * time.Hour),
		DNSNames:     []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template,
		&key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// ---- serve ----------------------------------------------------------------

const largest = 256

func serve(port, tlsPort string) {
	body := make([]byte, largest<<10)
	if _, err := rand.Read(body); err != nil {
		log.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), "k")
		kib, err := strconv.Atoi(text)
		if err != nil || kib < 1 || kib > largest {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(kib<<10))
		w.Write(body[:kib<<10])
	})
	server := http.Server{
		Addr:    "127.0.0.1:" + tlsPort,
		Handler: handler,
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{certificate()},
		},
	}
	go func() {
		log.Fatal(http.ListenAndServe("127.0.0.1:"+port, handler))
	}()
	log.Fatal(server.ListenAndServeTLS("", ""))
}

// ---- loops ----------------------------------------------------------------

// queue is one direction of a connection within the process. Writes never wait.
type queue struct {
	mutex  sync.Mutex
	filled *sync.Cond
	bytes  bytes.Buffer
}

func newQueue() *queue {
	q := &queue{}
	q.filled = sync.NewCond(&q.mutex)
	return q
}

// end is one end of a connection within the process.
type end struct {
	net.Conn
	in, out *queue
}

func (e end) Read(p []byte) (int, error) {
	e.in.mutex.Lock()
	defer e.in.mutex.Unlock()
	for e.in.bytes.Len() == 0 {
		e.in.filled.Wait()
	}
	return e.in.bytes.Read(p)
}

func (e end) Write(p []byte) (int, error) {
	e.out.mutex.Lock()
	defer e.out.mutex.Unlock()
	defer e.out.filled.Signal()
	return e.out.bytes.Write(p)
}

// connect returns two ends of a connection whose handshake has been made.
func connect() (client, server *tls.Conn) {
	there, back := newQueue(), newQueue()
	server = tls.Server(end{in: there, out: back}, &tls.Config{
		Certificates: []tls.Certificate{certificate()},
		// They would be read with the first text.
		SessionTicketsDisabled: true,
	})
	client = tls.Client(end{in: back, out: there}, &tls.Config{
		InsecureSkipVerify: true,
	})
	failed := make(chan error)
	go func() { failed <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		log.Fatal(err)
	}
	if err := <-failed; err != nil {
		log.Fatal(err)
	}
	return client, server
}

func loop(client, server *tls.Conn, calls int) {
	var text [16]byte
	for i := 0; i < calls; i++ {
		if n, err := client.Write(text[:]); n != len(text) {
			log.Fatal(err)
		}
		if n, err := server.Read(text[:]); n != len(text) {
			log.Fatal(err)
		}
		syscall.Getppid()
	}
}

func loops(times, calls int) {
	client, server := connect()
	var each []string
	for i := -1; i < times; i++ {
		from := time.Now()
		loop(client, server, calls)
		took := time.Since(from)
		if i >= 0 {
			each = append(each, fmt.Sprintf("%.2f",
				float64(took.Nanoseconds())/float64(calls)))
		}
	}
	made := (times + 1) * calls
	fmt.Printf("pid %d\n", os.Getpid())
	fmt.Printf("count x86-64 getppid %d\n", made)
	fmt.Printf("count function crypto/tls.(*Conn).Write %d\n", made)
	fmt.Printf("count function crypto/tls.(*Conn).Read %d\n", made)
	fmt.Printf("each %s\n", strings.Join(each, " "))
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: mix serve HTTP_PORT HTTPS_PORT | loops LOOPS CALLS")
	}
	if os.Args[1] == "serve" {
		serve(os.Args[2], os.Args[3])
	}
	times, err := strconv.Atoi(os.Args[2])
	if err != nil || times < 1 {
		log.Fatalf("mix: %s loops", os.Args[2])
	}
	calls, err := strconv.Atoi(os.Args[3])
	if err != nil || calls < 1 {
		log.Fatalf("mix: %s calls", os.Args[3])
	}
	loops(times, calls)
}
