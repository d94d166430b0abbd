package mail

import (
	"bufio"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a mail server for one test. Its replies can be changed by the line that
// asks for them, or its first word.
type server struct {
	t       *testing.T
	l       net.Listener
	cert    tls.Certificate
	ca      string // file
	replies map[string]string
	auth    string // what it offers; "" is no login
	wrapped bool   // TLS from the first byte
	bare    bool   // no STARTTLS

	mu    sync.Mutex
	mails []string
	heard []string
	safe  []bool // for each word heard: whether the line was protected
}

func newServer(t *testing.T, change func(*server)) *server {
	t.Helper()
	s := &server{t: t, replies: map[string]string{}}
	s.certify()
	if change != nil {
		change(s)
	}
	var err error
	if s.l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := s.l.Accept()
			if err != nil {
				return
			}
			work.Go(func() { s.talk(conn) })
		}
	})
	t.Cleanup(func() {
		s.l.Close()
		work.Wait()
	})
	return s
}

func (s *server) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.cert = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	s.ca = filepath.Join(s.t.TempDir(), "ca.pem")
	if err := os.WriteFile(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// config is how to reach it.
func (s *server) config() *SMTP {
	c := &SMTP{Host: "127.0.0.1", Port: s.l.Addr().(*net.TCPAddr).Port, CAFile: s.ca}
	if s.wrapped {
		c.TLS = implicit
	}
	if err := c.Check(); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *server) talk(conn net.Conn) {
	defer func() { conn.Close() }()
	_, protected := conn.(*tls.Conn)
	if s.wrapped {
		conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{s.cert}})
		protected = true
	}
	r := bufio.NewReader(conn)
	say := func(text string) { fmt.Fprint(conn, text+"\r\n") }
	say("220 mail.example.com ready")
	for {
		text, err := r.ReadString('\n')
		if err != nil {
			return
		}
		text = strings.TrimRight(text, "\r\n")
		word, _, _ := strings.Cut(strings.ToUpper(text), " ")
		s.mu.Lock()
		s.heard, s.safe = append(s.heard, text), append(s.safe, protected)
		reply := cmp.Or(s.replies[text], s.replies[word])
		s.mu.Unlock()
		switch {
		case reply == "hang up":
			return
		case reply != "":
			say(reply)
		case word == "EHLO":
			lines := []string{"mail.example.com", "8BITMIME"}
			if !protected && !s.bare {
				lines = append(lines, "STARTTLS")
			}
			if s.auth != "" {
				lines = append(lines, "AUTH "+s.auth)
			}
			for i, l := range lines {
				say("250" + map[bool]string{true: " ", false: "-"}[i == len(lines)-1] + l)
			}
		case word == "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{s.cert}})
			r, protected = bufio.NewReader(conn), true
		case word == "AUTH" && strings.HasPrefix(text, "AUTH PLAIN"):
			say("235 welcome")
		case word == "AUTH":
			for _, ask := range []string{"Username:", "Password:"} {
				say("334 " + base64.StdEncoding.EncodeToString([]byte(ask)))
				answer, _ := r.ReadString('\n')
				s.mu.Lock()
				s.heard, s.safe = append(s.heard, strings.TrimSpace(answer)), append(s.safe, protected)
				s.mu.Unlock()
			}
			say("235 welcome")
		case word == "DATA":
			say("354 go on")
			if !s.take(r, say) {
				return
			}
		case word == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// take reads a message to its end; false hangs up.
func (s *server) take(r *bufio.Reader, say func(string)) bool {
	var b strings.Builder
	for {
		text, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if text == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(text, "."))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch reply := s.replies["."]; reply {
	case "hang up":
		s.mails = append(s.mails, b.String())
		return false
	case "":
		s.mails = append(s.mails, b.String())
		say("250 taken")
	default:
		say(reply)
	}
	return true
}

func (s *server) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mails
}

func TestSMTPDelivers(t *testing.T) {
	for name, change := range map[string]func(*server){
		"starttls": nil,
		"implicit": func(s *server) { s.wrapped = true },
		"plain":    func(s *server) { s.auth = "PLAIN LOGIN" },
		"login":    func(s *server) { s.auth = "LOGIN" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, change)
			c := s.config()
			if s.auth != "" {
				c.User, c.Password = "ana", "geheim-word"
			}
			if err := c.Send(t.Context(), message()); err != nil {
				t.Fatal(err)
			}
			mails := s.got()
			if len(mails) != 1 {
				t.Fatalf("%d messages", len(mails))
			}
			m := message()
			if _, text, _, attached := read(t, []byte(mails[0])); text != m.Text || attached != string(m.HTML) {
				t.Errorf("text %q", text)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			for i, h := range s.heard {
				if !s.safe[i] && !strings.HasPrefix(h, "EHLO") && h != "STARTTLS" {
					t.Errorf("%q was said in the clear", h)
				}
			}
			if all := strings.Join(s.heard, "\n"); !strings.Contains(all, "RCPT TO:<ana@example.com>") || !strings.Contains(all, "RCPT TO:<bo@example.com>") {
				t.Errorf("heard %s", all)
			}
		})
	}
}

func TestSMTPRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*server)
		config   func(*SMTP)
		part     string
		doubtful bool
	}{
		"no STARTTLS":          {change: func(s *server) { s.bare = true }, part: "offers no STARTTLS"},
		"a strange server":     {config: func(c *SMTP) { c.CAFile = "" }, part: "agree on TLS"},
		"the sender":           {change: func(s *server) { s.replies["MAIL"] = "550 not you" }, part: `550 "not you"`},
		"a recipient":          {change: func(s *server) { s.replies["RCPT"] = "550 nobody here" }, part: `550 "nobody here"`},
		"the user":             {change: func(s *server) { s.auth, s.replies["AUTH"] = "PLAIN", "535 wrong" }, config: func(c *SMTP) { c.User, c.Password = "u", "geheim-word" }, part: "log in"},
		"no login":             {config: func(c *SMTP) { c.User, c.Password = "u", "geheim-word" }, part: "offers no login"},
		"the message":          {change: func(s *server) { s.replies["."] = "554 spam" }, part: `554 "spam"`},
		"a busy server":        {change: func(s *server) { s.replies["MAIL"] = "451 later" }, part: `451 "later"`},
		"a cut before the end": {change: func(s *server) { s.replies["DATA"] = "hang up" }, part: "begin the message"},
		"a cut after the end":  {change: func(s *server) { s.replies["."] = "hang up" }, part: "may or may not", doubtful: true},
		"nobody there":         {config: func(c *SMTP) { c.Port = 1 }, part: "reach the mail server"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, c.change)
			cfg := s.config()
			if c.config != nil {
				c.config(cfg)
			}
			err := cfg.Send(t.Context(), message())
			if err == nil || !strings.Contains(err.Error(), c.part) || strings.Contains(err.Error(), "geheim") {
				t.Errorf("the error is %v", err)
			}
			if errors.Is(err, ErrDoubtful) != c.doubtful {
				t.Errorf("doubt: %v", err)
			}
			var hint interface{ Hint() string }
			if !c.doubtful && (!errors.As(err, &hint) || hint.Hint() == "") {
				t.Errorf("no remedy in %v", err)
			}
			if n := len(s.got()); n > 0 && !c.doubtful {
				t.Errorf("%d messages all the same", n)
			}
		})
	}
}

func TestSMTPCheck(t *testing.T) {
	for key, c := range map[string]SMTP{
		"host": {Host: "a\r\nb"}, "port": {Host: "h", Port: 70000}, "tls": {Host: "h", TLS: "ssl"}, "password": {Host: "h", User: "u"},
		"user": {Host: "h", User: "u\r\n", Password: "p"},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	clear := SMTP{Host: "smtp.example.com", TLS: plainTCP}
	if err := clear.Check(); err == nil {
		t.Error("in the clear to another machine")
	}
	old := SMTP{Host: "smtp.example.com", Port: 465}
	if err := old.Check(); err != nil || old.TLS != implicit {
		t.Errorf("465: %v, %s", err, old.TLS)
	}
}
