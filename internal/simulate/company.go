package simulate

// The accounts of Tarn Outfitters.
const (
	shopAccount = "111122223333" // what customers meet
	labAccount  = "444455556666" // people at work: engineers, analysts, research
	dataAccount = "777788889999" // nightly jobs and indexes
)

// place is one account in one Region: it has a log bucket of its own.
type place struct{ account, region string }

// places are all that log invocations; entries refer to them by index.
var places = [...]place{
	{shopAccount, "us-east-1"}, {shopAccount, "eu-west-1"}, {shopAccount, "ap-northeast-1"},
	{labAccount, "us-east-1"}, {labAccount, "us-west-2"}, {labAccount, "eu-west-1"}, {labAccount, "ap-northeast-1"},
	{dataAccount, "eu-west-1"}, {dataAccount, "us-east-1"},
}

func placeOf(account, region string) int {
	for i, p := range places {
		if p.account == account && p.region == region {
			return i
		}
	}
	return 0
}

// bucket is the log bucket: Bedrock delivers only to its own account and Region.
func (p place) bucket() string { return "tarn-bedrock-logs-" + p.account + "-" + p.region }

// trailBucket takes the CloudTrail files of all accounts.
const trailBucket = "tarn-cloudtrail"

// office is where people work: a Region near them, a time zone, a network.
type office struct {
	city, region string
	country      string
	hours        int    // ahead of UTC; the month has no change of clocks
	net          string // first three octets and where the block starts
	from, to     int
}

var (
	oslo    = &office{"Oslo", "eu-west-1", "NO", 1, "192.0.2.", 2, 60}
	seattle = &office{"Seattle", "us-west-2", "US", -8, "192.0.2.", 66, 124}
	boston  = &office{"Boston", "us-east-1", "US", -5, "192.0.2.", 130, 188}
	osaka   = &office{"Osaka", "ap-northeast-1", "JP", 9, "192.0.2.", 194, 250}
)

// person is someone who signs in through IAM Identity Center.
type person struct {
	name, team string
	set        string // permission set, as it stands in the role's name
	office     *office
	home       int // last octet at home
	owl        int // hours later than others
}

// homes are the first octets of people's addresses at home.
const homes = "198.51.100."

func (p *person) email() string { return p.name + "@example.com" }

// people come in teams; a developer runs a coding agent, an analyst asks.
var people = [...]person{
	{"alice", "storefront", "Developer", oslo, 131, 0},
	{"mateo", "storefront", "Developer", seattle, 132, 2},
	{"priya", "data-platform", "Developer", boston, 133, 0},
	{"yuki", "logistics-systems", "Developer", osaka, 134, 0},
	{"jonas", "data-platform", "Developer", oslo, 135, 1},
	{"amara", "storefront", "Developer", boston, 136, 0},
	{"felix", "platform", "Developer", oslo, 137, 3},
	{"sora", "logistics-systems", "Developer", osaka, 138, 1},
	{"clara", "finance", "Analyst", oslo, 139, 0},
	{"owen", "finance", "Analyst", boston, 140, 0},
	{"lena", "marketing", "Creative", oslo, 141, 0},
	{"diego", "marketing", "Creative", seattle, 142, 1},
	{"noor", "research", "Researcher", seattle, 143, 2},
	{"hugo", "research", "Researcher", oslo, 144, 0},
	{"hana", "merchandising", "Analyst", osaka, 145, 0},
	{"samir", "security", "Auditor", boston, 146, 0},
	{"ingrid", "people-and-culture", "Analyst", oslo, 147, -1},
	{"pavel", "platform", "Administrator", oslo, 148, 0},
}

const (
	developers  = 8 // of people, the first ones
	admin       = 17
	auditor     = 15
	leaker      = 8 // clara pastes a key
	runawayHost = 6 // felix's agent runs away
)

// app is a program with a role of its own.
type app struct {
	name, team string
	account    string
	role       string
	service    string // lambda, ecs, ec2: what the session name looks like
	agent      string // user agent
}

var apps = [...]app{
	appChat:      {"support-chat", "customer-care", shopAccount, "support-chat-task", "ecs", javaSDK},
	appHandbook:  {"handbook-search", "people-and-culture", labAccount, "handbook-search-role", "lambda", pythonSDK},
	appKnowledge: {"handbook-search", "people-and-culture", labAccount, "AmazonBedrockExecutionRoleForKnowledgeBase_tarn1", "kb", "bedrock.amazonaws.com"},
	appDigest:    {"nightly-digest", "finance", dataAccount, "nightly-digest-role", "lambda", pythonSDK},
	appTriage:    {"ticket-triage", "customer-care", shopAccount, "ticket-triage-role", "lambda", nodeSDK},
	appTranslate: {"mail-translator", "customer-care", shopAccount, "mail-translator-task", "ecs", javaSDK},
	appIndexer:   {"catalog-indexer", "data-platform", dataAccount, "catalog-indexer-job", "ecs", pythonSDK},
	appForecast:  {"stock-forecast", "logistics-systems", dataAccount, "stock-forecast-role", "ec2", pythonSDK},
	appStudio:    {"campaign-studio", "marketing", labAccount, "campaign-studio-role", "lambda", nodeSDK},
	appReviews:   {"review-insights", "merchandising", dataAccount, "review-insights-role", "lambda", pythonSDK},
}

// Indexes of apps.
const (
	appChat = iota
	appHandbook
	appKnowledge
	appDigest
	appTriage
	appTranslate
	appIndexer
	appForecast
	appStudio
	appReviews
)

const (
	pythonSDK = "Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/linux#6.1.158 md/arch#x86_64 lang/python#3.13.9 md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.40.61"
	nodeSDK   = "aws-sdk-js/3.922.0 ua/2.1 os/linux#6.1.158 lang/js md/nodejs#22.20.0 api/bedrock-runtime#3.922.0 m/N,E,e"
	javaSDK   = "aws-sdk-java/2.37.3 md/io#async md/http#NettyNio ua/2.1 api/Bedrock_Runtime#2.37.x os/Linux#6.1.158 lang/java#21.0.9 m/D,N,e"
	agentSDK  = "claude-cli/2.1.44 (external, cli)"
	cliAgent  = "aws-cli/2.31.25 md/awscrt#0.28.2 ua/2.1 os/macos#25.1.0 md/arch#arm64 lang/python#3.13.9 md/pyimpl#CPython md/command#bedrock."
	console   = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)

// Application inference profiles and other references whose model only the
// account knows; PeopleMap says what stands behind the profiles.
const (
	translateProfile = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/tarnmail0001"
	studioProfile    = "arn:aws:bedrock:us-east-1:444455556666:application-inference-profile/tarncopy0002"
	unmappedProfile  = "arn:aws:bedrock:us-east-1:777788889999:application-inference-profile/tarnrevw0003"
	forecastModel    = "arn:aws:bedrock:eu-west-1:777788889999:provisioned-model/tarnfcst0001"
	importedModel    = "arn:aws:bedrock:us-east-1:777788889999:imported-model/tarnllama001"
)

// Accounts are the numbers of the company's accounts. They are those of AWS's
// documentation: nobody has one of them.
func Accounts() []string { return []string{shopAccount, labAccount, dataAccount} }
