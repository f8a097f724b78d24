package dev.querent.app.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.app.study.StudyPlan;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.SequenceInputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the page's server gives and what it refuses, over real connections. */
class PageServerTest {

    private static final String SECRET = "the-secret-of-another-folder";
    private static final String CAPTION = "{\"run\":\"one\",\"kind\":\"caption\",\"text\":\"\",\"before\":[]}";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final StringWriter err = new StringWriter();
    private final List<FakeTalk> models = new ArrayList<>();
    private final CountDownLatch may = new CountDownLatch(1);
    private boolean talks = true;
    private Path runs;
    private PageServer server;

    @BeforeEach
    void begin() throws IOException {
        runs = folder.resolve("runs");
        makeRun(runs.resolve("one"), "finished");
        Path secret = makeRun(folder.resolve("secret"), SECRET);
        Files.writeString(secret.resolve("study.json"), "{\"rows\":[]}");
        Files.createSymbolicLink(runs.resolve("linked"), secret);
        Files.createSymbolicLink(makeRun(runs.resolve("status-linked"), "x").resolve("steps/link"), secret);
        Files.delete(runs.resolve("status-linked/status.json"));
        Files.createSymbolicLink(runs.resolve("status-linked/status.json"), secret.resolve("status.json"));
        makeRun(runs.resolve(".set-aside"), SECRET);
        server = PageServer.start(
                new InetSocketAddress("127.0.0.1", 0),
                runs,
                run -> {
                    if (run.name().equals("gone")) {
                        throw new UncheckedIOException("cannot read " + run.root(), new IOException());
                    }
                    FakeTalk model = new FakeTalk(talks, may);
                    models.add(model);
                    return model;
                },
                new PrintWriter(err, true));
        may.countDown();
    }

    @AfterEach
    void end() {
        server.close();
        assertThat(err.toString()).as("errors in the program").isEmpty();
    }

