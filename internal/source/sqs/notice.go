package sqs

import (
	"bytes"
	"time"

	"seismo/internal/jsondoc"
)

// notice is what the body of a message says. It is told by the content alone: a
// queue may carry every form at once.
type notice struct {
	objects []created
	records [][]byte // the message carries records themselves: their bytes
	tests   int      // S3's and CloudTrail's tries whether the way is open
	ignored int      // understood, and nothing to read: other events of S3, empty lists
	odd     string   // why the message, or a part of it, cannot be understood; "" when all was
}

// created is an object that a notice says was written.
type created struct {
	Bucket, Key string
	Other       string // the key, were it escaped after all; "" when that is the same
	ETag        string
	Version     string
	Size        int64 // -1 when not said
	Time        time.Time
}

// The reasons for which a message cannot be understood. They go to people; none
// holds anything of the message.
const (
	oddText   = "it is not JSON"
	oddKind   = "it is no known kind of notification and no known kind of record"
	oddRecord = "it tells of an object without its bucket or its key"
	oddName   = "it tells of an object whose bucket or key has a name that S3 has not"
	oddEvent  = "it has a version of S3's notifications that is not known"
	oddDeep   = "it is wrapped more often than any known way does"
)

// maxWraps is how often a message may be wrapped: SNS around EventBridge, and a
// forwarding function around both, are three.
const maxWraps = 4

// trailCheck is what CloudTrail sends to its topic when a trail is set up.
const trailCheck = "CloudTrail validation message."

// parse reads the body of a message. The notice keeps body.
func parse(body []byte) notice {
	var n notice
	n.text(body, 0)
	return n
}

func (n *notice) text(text []byte, wraps int) {
	if wraps > maxWraps {
		n.odd = oddDeep
		return
	}
	if string(bytes.TrimSpace(text)) == trailCheck {
		n.tests++
		return
	}
	doc, err := jsondoc.Parse(text)
	if err != nil {
		n.odd = oddText
		return
	}
	n.document(doc, wraps)
}

func (n *notice) document(doc jsondoc.Value, wraps int) {
	switch {
	case doc.Get("Event").Str() == "s3:TestEvent":
		n.tests++
	case isTopic(doc):
		n.text([]byte(doc.Get("Message").Str()), wraps+1)
	case isRecord(doc):
		n.records = append(n.records, doc.Raw())
	case doc.Get("Records").Kind() == jsondoc.Array:
		n.list(doc, wraps)
	case doc.Get("detail-type").Kind() == jsondoc.String:
		n.bus(doc)
	case doc.Get("s3Bucket").Kind() == jsondoc.String:
		n.trail(doc)
	default:
		n.odd = oddKind
	}
}

// isTopic knows a message of SNS. Some tools that forward it leave out the type.
func isTopic(doc jsondoc.Value) bool {
	kind := doc.Get("Type")
	return doc.Get("Message").Kind() == jsondoc.String &&
		(kind.Str() == "Notification" || !kind.Exists() && doc.Get("TopicArn").Exists())
}

// list reads the Records that S3 sends, and those in which Lambda hands on what
// came from a topic or a queue.
func (n *notice) list(doc jsondoc.Value, wraps int) {
	records := doc.Get("Records")
	if records.Len() == 0 {
		n.ignored++
	}
	for record := range records.Items() {
		switch {
		case record.Get("s3").Kind() == jsondoc.Object:
			n.object(record)
		case record.Get("Sns").Kind() == jsondoc.Object:
			n.text([]byte(record.Get("Sns", "Message").Str()), wraps+1)
		case record.Get("eventSource").Str() == "aws:sqs":
			n.text([]byte(record.Get("body").Str()), wraps+1)
		default:
			n.odd = oddKind
		}
	}
}
