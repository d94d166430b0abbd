package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"seismo/internal/config"
)

// SMTP is how a mail server is reached.
type SMTP struct {
	Host     string        `yaml:"host" help:"mail server"`
	Port     int           `yaml:"port" help:"default 587, and 465 with tls: implicit"`
	User     string        `yaml:"user" help:"user, where the server asks for one"`
	Password config.Secret `yaml:"password" help:"password, better as ${VARIABLE}"`
	TLS      string        `yaml:"tls" help:"starttls (default), implicit, or none, which only a server on this machine may have"`
	CAFile   string        `yaml:"ca_file" help:"PEM file of the authority that signed the server's certificate; default: the system's"`
}

// How the connection is protected.
const (
	startTLS = "starttls"
	implicit = "implicit"
	plainTCP = "none"
)

// patience is how long a whole sending may take.
const patience = 2 * time.Minute

// Check fills in defaults and tells what does not fit.
func (s *SMTP) Check() error {
	if s.TLS == "" {
		s.TLS = startTLS
		if s.Port == 465 {
			s.TLS = implicit
		}
	}
	if s.Port == 0 {
		s.Port = 587
		if s.TLS == implicit {
			s.Port = 465
		}
	}
	switch {
	case s.Host == "" || strings.ContainsFunc(s.Host, func(r rune) bool { return r <= 0x20 || r >= 0x7f || r == '/' || r == '@' }):
		return errors.New(`"smtp.host" is not the name of a server: write one as smtp.example.com`)
	case s.Port < 1 || s.Port > 65535:
		return errors.New(`"smtp.port" is no port: leave it out for 587`)
	case s.TLS != startTLS && s.TLS != implicit && s.TLS != plainTCP:
		return errors.New(`"smtp.tls" is none of starttls, implicit and none: leave it out for starttls`)
	case s.TLS == plainTCP && !local(s.Host):
		return errors.New(`"smtp.tls" is none and the server is not on this machine: use starttls or implicit`)
	case (s.User == "") != (s.Password == ""):
		return errors.New(`"smtp.user" and "smtp.password" belong together: give both or neither`)
	case strings.ContainsAny(s.User, "\r\n"):
		return errors.New(`"smtp.user" has a line break: take it out`)
	}
	return nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send sends to every recipient that the server takes. Where it refuses some, the
// others get the message and the error is a *Partly; where it refuses all, nobody
// gets it.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	from, to, err := m.envelope()
	if err != nil {
		return err
	}
	data, err := m.Bytes()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.Mail(from.Address); err != nil {
		return said("give the sender", "Check from: the server does not send for this address.", err)
	}
	refused, err := give(c, to)
	if err != nil {
		return err
	}
	if len(refused) == len(to) {
		return all(refused)
	}
	err = deliver(c, data)
	if len(refused) > 0 && (err == nil || errors.Is(err, ErrDoubtful)) {
		return &Partly{Refused: refused, Taken: len(to) - len(refused), Err: err}
	}
	return err
}

// Try connects, protects the connection and logs in, as Send does, and sends
// nothing.
func (s *SMTP) Try(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	_ = c.Quit() // it let us in: what it says of our leaving matters to nobody
	return nil
}

// Steps are what Try does, in words.
func (s *SMTP) Steps() string {
	steps := "connect"
	switch s.TLS {
	case startTLS:
		steps += ", STARTTLS"
	case implicit:
		steps += ", TLS"
	}
	if s.User != "" {
		steps += ", log in"
	}
	return steps
}

// Address is where the server listens: smtp.example.com:587.
func (s *SMTP) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// enter is a connection on which messages may be given.
func (s *SMTP) enter(ctx context.Context) (*smtp.Client, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.greet(c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// deliver sends the message itself. From the last line on until the answer nobody
// knows whether it was taken.
func deliver(c *smtp.Client, data []byte) error {
	w, err := c.Data()
	if err != nil {
		return said("begin the message", "It is tried again.", err)
	}
	if _, err := w.Write(data); err != nil {
		return said("send the message", "Check the network; it is tried again.", err)
	}
	if err := w.Close(); err != nil {
		var answer *textproto.Error
		if errors.As(err, &answer) {
			return said("end the message", "The server refused the message; its words say why.", err)
		}
		return fmt.Errorf("%w: %w", ErrDoubtful, err)
	}
	_ = c.Quit() // it has the message
	return nil
}

// connect opens the connection, protected from its first byte where that is asked for.
func (s *SMTP) connect(ctx context.Context) (*smtp.Client, error) {
	address := s.Address()
	dialer := &net.Dialer{Timeout: 20 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, said("reach the mail server "+address, "Check smtp.host, smtp.port and the network; it is tried again.", err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	conn = &bounded{conn, mostHeard}
	if s.TLS == implicit {
		settings, err := s.settings()
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		protected := tls.Client(conn, settings)
		if err := protected.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(said("agree on TLS with "+address, remedyTLS, err), conn.Close())
		}
		conn = protected
	}
	c, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return nil, errors.Join(said("greet the mail server "+address, "Check smtp.port and smtp.tls: 465 is implicit, 587 starttls.", err), conn.Close())
	}
	return c, nil
}

const remedyTLS = "The server's certificate is not trusted or not its own: name its authority in smtp.ca_file, or the server by the name in its certificate."

// greet names this machine, protects the connection and logs in.
func (s *SMTP) greet(c *smtp.Client) error {
	if err := c.Hello("localhost"); err != nil {
		return said("greet the mail server", "Check smtp.host and smtp.port.", err)
	}
	if s.TLS == startTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return said("protect the connection", "Use smtp.tls: implicit with port 465, or another server: nothing is sent in the clear.",
				errors.New("the server offers no STARTTLS"))
		}
		settings, err := s.settings()
		if err != nil {
			return err
		}
		if err := c.StartTLS(settings); err != nil {
			return said("agree on TLS with "+s.Host, remedyTLS, err)
		}
	}
	if s.User == "" {
		return nil
	}
	ok, ways := c.Extension("AUTH")
	if !ok {
		return said("log in", "Take smtp.user and smtp.password out: this server asks for none.", errors.New("the server offers no login"))
	}
	var auth smtp.Auth = login{s.User, s.Password.Reveal()}
	if strings.Contains(" "+ways+" ", " PLAIN ") {
		auth = smtp.PlainAuth("", s.User, s.Password.Reveal(), s.Host)
	}
	if err := c.Auth(auth); err != nil {
		return said("log in", "Check smtp.user and smtp.password; some services want a password made for the app.", err)
	}
	return nil
}

func (s *SMTP) settings() (*tls.Config, error) {
	settings := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.CAFile == "" {
		return settings, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read smtp.ca_file: %w", err)
	}
	settings.RootCAs = x509.NewCertPool()
	if !settings.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read smtp.ca_file %s: no certificate in it", s.CAFile)
	}
	return settings, nil
}

// login is the AUTH LOGIN of servers that have nothing better.
type login struct{ user, password string }

func (l login) Start(info *smtp.ServerInfo) (string, []byte, error) {
	if !info.TLS && !local(info.Name) {
		return "", nil, errors.New("the connection is not protected")
	}
	return "LOGIN", nil, nil
}

func (l login) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch strings.ToLower(strings.TrimRight(string(challenge), ": ")) {
	case "username":
		return []byte(l.user), nil
	case "password":
		return []byte(l.password), nil
	}
	return nil, errors.New("the server asked for something else than user and password")
}
