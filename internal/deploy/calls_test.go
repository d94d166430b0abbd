package deploy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"seismo/docs"
	"seismo/internal/account"
	"seismo/internal/doctor"
)

// callers are the rooms whose calls a role is for.
var callers = map[string][]string{
	"ReaderRole":    {"source/s3", "source/sqs", "source/cwlogs", "source/cloudtrail", "source/cloudtrail/digest", "metrics", "inventory"},
	"PublisherRole": {"publish"},
}

// unneeded are calls of these rooms that the role does not allow, with the reason.
var unneeded = map[string]string{
	"sqs:StartMessageMoveTask":       "`seismo queue redrive` is given by hand, with its own credentials",
	"sqs:ListMessageMoveTasks":       "`seismo queue redrive`",
	"sqs:SendMessage":                "`seismo queue redrive`",
	"sqs:GetQueueUrl":                "`seismo queue`",
	"sqs:ListDeadLetterSourceQueues": "`seismo queue`",
	"cloudwatch:GetMetricStatistics": "`seismo queue`",
	"cloudtrail:DescribeTrails":      "`seismo trail validate` is given by hand, with its own credentials",
	"cloudtrail:ListPublicKeys":      "`seismo trail validate`",
	"logs:DescribeLogGroups":         "groups are named; only a source with the beginning of a name looks for them",
	"identitystore:ListUsers":        "people are in the account of the organization's Identity Center",
	"sso:ListInstances":              "people are in the account of the organization's Identity Center",
}

// uncalled are actions that a role allows without a call of their own.
var uncalled = map[string]string{
	"kms:Decrypt":    "S3 asks KMS in the name of who reads a sealed object",
	"sts:AssumeRole": "the role's trust policy",
}

// services are the SDK's packages with the names that their own errors give.
var services = map[string]string{"s3": "S3", "sqs": "SQS", "cloudwatchlogs": "CloudWatch Logs", "cloudwatch": "CloudWatch", "cloudtrail": "CloudTrail",
	"bedrock": "Bedrock", "kms": "KMS", "iam": "IAM", "servicequotas": "Service Quotas", "ssoadmin": "SSO Admin", "identitystore": "identitystore"}

const sdk = "github.com/aws/aws-sdk-go-v2/service/"

// called are the IAM actions of the calls in a room's source: every call of the
// SDK takes an input of its own type, which is found in the syntax tree.
func called(t *testing.T, room string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(room), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", room, err)
	}
	var list []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		imported := map[string]string{}
		for _, i := range file.Imports {
			if path, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), sdk); ok && !strings.Contains(path, "/") {
				as := path
				if i.Name != nil {
					as = i.Name.Name
				}
				imported[as] = path
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			op, input := strings.CutSuffix(s.Sel.Name, "Input")
			if !ok || !input || imported[x.Name] == "" {
				return true
			}
			action := account.ActionOf(services[imported[x.Name]], op)
			if imported[x.Name] == "cloudformation" {
				action = "cloudformation:" + op
			}
			if action == "" {
				t.Errorf("%s: the action of %s.%s is unknown", name, imported[x.Name], op)
			}
			list = append(list, action)
			return true
		})
	}
	if len(list) == 0 {
		t.Errorf("%s calls nothing", room)
	}
	return list
}

func allowed(t *testing.T, role string) []string {
	t.Helper()
	var list []string
	for _, g := range grants(t) {
		if strings.HasPrefix(g.where, "infrastructure/"+role+"/") {
			list = append(list, g.actions...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Each action of the roles is one that the code calls, and each call is allowed,
// unless a table says why not; both tables name nothing else.
func TestRolesAllowWhatIsCalled(t *testing.T) {
	used := map[string]bool{}
	for role, rooms := range callers {
		var calls []string
		for _, room := range rooms {
			calls = append(calls, called(t, room)...)
		}
		allow := allowed(t, role)
		for _, a := range allow {
			switch {
			case slices.Contains(calls, a):
				if unneeded[a] != "" {
					t.Errorf("%s: %s is allowed, and the table says that it is not needed", role, a)
				}
			case uncalled[a] == "":
				t.Errorf("%s allows %s, which nothing calls", role, a)
			default:
				used[a] = true
			}
		}
		for _, a := range calls {
			if slices.Contains(allow, a) {
				continue
			}
			if unneeded[a] == "" {
				t.Errorf("%s does not allow %s, which is called", role, a)
			}
			used[a] = true
		}
	}
	for _, table := range []map[string]string{unneeded, uncalled} {
		for a := range table {
			if !used[a] {
				t.Errorf("a table names %s for nothing", a)
			}
		}
	}
}

// The guide lists what whoever deploys must be allowed of CloudFormation itself.
func TestTheGuideListsTheActionsOfStacks(t *testing.T) {
	page, err := fs.ReadFile(docs.FS, "guide/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Permissions of whoever deploys\n")
	section, _, _ = strings.Cut(section, "\n## ")
	says := regexp.MustCompile(`cloudformation:[A-Za-z]+\b`).FindAllString(strings.ReplaceAll(section, "cloudformation:REGION", ""), -1)
	calls := slices.DeleteFunc(called(t, "deploy"), func(a string) bool { return !strings.HasPrefix(a, "cloudformation:") })
	slices.Sort(says)
	slices.Sort(calls)
	if says, calls = slices.Compact(says), slices.Compact(calls); !slices.Equal(says, calls) {
		t.Errorf("the guide lists\n%v\nand called are\n%v", says, calls)
	}
}

// What the doctor prints for publishing is what the publisher's role has.
func TestPublisherRoleIsWhatTheDoctorAsksFor(t *testing.T) {
	var needed []string
	for _, p := range doctor.Policies([]doctor.Target{publishing(account.Config{Region: "eu-west-1"})}, doctor.Report{}) {
		for _, s := range p.Document.Statement {
			needed = append(needed, s.Action...)
		}
	}
	slices.Sort(needed)
	has := slices.DeleteFunc(allowed(t, "PublisherRole"), func(a string) bool { return a == "sts:AssumeRole" })
	if needed = slices.Compact(needed); !slices.Equal(has, needed) {
		t.Errorf("the role allows\n%v\nand the doctor asks for\n%v", has, needed)
	}
}
