package main

import (
	"fmt"
	"time"

	"seismo/internal/event"
)

// days is how much time the invented calls of a large store cover.
const days = 30

// inventor makes events as normalize and enrich would, without a record to read.
type inventor struct {
	*writer
	calls int
}

// call is the call of a number, out of so many in a month.
func (v *inventor) call(n int) event.Event {
	models := [...][2]string{{"anthropic", "claude-sonnet-4-20250514-v1:0"}, {"anthropic", "claude-3-haiku-20240307-v1:0"},
		{"amazon", "nova-pro-v1:0"}, {"amazon", "nova-lite-v1:0"}, {"meta", "llama3-70b-instruct-v1:0"}, {"mistral", "mistral-large-2402-v1:0"}}
	regions := [...]string{"us-east-1", "eu-west-1", "us-west-2"}
	model, region := models[v.IntN(len(models))], regions[v.IntN(len(regions))]
	person := fmt.Sprintf("person%d@example.com", v.IntN(300))
	input, output := int64(v.IntN(8000)), int64(v.IntN(1500))
	total, line := input+output, int64(n%10_000+1)
	usd, ms := float64(input)*3e-6+float64(output)*15e-6, float64(300+v.IntN(9000))
	e := event.Event{
		Time: start.Add(time.Duration(float64(n) / float64(v.calls) * days * 24 * float64(time.Hour))).Truncate(time.Millisecond),
		Kind: event.KindCall, Outcome: event.Success, Account: "111122223333", Region: region, Endpoint: "runtime",
		RequestID: fmt.Sprintf("%08x-%04x-4000-8000-%012x", v.Uint32(), v.Uint32()&0xffff, n),
		Operation: "Converse", API: "chat", ModelRef: "us." + model[0] + "." + model[1], Model: model[0] + "." + model[1], Vendor: model[0],
		Principal:   "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Developer_0123456789abcdef",
		IdentityARN: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/" + person,
		Person:      person, Attribution: "session",
		Tokens: event.Tokens{Input: &input, Output: &output, Total: &total}, Cost: event.Cost{USD: &usd, State: event.Priced},
		Latency: event.Latency{MS: &ms}, StopReason: "end_turn",
		Body:   event.Bodies{Input: event.Body{State: event.BodyInline}, Output: event.Body{State: event.BodyInline}},
		Origin: event.Origin{Bucket: "example-logs", Key: fmt.Sprintf("AWSLogs/111122223333/BedrockModelInvocationLogs/%s/%d.json.gz", region, n/10_000), Line: &line},
	}
	if n%50 == 0 {
		e.Outcome, e.Error, e.Cost, e.Latency.MS = event.Failure, "ThrottlingException", event.Cost{State: event.Free}, nil
	}
	e.ID = event.CallID(event.Envelope{Account: e.Account, Region: e.Region, RequestID: e.RequestID, Time: e.Time,
		Operation: e.Operation, ModelRef: e.ModelRef}, nil)
	return e
}

// trail is the CloudTrail event of a call.
func (v *inventor) trail(call *event.Event) event.Event {
	readOnly, mfa := true, false
	e := event.Event{
		Time: call.Time.Truncate(time.Second), Kind: event.KindTrail, Outcome: call.Outcome, Account: call.Account, Region: call.Region,
		RequestID: call.RequestID, Operation: call.Operation, ModelRef: call.ModelRef, Model: call.Model, Vendor: call.Vendor,
		Principal: call.Principal, IdentityARN: call.IdentityARN, Person: call.Person, Error: call.Error,
		Source:    event.Source{IP: fmt.Sprintf("192.0.2.%d", v.IntN(256)), Country: "NO", AS: "AS64500 Example Net"},
		UserAgent: "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.1 lang/python#3.12", Client: "boto3", KeyType: "temporary", MFA: &mfa, TLS: "TLSv1.3",
		Trail:  event.Trail{ID: "e" + call.RequestID[1:], Name: call.Operation, Source: "bedrock.amazonaws.com", Category: "Management", ReadOnly: &readOnly},
		Origin: event.Origin{Bucket: "example-trail", Key: "AWSLogs/111122223333/CloudTrail/" + call.Region + "/" + call.Time.Format("2006/01/02/15") + ".json.gz", Line: call.Origin.Line},
	}
	e.ID = event.TrailID(e.Account, e.Region, e.Trail.ID, nil)
	return e
}

// say gives a call the record that it would have been made of, with a short
// question and answer.
func (v *inventor) say(e *event.Event, rare bool) {
	b := fmt.Appendf(nil, `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"%s","accountId":"%s","identity":{"arn":"%s"},`+
		`"region":"%s","requestId":"%s","operation":"Converse","modelId":"%s","input":{"inputContentType":"application/json","inputBodyJson":{"messages":[{"role":"user","content":[{"text":`,
		e.Time.Format(time.RFC3339), e.Account, e.IdentityARN, e.Region, e.RequestID, e.ModelRef)
	question := v.prose(80)
	if rare {
		question = append(question, planted...)
	}
	b = append(quoted(b, question), `}]}]},"inputTokenCount":20},"output":{"outputContentType":"application/json","outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":`...)
	b = append(quoted(b, v.prose(120)), `}]}},"stopReason":"end_turn"},"outputTokenCount":30}}`...)
	e.Record.Raw = b
}
