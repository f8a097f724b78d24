package dev.querent.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A headless Chromium with a profile of its own, driven through chromedriver in W3C's WebDriver protocol. */
final class Browser implements AutoCloseable {

    private static final long LONGEST_WAIT_SECONDS = 120;
    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox", // root may start it in no other way
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1200,1000");

    /** By which an element is named in answers; the protocol says so. */
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process driver;
    private final URI session;

    /**
     * @param folder gets the profile and what the driver says
     */
    Browser(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("chromedriver.log");
        driver = new ProcessBuilder("chromedriver", "--port=0", "--log-path=" + log)
                .redirectErrorStream(true)
                .start();
        URI server = URI.create("http://127.0.0.1:" + port(driver.inputReader()) + "/");
        ObjectNode capabilities = JsonMapper.shared().createObjectNode();
        ObjectNode wanted = capabilities.putObject("capabilities").putObject("alwaysMatch");
        wanted.put("browserName", "chrome");
        ObjectNode options = wanted.putObject("goog:chromeOptions");
        ArrayNode flags = options.putArray("args");
        FLAGS.forEach(flags::add);
        flags.add("--user-data-dir=" + Files.createDirectories(folder.resolve("profile")));
        wanted.putObject("goog:loggingPrefs").put("browser", "ALL");
        JsonNode begun = call("POST", server.resolve("session"), capabilities);
        session = server.resolve("session/" + begun.path("sessionId").asString("") + "/");
    }

    private static String port(BufferedReader out) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return started.group(1);
            }
        }
        throw new AssertionError("chromedriver did not start:\n" + said);
    }

    private JsonNode call(String method, URI uri, JsonNode body) {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(
                        method,
                        method.equals("POST") ? BodyPublishers.ofString(body.toString()) : BodyPublishers.noBody())
                .build();
        try {
            JsonNode value = JsonMapper.shared()
                    .readTree(client.send(request, BodyHandlers.ofString()).body())
                    .path("value");
            if (value.has("error")) {
                throw new AssertionError(method + " " + uri + " " + body + ": "
                        + value.path("error").asString("") + ", "
                        + value.path("message").asString(""));
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode post(String path, String key, String value) {
        return call(
                "POST",
                session.resolve(path),
                JsonMapper.shared().createObjectNode().put(key, value));
    }

    void open(String address) {
        post("url", "url", address);
    }

    private String element(String css) {
        ObjectNode by = JsonMapper.shared()
                .createObjectNode()
                .put("using", "css selector")
                .put("value", css);
        return "element/"
                + call("POST", session.resolve("element"), by).path(ELEMENT).asString("") + "/";
    }

    /** As a user clicks: what is covered or can't be seen is an error. */
    void click(String css) {
        post(element(css) + "click", "", "");
    }

    /** Keys to an element; to a file field, a file's path. */
    void type(String css, String keys) {
        post(element(css) + "value", "text", keys);
    }

    /** The value of an expression. */
    JsonNode value(String expression) {
        ObjectNode script = JsonMapper.shared().createObjectNode().put("script", "return " + expression);
        script.putArray("args");
        return call("POST", session.resolve("execute/sync"), script);
    }

    /** The text that is to be seen of an element; empty where there is none. */
    String text(String css) {
        return value("(document.querySelector('" + css + "') || {innerText: ''}).innerText")
                .asString("");
    }

    /** Waits until an expression is true. */
    void await(String expression) throws InterruptedException {
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_WAIT_SECONDS);
        while (!value(expression).asBoolean(false)) {
            if (System.nanoTime() > last) {
                throw new AssertionError("never: " + expression + "\n" + text("body") + "\n" + complaints());
            }
            Thread.sleep(50);
        }
    }

    /** Waits until a text is to be seen. */
    void awaitText(String text) throws InterruptedException {
        await("document.body.innerText.includes(" + JsonMapper.shared().writeValueAsString(text) + ")");
    }

    /** Errors and warnings of the page since the last call. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (JsonNode entry : post("se/log", "type", "browser")) {
            String level = entry.path("level").asString("");
            if (level.equals("SEVERE") || level.equals("WARNING")) {
                complaints.add(entry.path("message").asString(""));
            }
        }
        return complaints;
    }

    @Override
    public void close() {
        try {
            call(
                    "DELETE",
                    URI.create(session.toString().replaceFirst("/$", "")),
                    JsonMapper.shared().nullNode());
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
        }
    }
}
