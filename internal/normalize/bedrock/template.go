package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// template is how a model family writes turns into one text: each turn starts
// with open, its role and after, and ends with end or where the next begins.
type template struct{ open, after, end string }

// templates of Llama 3, Llama 4, ChatML (Qwen and others) and Gemma, by their
// published prompt formats.
func templates() []template {
	return []template{
		{open: "<|start_header_id|>", after: "<|end_header_id|>", end: "<|eot_id|>"},
		{open: "<|header_start|>", after: "<|header_end|>", end: "<|eot|>"},
		{open: "<|im_start|>", after: "\n", end: "<|im_end|>"},
		{open: "<start_of_turn>", after: "\n", end: "<end_of_turn>"},
	}
}

// ask turns a prompt into messages: its turns where a plain template is used,
// else one user message that holds the whole prompt. Images belong to the last
// user turn.
func (x *exchange) ask(prompt string, images ...event.Block) {
	turns := splitPrompt(prompt)
	if !hasUser(turns) {
		turns = []turn{{event.RoleUser, prompt}}
	}
	last := lastUser(turns)
	for i, t := range turns {
		switch {
		case t.role == event.RoleSystem:
			x.system = append(x.system, t.text)
		case i == last:
			say(&x.in, t.role, append(images, filled(t.text)...)...)
		default:
			say(&x.in, t.role, filled(t.text)...)
		}
	}
}

type turn struct{ role, text string }

func splitPrompt(prompt string) []turn {
	for _, t := range templates() {
		if strings.Contains(prompt, t.open) {
			return t.split(prompt)
		}
	}
	switch {
	case strings.Contains(prompt, "[INST]"):
		return splitInst(prompt)
	case strings.Contains(prompt, deepseekUser):
		return splitMarks(prompt)
	}
	return nil
}

func (t template) split(prompt string) []turn {
	var turns []turn
	pieces := strings.Split(prompt, t.open)
	if strings.TrimSpace(stripMarks(pieces[0])) != "" {
		return nil // text before the first turn: not the plain template
	}
	for _, piece := range pieces[1:] {
		role, body, found := strings.Cut(piece, t.after)
		if !found {
			return nil
		}
		body, _, _ = strings.Cut(body, t.end)
		name := roleOf(role)
		if name == "" {
			return nil
		}
		if body = strings.TrimSpace(body); body != "" {
			turns = append(turns, turn{name, body})
		}
	}
	return turns
}

func roleOf(word string) string {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "user", "human":
		return event.RoleUser
	case "assistant", "model", "chatbot", "bot", "ai":
		return event.RoleAssistant
	case "system", "developer":
		return event.RoleSystem
	case "tool", "ipython", "function":
		return event.RoleTool
	}
	return ""
}

// splitInst reads Llama 2's and Mistral's template:
// <s>[INST] <<SYS>>…<</SYS>> question [/INST] answer </s>[INST] …
func splitInst(prompt string) []turn {
	pieces := strings.Split(prompt, "[INST]")
	if strings.TrimSpace(stripMarks(pieces[0])) != "" {
		return nil
	}
	var turns []turn
	for _, piece := range pieces[1:] {
		question, answered, _ := strings.Cut(piece, "[/INST]")
		if _, rest, found := strings.Cut(question, "<<SYS>>"); found {
			system, asked, _ := strings.Cut(rest, "<</SYS>>")
			turns = append(turns, turn{event.RoleSystem, strings.TrimSpace(system)})
			question = asked
		}
		turns = append(turns, turn{event.RoleUser, strings.TrimSpace(question)})
		if said := strings.TrimSpace(stripMarks(answered)); said != "" {
			turns = append(turns, turn{event.RoleAssistant, said})
		}
	}
	return turns
}

// Marks of DeepSeek's template; the bars are full-width.
const (
	deepseekUser      = "<｜User｜>"
	deepseekAssistant = "<｜Assistant｜>"
)

// splitMarks reads DeepSeek's template, in which a mark opens each turn and the
// system text stands before the first.
func splitMarks(prompt string) []turn {
	var turns []turn
	system, rest, more := strings.Cut(prompt, deepseekUser)
	if system = strings.TrimSpace(stripMarks(system)); system != "" {
		turns = append(turns, turn{event.RoleSystem, system})
	}
	for more {
		var round string
		round, rest, more = strings.Cut(rest, deepseekUser)
		asked, answered, _ := strings.Cut(round, deepseekAssistant)
		turns = append(turns, turn{event.RoleUser, strings.TrimSpace(asked)})
		if said := strings.TrimSpace(stripMarks(answered)); said != "" {
			turns = append(turns, turn{event.RoleAssistant, said})
		}
	}
	return turns
}

var sentenceMarks = strings.NewReplacer("<|begin_of_text|>", "", "<|end_of_text|>", "", "<s>", "", "</s>", "",
	"<｜begin▁of▁sentence｜>", "", "<｜end▁of▁sentence｜>", "", "<bos>", "", "<think>\n", "")

func stripMarks(s string) string { return sentenceMarks.Replace(s) }

func hasUser(turns []turn) bool { return lastUser(turns) >= 0 }

func lastUser(turns []turn) int {
	last := -1
	for i, t := range turns {
		if t.role == event.RoleUser && t.text != "" {
			last = i
		}
	}
	return last
}

func filled(s string) []event.Block {
	if s == "" {
		return nil
	}
	return []event.Block{text(s)}
}

// promptText reads requests that hold one prompt and no more of a shape; what
// was asked of whom, the answer decides.
func promptText() family {
	return family{name: "prompt", request: func(x *exchange, body jsondoc.Value) bool {
		prompt := body.Get("prompt")
		if prompt.Kind() != jsondoc.String {
			return false
		}
		x.ask(prompt.Str(), pictures(body.Get("images"))...)
		x.sampling(body)
		return true
	}}
}
