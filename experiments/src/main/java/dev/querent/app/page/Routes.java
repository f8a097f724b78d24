package dev.querent.app.page;

import com.sun.net.httpserver.Headers;
import dev.querent.app.study.StudyMatrix;
import dev.querent.app.study.StudyPlan;
import dev.querent.experiment.RunDirectory;
import dev.querent.report.RunFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be asked for. */
final class Routes {

    private static final String RESULTS = "report/results.json";

    private final Shelf shelf;
    private final Desk desk;
    private final RunView runs = new RunView();
    private final Map<String, Reply> files = new LinkedHashMap<>();

    Routes(Shelf shelf, Desk desk) {
        this.shelf = shelf;
        this.desk = desk;
        files.put("/", Reply.own("text/html; charset=utf-8", resource("page.html")));
        files.put("/page.css", Reply.own("text/css; charset=utf-8", resource("page.css")));
        files.put("/page.js", Reply.own("text/javascript; charset=utf-8", resource("page.js")));
        files.put("/favicon.ico", Reply.own("image/svg+xml", resource("icon.svg")));
    }

    private static byte[] resource(String name) {
        try (InputStream in = Routes.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws RefusedException where there is no such page */
    Reply get(URI uri) {
        String path = uri.getRawPath();
        Reply file = files.get(path);
        if (file != null) {
            return file;
        }
        List<String> parts = parts(path);
        String last = parts.get(parts.size() - 1);
        return switch (String.join("/", parts.subList(0, parts.size() - 1))) {
            case "api" ->
                switch (last) {
                    case "runs" -> Reply.json(list());
                    case "studies" -> Reply.json(studies());
                    case "desk" -> Reply.json(desk());
                    default -> throw noPage();
                };
            case "api/run" -> Reply.json(runs.whole(run(last)));
            case "api/settings" -> Reply.text(new RunFiles(run(last).root()).text("resolved.yaml"));
            case "api/study" -> Reply.json(study(last));
            case "report/run" -> Report.of(run(last).root());
            case "report/study" -> Report.of(studyFolder(last));
            default -> throw noPage();
        };
    }

    /** {@code /a/b%20c} as {@code a}, {@code b c}. */
    private static List<String> parts(String path) {
        try {
            return Arrays.stream(path.replaceFirst("^/", "").split("/", -1))
                    .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw noPage();
        }
    }

    private static RefusedException noPage() {
        return new RefusedException(404, "there is no such page");
    }

    private RunDirectory run(String name) {
        return shelf.run(name).orElseThrow(() -> new RefusedException(404, "there is no run of that name"));
    }

    private Path studyFolder(String name) {
        return shelf.study(name).orElseThrow(() -> new RefusedException(404, "there is no study of that name"));
    }

    private ArrayNode list() {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        shelf.runs().forEach(run -> list.add(runs.summary(run)));
        return list;
    }

    private ArrayNode studies() {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (Path study : shelf.studies()) {
            ObjectNode node = list.addObject();
            node.put("study", String.valueOf(study.getFileName()));
            node.put("report", Report.isThere(study));
        }
        return list;
    }

    private ObjectNode study(String name) {
        Path folder = studyFolder(name);
        RunFiles files = new RunFiles(folder);
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("study", name);
        node.put("report", Report.isThere(folder));
        StudyPlan plan;
        try {
            plan = StudyPlan.parse(files.text(StudyPlan.FILE));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(422, String.valueOf(e.getMessage()));
        }
        Map<String, RunDirectory> listed = new LinkedHashMap<>();
        shelf.runs().forEach(run -> listed.put(run.name(), run));
        StudyMatrix matrix = new StudyMatrix(
                plan, run -> Optional.ofNullable(listed.get(run)).map(runs::begun));
        node.set("matrix", matrix.json());
        metrics(files).ifPresent(metrics -> node.set("metrics", metrics));
        return node;
    }

    /** Of the study's report, where it has been written. */
    private static Optional<JsonNode> metrics(RunFiles files) {
        try {
            String json = files.text(RESULTS);
            return json.isEmpty()
                    ? Optional.empty()
                    : Optional.of(JsonMapper.shared().readTree(json).path("metrics"));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private ObjectNode desk() {
        Desk.Doing doing = desk.doing();
        return JsonMapper.shared()
                .createObjectNode()
                .put("doing", doing.what())
                .put("run", doing.run())
                .put("most-bytes", Request.MOST_BYTES);
    }

    /** @throws RefusedException where it is no request, or has no answer */
    Reply post(URI uri, Headers headers, InputStream body) throws IOException {
        if (!"/api/answer".equals(uri.getRawPath())) {
            throw noPage();
        }
        if (!"application/octet-stream".equals(headers.getFirst("Content-Type"))) {
            throw new RefusedException(415, "expected Content-Type: application/octet-stream");
        }
        if (Request.isTooLarge(length(headers))) {
            throw Request.tooLarge();
        }
        try (Desk.Place place = desk.place()) {
            Request request = Request.read(body);
            Desk.Answer answer = desk.answer(run(request.run()), request);
            ObjectNode node = JsonMapper.shared().createObjectNode();
            node.put("prompt", answer.turn().prompt());
            answer.turn().texts().forEach(node.putArray("texts")::add);
            answer.notes().forEach(node.putArray("notes")::add);
            node.put("seconds", answer.seconds());
            return Reply.json(node);
        }
    }

    /** As it is announced; 0 where it is not. */
    private static long length(Headers headers) {
        String announced = headers.getFirst("Content-Length");
        return announced == null ? 0 : Long.parseLong(announced); // the server has read it as a number before
    }
}
