// Java's own HTTP client, as it comes: it offers HTTP/2 with each request. A message and a stream.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class Stream {
    public static void main(String[] arguments) throws Exception {
        var client = HttpClient.newHttpClient();
        for (var end : new String[] {"", ",\"stream\":true"}) {
            var body = "{\"model\":\"claude-sonnet-4-6\",\"max_tokens\":64,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]" + end + "}";
            var request = HttpRequest.newBuilder(URI.create(System.getenv("ANTHROPIC_BASE_URL") + "/v1/messages"))
                .header("x-api-key", "sk-ant-test-1")
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
            var reply = client.send(request, BodyHandlers.ofString());
            if (reply.statusCode() != 200 || !reply.body().contains("end_turn")) {
                throw new IllegalStateException(reply.statusCode() + " " + reply.body());
            }
        }
        System.out.println("message, stream");
    }
}
