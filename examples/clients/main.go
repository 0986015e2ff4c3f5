// Go's net/http: a message and a stream.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	for _, end := range []string{"", `,"stream":true`} {
		body := `{"model":"claude-sonnet-4-6","max_tokens":64,"messages":[{"role":"user","content":"Hello"}]` + end + "}"
		request, _ := http.NewRequest("POST", os.Getenv("ANTHROPIC_BASE_URL")+"/v1/messages", strings.NewReader(body))
		request.Header.Set("x-api-key", "sk-ant-test-1")
		request.Header.Set("anthropic-version", "2023-06-01")
		request.Header.Set("content-type", "application/json")
		reply, err := http.DefaultClient.Do(request)
		if err != nil {
			panic(err)
		}
		text, err := io.ReadAll(reply.Body)
		reply.Body.Close()
		if err != nil || reply.StatusCode != 200 || !strings.Contains(string(text), "end_turn") {
			panic(fmt.Sprint(reply.Status, " ", string(text), err))
		}
	}
	fmt.Println("message, stream")
}
