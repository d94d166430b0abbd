package bedrock

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSplitPrompt follows the vendors' published prompt formats. A text that
// only mentions a mark is no template, and stays whole.
func TestSplitPrompt(t *testing.T) {
	for name, c := range map[string]struct {
		prompt string
		want   []turn
	}{
		"llama 3": {"<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
			[]turn{{"system", "Be kind."}, {"user", "Hi"}}},
		"llama 4": {"<|begin_of_text|><|header_start|>user<|header_end|>\n\nHi<|eot|><|header_start|>assistant<|header_end|>",
			[]turn{{"user", "Hi"}}},
		"chatml": {"<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n",
			[]turn{{"user", "Hi"}, {"assistant", "Hello"}, {"user", "Bye"}}},
		"gemma": {"<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n",
			[]turn{{"user", "Hi"}}},
		"llama 2": {"<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] Bye [/INST]",
			[]turn{{"system", "Be kind."}, {"user", "Hi"}, {"assistant", "Hello"}, {"user", "Bye"}}},
		"deepseek": {"<｜begin▁of▁sentence｜>Be kind.<｜User｜>Hi<｜Assistant｜>Hello<｜end▁of▁sentence｜><｜User｜>Bye<｜Assistant｜><think>\n",
			[]turn{{"system", "Be kind."}, {"user", "Hi"}, {"assistant", "Hello"}, {"user", "Bye"}}},
		"plain":             {"What is a river?", nil},
		"mentions inst":     {"What does [INST] mean in a prompt?", nil},
		"mentions a header": {"Explain <|start_header_id|> to me.", nil},
		"unknown role":      {"<|im_start|>wizard\nHi<|im_end|>", nil},
	} {
		if diff := cmp.Diff(c.want, splitPrompt(c.prompt), cmp.AllowUnexported(turn{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSplitThinking(t *testing.T) {
	for name, c := range map[string]struct{ text, thoughts, said string }{
		"none":                     {"Four.", "", "Four."},
		"tags":                     {"<think>\nSum.\n</think>\n\nFour.", "Sum.", "Four."},
		"reasoning tags":           {"<reasoning>Sum.</reasoning>Four.", "Sum.", "Four."},
		"two thoughts":             {"<think>A</think><think>B</think>Four.", "A\nB", "Four."},
		"opened by the template":   {"Sum.\n</think>\n\nFour.", "Sum.", "Four."},
		"cut":                      {"<think>Sum, whi", "Sum, whi", ""},
		"empty":                    {"<think>\n\n</think>\n\nFour.", "", "Four."},
		"only spoken about":        {"Write <think> before you think.", "", "Write <think> before you think."},
		"an end only spoken about": {"Close it with </think> or </b>.", "", "Close it with </think> or </b>."},
	} {
		thoughts, said := splitThinking(c.text)
		if thoughts != c.thoughts || said != c.said {
			t.Errorf("%s: thoughts %q said %q, want %q and %q", name, thoughts, said, c.thoughts, c.said)
		}
	}
}

// TestSniff tells formats by the first bytes that their standards give.
func TestSniff(t *testing.T) {
	for data, want := range map[string]string{
		"iVBORw0KGgoAAAAN":             "png",
		"/9j/4AAQSkZJRgAB":             "jpeg",
		"R0lGODlhAQABAAAA":             "gif",
		"UklGRhoAAABXRUJQVlA4":         "webp",
		"UklGRiQAAABXQVZFZm10":         "wav",
		"AAAAGGZ0eXBtcDQy":             "mp4",
		"":                             "",
		"abc":                          "",
		"<image removed>, for privacy": "",
	} {
		if got := sniff(data); got != want {
			t.Errorf("sniff(%q) = %q, want %q", data, got, want)
		}
	}
}
