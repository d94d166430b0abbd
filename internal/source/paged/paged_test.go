package paged_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/paged"
)

// TestPagesAreBounded: what is not settled holds further pages back, in bytes, and
// a page larger than all of the room still has its turn.
func TestPagesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, over := paged.NewOut(), make(chan struct{})
		var settled []bool
		go func() {
			for _, size := range []int64{20 << 20, 12 << 20, 1 << 40, 1} {
				_ = out.Page(t.Context(), source.Object{ID: "page", Size: size}, []byte("x"), func(ok bool) { settled = append(settled, ok) })
			}
		}()
		next := func() source.Delivery {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			d, _ := out.Receive(ctx, over)
			return d
		}
		first, second := next(), next()
		if first == nil || second == nil || next() != nil {
			t.Fatal("32 MiB are not what is held at most")
		}
		_ = first.Settle(t.Context(), nil)
		if next() != nil {
			t.Fatal("a page that needs all of the room came beside another")
		}
		_ = second.Settle(t.Context(), errors.New("disk full"))
		huge := next()
		if huge == nil || next() != nil {
			t.Fatal("a page larger than the room does not come, or not alone")
		}
		_ = huge.Settle(t.Context(), nil)
		last := next()
		_ = last.Settle(t.Context(), nil)
		if len(settled) != 4 || !settled[0] || settled[1] || !settled[2] || !settled[3] {
			t.Errorf("the outcomes were %v", settled)
		}
		close(over)
		if _, err := out.Receive(t.Context(), over); !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v", err)
		}
	})
}

// TestWhatNobodyTakesGivesItsRoomBack: a page whose reader ends before it is taken
// holds nothing, and nothing hears of it.
func TestWhatNobodyTakesGivesItsRoomBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := paged.NewOut()
		object := source.Object{ID: "page", Size: 32 << 20}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_ = out.Page(ctx, object, nil, func(bool) { t.Error("settled, and was never taken") })
		out.Mark(ctx, source.Object{}, func(bool) { t.Error("settled, and was never taken") })
		go func() { _ = out.Page(t.Context(), object, nil, func(bool) {}) }()
		if d, err := out.Receive(t.Context(), nil); d == nil || err != nil {
			t.Errorf("%v, %v", d, err)
		}
	})
}

func TestMarksAndFaultsComeThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := paged.NewOut()
		fault, marked := errors.New("no"), false
		go func() {
			out.Fail(t.Context(), fault)
			out.Mark(t.Context(), source.Object{Cursor: &source.Cursor{Name: "n", Value: "v"}}, func(ok bool) { marked = ok })
		}()
		if _, err := out.Receive(t.Context(), nil); !errors.Is(err, fault) {
			t.Errorf("%v", err)
		}
		d, err := out.Receive(t.Context(), nil)
		if err != nil || d.Object().ID != "" || d.Object().Cursor.Value != "v" || d.Settle(t.Context(), nil) != nil || !marked {
			t.Errorf("%v, %v, marked %v", d, err, marked)
		}
	})
}

func TestBellAndComplaint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bell, began := paged.NewBell(), time.Now()
		bell.Ring()
		bell.Ring() // one ring is as good as two
		if !bell.Wait(t.Context(), time.Hour) || time.Since(began) != 0 {
			t.Error("a bell that has rung does not wake")
		}
		if !bell.Wait(t.Context(), time.Hour) || time.Since(began) != time.Hour {
			t.Errorf("waited %v", time.Since(began))
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if bell.Wait(ended, time.Hour) {
			t.Error("the end of the context is not told")
		}
		var c paged.Complaint
		now := time.Now()
		if !c.Due(now) || c.Due(now.Add(59*time.Second)) || !c.Due(now.Add(time.Minute)) {
			t.Error("a fault is told at once, and again each minute")
		}
		if c.Well(); !c.Due(now.Add(61 * time.Second)) {
			t.Error("a new fault is told at once")
		}
	})
}

func TestID(t *testing.T) {
	id := func(ids ...string) string { return paged.ID("place", ids, func(s *string) string { return *s }) }
	one, again := id("a", "b"), id("a", "b")
	if one != again || id("a", "b") == id("ab") || id("a") == id("a", "") || id("a")[:6] != "place#" || len(id("a")) != 6+32 {
		t.Error(id("a", "b"), id("ab"))
	}
}
