package simulate

// Story is something worth finding in the month.
type Story struct {
	Name  string // as the user asks for it
	Title string // one line
	Tells string // what to look at, and what is there to be seen
}

// Stories lists the stories that a month can tell.
func Stories() []Story {
	out := make([]Story, len(scripts))
	for i, s := range scripts {
		out[i] = s.Story
	}
	return out
}

// script is a story with its place in the month.
type script struct {
	Story
	day, clock  int    // day of the month from 0, hour in UTC
	share       int    // calls in a thousand of the month's
	least, most int    // calls
	instead     string // workload that stands still in that hour
	run         func(g *generator, calls int)
}

func (s *script) hour() int { return s.day*24 + s.clock }

// calls is how many calls the story makes in a month of n.
func (s *script) calls(n int) int { return min(max(n*s.share/1000, s.least), s.most) }

var scripts = [...]script{
	{Story{"llmjacking", "a stolen access key resells Claude to strangers",
		"The key of the user " + stolenUser + " works from 203.0.113.0/24, where the company has nobody: it looks at models, asks for access, " +
			"plays roles with Claude Opus all night, and tries to switch the logging off."},
		18, 2, 18, 30, 2000, "", (*generator).llmjacking},
	{Story{"leaked-key", "someone pastes an access key into a prompt",
		"clara@example.com asks why an upload fails and pastes the key of " + stolenUser + " with its secret; every further turn sends both again."},
		9, 13, 0, len(leakTalk), len(leakTalk), "", (*generator).leakedKey},
	{Story{"runaway-agent", "a coding agent repeats one command all night",
		"felix@example.com's agent runs the same failing test hundreds of times; what it sends grows to 180,000 tokens a call."},
		11, 22, 20, 40, 600, "", (*generator).runawayAgent},
	{Story{"cost-spike", "a nightly job moves to Opus with ten times the volume",
		"nightly-digest sums up whole ledgers with Claude Opus for one night, where it takes notes and Haiku in all others."},
		16, 1, 20, 30, 5000, "nightly digest", (*generator).costSpike},
}
