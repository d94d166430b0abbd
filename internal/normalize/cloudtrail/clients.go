package cloudtrail

import (
	"io/fs"
	"strings"
)

// ClientsFile is the place of the table of user agents in the embedded content.
const ClientsFile = "trail/clients.yaml"

// client is a program and the texts by which a user agent tells it, lower case.
type client struct {
	Name  string   `yaml:"name"`
	Texts []string `yaml:"texts"`
}

func loadClients(content fs.FS) ([]client, error) {
	var file struct {
		Clients []client `yaml:"clients"`
	}
	if err := load(content, ClientsFile, &file); err != nil {
		return nil, err
	}
	for _, c := range file.Clients {
		for i := range c.Texts {
			c.Texts[i] = strings.ToLower(c.Texts[i])
		}
	}
	return file.Clients, nil
}

// named is the program behind a user agent, "" when the table does not know it.
// A console session shows a browser or a service as its agent; a tool that
// merely runs on the console's credentials, as in CloudShell, is that tool.
func named(clients []client, agent string, console bool) string {
	agent = strings.ToLower(agent)
	name := ""
	for _, c := range clients {
		if c.in(agent) {
			name = c.Name
			break
		}
	}
	if console && (name == "" || name == "browser" || name == "aws-service") {
		return "console"
	}
	return name
}

func (c client) in(agent string) bool {
	for _, text := range c.Texts {
		if strings.Contains(agent, text) {
			return true
		}
	}
	return false
}
