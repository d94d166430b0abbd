// Package simulate invents a company, Tarn Outfitters, and writes a month of its
// Amazon Bedrock logs: invocation records, the bodies too large for them, and
// the CloudTrail files that follow some minutes later, in the layout and the
// shapes that AWS writes. Four stories can be told inside that month.
//
// Everything is a function of its Config: the same arguments give the same
// bytes on every machine. It never calls AWS, never reads a clock, and holds no
// text that anyone wrote to a model.
package simulate
