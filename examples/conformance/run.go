// Holds a command to a folder of cases: go run run.go FOLDER COMMAND...
// The command reads a stream and prints one event a line, as JSON: type, data, last event id.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
)

type told struct {
	ID, Level, Want, Stream string
	OverHTTP                bool `json:"over_http"`
	Events                  [][3]string
}

func verdict(told told, body []byte, command []string) string {
	program := exec.Command(command[0], command[1:]...)
	program.Stdin = bytes.NewReader(body)
	output, err := program.Output()
	if err != nil {
		return map[bool]string{true: "conforms", false: "differs"}[told.Want == "either"]
	}
	shown := [][3]string{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); decoder.More(); {
		var event [3]string
		if decoder.Decode(&event) != nil {
			return "differs"
		}
		shown = append(shown, event)
	}
	if reflect.DeepEqual(shown, told.Events) {
		return "conforms"
	}
	at := 0 // how many of what was shown is, in its order, what was sent
	for _, event := range told.Events {
		if at < len(shown) && shown[at] == event {
			at++
		}
	}
	if at == len(shown) && at < len(told.Events) {
		return "silent loss"
	}
	return "differs"
}

func main() {
	names, _ := filepath.Glob(filepath.Join(os.Args[1], "[yni]_*.json"))
	for _, name := range names {
		var case_ told
		text, _ := os.ReadFile(name)
		if json.Unmarshal(text, &case_) != nil || case_.Level != "sse" || case_.OverHTTP {
			continue
		}
		body, _ := os.ReadFile(filepath.Join(os.Args[1], case_.Stream))
		fmt.Printf("%s\t%s\n", verdict(case_, body, os.Args[2:]), case_.ID)
	}
}