    private static Path makeRun(Path run, String word) throws IOException {
        Path step = Files.createDirectories(run.resolve("steps/captioning"));
        Files.createDirectories(step.resolve("output"));
        Files.writeString(run.resolve("resolved.yaml"), "name: " + word + "\nsteps:\n  captioning: {plugin: a}\n");
        Files.writeString(
                run.resolve("status.json"),
                "{\"state\":\"" + word + "\",\"step\":\"captioning\",\"updated\":\"2026-11-26T05:00:00Z\"}");
        Files.writeString(step.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":1}\n");
        Files.writeString(step.resolve("results.json"), "{\"title\":\"" + word + "\",\"images\":3}");
        Files.writeString(step.resolve("output/bridge.safetensors"), word);
        Files.writeString(step.resolve("done"), "");
        Files.createDirectories(run.resolve("report"));
        Files.writeString(run.resolve("report/index.html"), "<!DOCTYPE html><title>" + word + "</title>");
        return run;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.uri().resolve(path)).build(), BodyHandlers.ofString());
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        HttpResponse<String> reply = get(path);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(reply.body());
    }

    private HttpRequest.Builder post(byte[] body) {
        return HttpRequest.newBuilder(server.uri().resolve("/api/answer"))
                .header("Content-Type", "application/octet-stream")
                .header("Origin", server.uri().toString().replaceFirst("/$", ""))
                .POST(BodyPublishers.ofByteArray(body));
    }

    private HttpResponse<String> answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private String refused(int status, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> reply = answer(request);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        return JsonMapper.shared().readTree(reply.body()).path("error").asString("");
    }

    private static byte[] body(String line, byte[] image) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        body.writeBytes(image);
        return body.toByteArray();
    }

    private static byte[] picture() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(5, 7, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }

    @Test
    void runsAreListedAndShown() throws IOException, InterruptedException {
        JsonNode list = json("/api/runs");
        assertThat(list.size()).isEqualTo(1);
        assertThat(list.get(0).path("run").asString()).isEqualTo("one");
        assertThat(list.get(0).path("state").asString()).isEqualTo("finished");
        assertThat(list.get(0).path("tryable").asBoolean()).isTrue();
        JsonNode step = json("/api/run/one").path("steps").get(0);
        assertThat(step.path("state").asString()).isEqualTo("done");
        assertThat(step.path("summary").asString()).contains("loss 2.0000 to 1.0000");
        assertThat(step.path("curves").get(0).path("svg").asString()).startsWith("<svg");
        assertThat(step.path("results").path("numbers").path("images").asInt()).isEqualTo(3);
        assertThat(get("/api/settings/one").body()).startsWith("name: finished");
        assertThat(get("/report/run/one").body()).contains("<title>finished</title>");
    }

    @Test
    void aStudyIsShownWithoutItsFile() throws IOException, InterruptedException {
        Path study = Files.createDirectories(runs.resolve("s"));
        StudyPlan plan = new StudyPlan(List.of(
                new StudyPlan.Row("one", "base", 1, List.of("captioning")),
                new StudyPlan.Row("linked", "link", 1, List.of("captioning")),
                new StudyPlan.Row("later", "base", 2, List.of("captioning"))));
        Files.writeString(study.resolve("study.json"), JsonMapper.shared().writeValueAsString(plan));
        assertThat(json("/api/studies").get(0).path("study").asString()).isEqualTo("s");
        JsonNode matrix = json("/api/study/s").path("matrix");
        assertThat(matrix.path("one").path("steps").path("captioning").asString())
                .isEqualTo("done");
        for (String unlisted : List.of("later", "linked")) {
            assertThat(matrix.path(unlisted).path("state").asString()).isEqualTo("waiting");
            assertThat(matrix.path(unlisted).path("steps").path("captioning").asString())
                    .isEqualTo("-");
        }
        Files.writeString(study.resolve("study.json"), "{\"rows\":[{\"run\":\"../secret\",\"steps\":[]}]}");
        assertThat(get("/api/study/s").statusCode()).isEqualTo(422);
        assertThat(get("/api/study/s").body()).contains("does not hold a study's runs");
        assertThat(get("/report/study/s").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret/resolved.yaml",
                "/page.js/../../secret/resolved.yaml",
                "/api/settings/..",
                "/api/settings/.",
                "/api/settings/",
                "/api/settings/%2e%2e",
                "/api/settings/..%2fsecret",
                "/api/settings/..%2Fsecret",
                "/api/settings/..%5csecret",
                "/api/settings/%252e%252e%252fsecret",
                "/api/settings/../secret",
                "/api/settings/one/../../../secret",
                "/api/settings/one%2f..%2f..%2fsecret",
                "/api/settings/linked",
                "/api/settings/status-linked",
                "/api/settings/.set-aside",
                "/api/run/linked",
                "/api/study/linked",
                "/api/study/one",
                "/report/run/linked",
                "/report/study/linked",
                "/report/run/%2Fetc%2Fpasswd",
                "/report/run//etc/passwd",
                "/report/run/one%00",
                "/report/run/ONE",
                "/report/run/one/index.html",
                "/report/run/one/..%2fresolved.yaml",
                "/report/runs/one",
                "/one/resolved.yaml",
                "/api",
                "/page.html",
                "/package-info.class",
                "//etc/passwd",
                "/%"
            })
    void nothingIsHadByAPath(String path) throws IOException {
        String reply = new RawRequest("GET " + path + " HTTP/1.1\nHost: localhost\n").send(server.uri());
        assertThat(reply).matches("(?s)HTTP/1.1 (404|400) .*").doesNotContain(SECRET, "root:");
    }

    @Test
    void otherFormsOfTargetsLeadNowhere() throws IOException {
        for (String target : List.of("http://localhost/../secret", "*", "file:///etc/passwd", "mailto:x")) {
            assertThat(new RawRequest("GET " + target + " HTTP/1.1\nHost: localhost\n").send(server.uri()))
                    .doesNotContain("200 OK", SECRET, "root:");
        }
    }

    @Test
    void linksWithinARunLeadNowhere() throws IOException, InterruptedException {
        Path secret = folder.resolve("secret");
        Path run = makeRun(runs.resolve("leaky"), "finished");
        for (String file : List.of(
                "report/index.html",
                "steps/captioning/results.json",
                "steps/captioning/metrics.jsonl",
                "resolved.yaml")) {
            Files.delete(run.resolve(file));
            if (!file.equals("resolved.yaml")) {
                Files.createSymbolicLink(run.resolve(file), secret.resolve(file));
            }
        }
        assertThat(get("/api/run/leaky").statusCode()).as("without settings").isEqualTo(404);
        Files.writeString(run.resolve("resolved.yaml"), "steps:\n  captioning: {plugin: a}\n");
        Files.createSymbolicLink(run.resolve("steps/linked"), secret.resolve("steps/captioning"));
        HttpResponse<String> shown = get("/api/run/leaky");
        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(shown.body())
                .doesNotContain(SECRET, "<svg")
                .contains("results.json leads out of the run's folder", "metrics.jsonl leads out");
        HttpResponse<String> report = get("/report/run/leaky");
        assertThat(report.statusCode()).isEqualTo(422);
        assertThat(report.body()).contains("leads out").doesNotContain(SECRET);
    }

    @Test
    void onlyTheServersOwnNameIsAnswered() throws IOException {
        for (String host : List.of("localhost", "LOCALHOST:1", "127.0.0.1:8470", "[::1]:80")) {
            assertThat(new RawRequest("GET /api/runs HTTP/1.1\nHost: " + host + "\n").send(server.uri()))
                    .as(host)
                    .startsWith("HTTP/1.1 200");
        }
        for (String hosts : List.of(
                "Host: evil.example\n",
                "Host: evil.example:" + server.uri().getPort() + "\n",
                "Host: localhost.evil.example\n",
                "Host: 192.168.0.1\n",
                "Host: localhost\nHost: evil.example\n",
                "Host: \n",
                "")) {
            assertThat(new RawRequest("GET /api/runs HTTP/1.1\n" + hosts).send(server.uri()))
                    .as(hosts)
                    .startsWith("HTTP/1.1 421")
                    .contains("open http://localhost");
        }
    }

    @Test
    void anotherAddressIsAnsweredUnderItsOwnNameAndByNumber() throws IOException {
        Visitors visitors =
                Visitors.of("Box.example", InetAddress.getByAddress("box.example", new byte[] {10, 0, 0, 1}));
        assertThat(visitors.names()).contains("box.example", "localhost");
        assertThat(visitors.byAnyAddress()).isTrue();
    }

    @Test
    void onlyThePageItselfMayAsk() throws IOException, InterruptedException {
        byte[] body = body(CAPTION, picture());
        for (String origin : List.of("http://evil.example", "null", "https://localhost", "http://localhost:1", "")) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri().resolve("/api/answer"))
                    .header("Content-Type", "application/octet-stream")
                    .POST(BodyPublishers.ofByteArray(body));
            if (!origin.isEmpty()) {
                request.header("Origin", origin);
            }
            assertThat(refused(403, request)).contains("only this server's own page");
        }
        assertThat(refused(415, post(body).setHeader("Content-Type", "text/plain")))
                .contains("octet-stream");
        assertThat(refused(405, post(body).method("OPTIONS", BodyPublishers.noBody())))
                .contains("GET or POST");
        assertThat(refused(405, post(body).PUT(BodyPublishers.ofByteArray(body))))
                .contains("GET or POST");
        assertThat(refused(404, post(body).uri(server.uri().resolve("/api/runs"))))
                .contains("no such page");
        assertThat(models).isEmpty();
        assertThat(answer(post(body)).statusCode()).isEqualTo(200);
    }

    @Test
    void browsersAreToldToTrustNothing() throws IOException, InterruptedException {
        for (String path :
                List.of("/", "/page.js", "/page.css", "/favicon.ico", "/api/runs", "/report/run/one", "/no")) {
            HttpResponse<String> reply = get(path);
            assertThat(reply.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(reply.headers().firstValue("Cross-Origin-Resource-Policy"))
                    .contains("same-origin");
            assertThat(reply.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe-eval", "script-src 'unsafe-inline'", "*");
            assertThat(reply.headers().map()).doesNotContainKey("access-control-allow-origin");
        }
        assertThat(get("/report/run/one")
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElseThrow())
                .startsWith("sandbox;")
                .doesNotContain("script-src");
        assertThat(get("/").body()).doesNotContainPattern("<script>|<style|style=|\\son[a-z]+=|http:|https:");
    }

    @Test
    void aCaptionAnAnswerAndAChat() throws IOException, InterruptedException {
        JsonNode caption = JsonMapper.shared()
                .readTree(answer(post(body(CAPTION, picture()))).body());
        assertThat(caption.path("texts").get(0).asString()).isEqualTo("5x7 after []");
        assertThat(caption.path("notes").get(0).asString()).isEqualTo("a note");
        assertThat(caption.path("seconds").isNumber()).isTrue();
        JsonNode chat = JsonMapper.shared()
                .readTree(answer(post(body("""
                {"run":"one","kind":"question","text":"why?","before":[{"prompt":"question: what?","answer":"a dog"}]}""".strip(), picture()))).body());
        assertThat(chat.path("prompt").asString()).isEqualTo("question: why?");
        assertThat(chat.path("texts").get(0).asString()).isEqualTo("5x7 after [question: what? a dog. ]");
        assertThat(refused(
                        422,
                        post(body(
                                CAPTION.replace("caption", "question")
                                        .replace("\"text\":\"\"", "\"text\":\"too long?\""),
                                picture()))))
                .contains("the model has 64");
        assertThat(models).as("loaded once").hasSize(1);
    }

    @Test
    void aModelWithoutLanguageWritesCaptionsOnly() throws IOException, InterruptedException {
        talks = false;
        assertThat(answer(post(body(CAPTION, picture()))).statusCode()).isEqualTo(200);
        for (String line : List.of(CAPTION.replace("caption", "question"), CAPTION.replace("\"\"", "\"a\""))) {
            assertThat(refused(422, post(body(line, picture())))).contains("one has no language model");
        }
    }

    @Test
    void whatIsNoImageOfModerateSizeIsRefused() throws IOException, InterruptedException {
        assertThat(refused(422, post(body(CAPTION, "<svg/>".getBytes(StandardCharsets.UTF_8)))))
                .contains("the image: of no known image format");
        byte[] cut = Arrays.copyOf(picture(), 35);
        assertThat(refused(422, post(body(CAPTION, cut)))).contains("broken or cut short");
        byte[] huge = picture();
        ByteBuffer.wrap(huge).putInt(16, 60_000).putInt(20, 60_000);
        assertThat(refused(422, post(body(CAPTION, huge)))).contains("60000 x 60000 pixels");
        assertThat(refused(400, post(body(CAPTION, new byte[0])))).contains("choose a file");
        assertThat(refused(413, post(body(CAPTION, new byte[Request.MOST_BYTES + 1]))))
                .contains("the image has more than 20 MiB");
        assertThat(models).isEmpty();
    }

    @Test
    void moreBytesThanOneMaySendAreNotKept() throws IOException, InterruptedException {
        byte[] large = new byte[3 * Request.MOST_BYTES];
        assertThat(refused(413, post(body(CAPTION, large)))).contains("more than 20 MiB");
        HttpRequest.Builder unannounced = post(new byte[0])
                .POST(BodyPublishers.ofInputStream(() -> new SequenceInputStream(
                        new ByteArrayInputStream(body(CAPTION, new byte[0])), new ByteArrayInputStream(large))));
        assertThat(refused(413, unannounced)).contains("more than 20 MiB");
        String lie = new RawRequest(
                        "POST /api/answer HTTP/1.1\nHost: localhost\nOrigin: http://localhost\n"
                                + "Content-Type: application/octet-stream\nContent-Length: 99999999999\n",
                        body(CAPTION, picture()))
                .sendAndStop(server.uri());
        assertThat(lie).doesNotContain("200 OK");
        assertThat(answer(post(body(CAPTION, picture()))).statusCode())
                .as("goes on serving")
                .isEqualTo(200);
    }

    @Test
    void textsAreBounded() throws IOException, InterruptedException {
        byte[] image = picture();
        assertThat(refused(400, post("no line".getBytes(StandardCharsets.UTF_8))))
                .contains("a line of JSON");
        assertThat(refused(400, post(body("{", image)))).contains("a line of JSON");
        assertThat(refused(400, post(body("[".repeat(100_000), image)))).contains("a line of JSON");
        assertThat(refused(400, post(body(" ".repeat(200_000) + CAPTION, image))))
                .contains("a line of JSON");
        assertThat(refused(400, post(body(CAPTION.replace("\"\"", "\"" + "x".repeat(501) + "\""), image))))
                .contains("text: expected at most 500 characters, found 501");
        assertThat(refused(400, post(body(CAPTION.replace("caption", "steal"), image))))
                .contains("kind: expected");
        String turn = "{\"prompt\":\"a\",\"answer\":\"b\"}";
        assertThat(refused(400, post(body(CAPTION.replace("[]", "[" + (turn + ",").repeat(20) + turn + "]"), image))))
                .contains("at most 20 turns");
        for (String run : List.of("linked", "../secret", "", "/etc", "two")) {
            assertThat(refused(404, post(body(CAPTION.replace("one", run), image))))
                    .contains("no run of that name");
        }
        assertThat(models).isEmpty();
    }

    @Test
    void aRunThatIsTakenAwayMeanwhileIsASentence() throws IOException, InterruptedException {
        makeRun(runs.resolve("gone"), "finished");
        assertThat(refused(503, post(body(CAPTION.replace("one", "gone"), picture()))))
                .contains("perhaps it was moved or deleted")
                .doesNotContain(folder.toString());
        assertThat(err.toString()).contains("cannot read " + runs.resolve("gone"));
        err.getBuffer().setLength(0);
    }

    @Test
    void aFolderWhereAFileShouldBeHidesThatRunOnly() throws IOException, InterruptedException {
        Files.createDirectories(runs.resolve("odd/status.json"));
        Files.writeString(runs.resolve("odd/resolved.yaml"), "steps: {}\n");
        assertThat(json("/api/runs").size()).isEqualTo(1);
    }

    @Test
    void nothingIsWritten() throws IOException, InterruptedException {
        List<Path> before = tree();
        answer(post(body(CAPTION, picture())));
        get("/api/run/one");
        assertThat(tree()).isEqualTo(before);
    }

    private List<Path> tree() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted().toList();
        }
    }

    @Test
    void aRunThatHasGoneOnIsLoadedAnewAndOneModelIsKept() throws IOException, InterruptedException {
        makeRun(runs.resolve("two"), "finished");
        answer(post(body(CAPTION, picture())));
        answer(post(body(CAPTION.replace("one", "two"), picture())));
        assertThat(models).extracting(model -> model.closed).containsExactly(true, false);
        Files.createDirectories(runs.resolve("two/steps/more"));
        Files.writeString(runs.resolve("two/steps/more/done"), "");
        answer(post(body(CAPTION.replace("one", "two"), picture())));
        assertThat(models).extracting(model -> model.closed).containsExactly(true, true, false);
    }
}
