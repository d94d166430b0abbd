package simulate_test

import (
	"fmt"
	"strings"

	"seismo/internal/simulate"
)

// A month comes object by object, in the order in which AWS would deliver it.
func ExampleObjects() {
	folders := map[string]int{}
	for o, err := range simulate.Objects(simulate.Config{Seed: 1, Calls: 500}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		folders[strings.Split(o.Key, "/")[2]]++
	}
	fmt.Println("invocation logs:", folders["BedrockModelInvocationLogs"] > 100)
	fmt.Println("CloudTrail files:", folders["CloudTrail"] > 100)
	fmt.Println("digests:", folders["CloudTrail-Digest"])
	// Output:
	// invocation logs: true
	// CloudTrail files: true
	// digests: 31
}
