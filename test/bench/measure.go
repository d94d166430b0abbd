package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// cost is what a process used.
type cost struct {
	Wall float64 `json:"wall_seconds"`
	CPU  float64 `json:"cpu_seconds"` // user and system, all threads
	Peak int64   `json:"peak_bytes"`  // most resident memory at one moment
}

// measure runs a command to its end. Nothing large may happen in this process:
// Linux counts the memory of whoever starts a process as the process's own.
func measure(ctx context.Context, env []string, name string, args ...string) (out []byte, c cost, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	err = cmd.Run()
	c.Wall = time.Since(begin).Seconds()
	if err != nil {
		return nil, c, fmt.Errorf("%s %s: %w: %s", name, first(args), err, bytes.TrimSpace(stderr.Bytes()))
	}
	if err := c.of(cmd.ProcessState); err != nil {
		return nil, c, err
	}
	return stdout.Bytes(), c, nil
}

// of adds what a process used that has ended.
func (c *cost) of(p *os.ProcessState) error {
	c.CPU = (p.UserTime() + p.SystemTime()).Seconds()
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("this system does not say what a process used")
	}
	c.Peak = usage.Maxrss
	if runtime.GOOS != "darwin" {
		c.Peak *= 1024 // KiB everywhere else
	}
	return nil
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// stopwatch measures a part of this process's own work.
type stopwatch struct {
	begin time.Time
	cpu   time.Duration
}

func startWatch() stopwatch { return stopwatch{time.Now(), ownCPU()} }

func (s stopwatch) stop() cost {
	return cost{Wall: time.Since(s.begin).Seconds(), CPU: (ownCPU() - s.cpu).Seconds()}
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
