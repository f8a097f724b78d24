package dev.querent.task.metric.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official scorers in their own processes; here programs that speak as they do, since the real ones can't be shipped. */
class InstalledScorersTest {

    private static final TokenizedCaption FIRST = new TokenizedCaption("a dog", List.of("a dog runs", "dogs"));
    private static final TokenizedCaption SECOND = new TokenizedCaption("", List.of("a cat"));

    @TempDir
    private Path folder;

    @BeforeEach
    void programs() throws IOException {
        jar("tokenizer/stanford-corenlp-3.4.1.jar", "edu.stanford.nlp.process.PTBTokenizer", """
                package edu.stanford.nlp.process;
                public class PTBTokenizer {
                    public static void main(String[] a) throws Exception {
                        if (!a[0].equals("-preserveLines") || !a[1].equals("-lowerCase")) throw new Exception("arguments");
                        for (String line : java.nio.file.Files.readString(java.nio.file.Path.of(a[2])).split("\\n", -1))
                            System.out.println(line.toLowerCase().replace(".", " .").replace("(", "-lrb-"));
                    }
                }""");
        meteor("""
                public class Meteor {
                    public static void main(String[] a) throws Exception {
                        var in = new java.io.BufferedReader(new java.io.InputStreamReader(System.in, "UTF-8"));
                        String line;
                        while ((line = in.readLine()) != null) {
                            String[] parts = line.split(" \\\\|\\\\|\\\\| ", -1);
                            if (parts[0].equals("SCORE")) System.out.println("  " + (parts.length - 2) + " " + parts[parts.length - 1].length());
                            else {
                                double sum = 0;
                                for (int i = 1; i < parts.length; i++) {
                                    double one = Double.parseDouble(parts[i].split(" ")[1]);
                                    System.out.println(one);
                                    sum += one;
                                }
                                System.out.println(sum / 10);
                            }
                        }
                    }
                }""");
        Files.createDirectories(folder.resolve("meteor/data"));
        Files.createFile(folder.resolve("meteor/data/paraphrase-en.gz"));
        spice("""
                package edu.anu.spice;
                public class SpiceScorer {
                    public static void main(String[] a) throws Exception {
                        String in = java.nio.file.Files.readString(java.nio.file.Path.of(a[0]));
                        StringBuilder out = new StringBuilder("[");
                        for (int i = in.split("image_id").length - 2; i >= 0; i--)
                            out.append("{\\"image_id\\":" + i + ",\\"scores\\":{\\"All\\":{\\"f\\":" + (i + 1) / 10.0 + "}}}").append(i > 0 ? "," : "]");
                        java.nio.file.Files.writeString(java.nio.file.Path.of(a[2]), out);
                    }
                }""");
        Files.createDirectories(folder.resolve("spice/lib"));
        Files.createFile(folder.resolve("spice/lib/stanford-corenlp-3.6.0.jar"));
        Files.createFile(folder.resolve("spice/lib/nashorn-core-15.4.jar"));
        Files.createFile(folder.resolve("spice/lib/stanford-corenlp-3.6.0-models.jar"));
    }

    private void meteor(String source) throws IOException {
        jar("meteor/meteor-1.5.jar", "Meteor", source);
    }

    private void spice(String source) throws IOException {
        jar("spice/spice-1.0.jar", "edu.anu.spice.SpiceScorer", source);
    }

    private void jar(String name, String main, String source) throws IOException {
        Path work = Files.createTempDirectory(folder, "work");
        Path file = Files.writeString(work.resolve(main.substring(main.lastIndexOf('.') + 1) + ".java"), source);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", work.toString(), file.toString()))
                .isZero();
        Path jar = folder.resolve(name);
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
        String entry = main.replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            entries.putNextEntry(new JarEntry(entry));
            Files.copy(work.resolve(entry), entries);
        }
    }

    private static Map<String, List<TokenizedCaption>> parts() {
        Map<String, List<TokenizedCaption>> parts = new LinkedHashMap<>();
        parts.put("all", List.of(FIRST, SECOND));
        parts.put("one", List.of(SECOND));
        return parts;
    }

    @Test
    void eachPartHasItsOwnScores() {
        InstalledScorers scorers = new InstalledScorers(folder);
        assertThat(scorers.notes()).isEmpty();
        Map<String, Map<String, Double>> scores = scorers.score(parts());
        assertThat(scores.get("all").get("METEOR")).isCloseTo(0.5, within(1e-12)); // "a dog" has 5 characters
        assertThat(scores.get("one").get("METEOR")).isCloseTo(0, within(1e-12));
        assertThat(scores.get("all").get("SPICE")).isCloseTo(0.15, within(1e-12));
        assertThat(scores.get("one").get("SPICE")).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void tokensComeFromTheProgramAndLinesStayTogether() {
        CaptionTokenizer tokenizer = new InstalledScorers(folder).tokenizer();
        assertThat(tokenizer.tokenize(List.of("A dog.", "", "Two\nlines\r\u2028(caf\u00e9).", "\ud83d.")))
                .containsExactly("a dog", "", "two lines  -lrb-caf\u00e9)", "");
    }

    @Test
    void whatIsNotInstalledIsSaidAndLeftOut() throws IOException {
        Files.delete(folder.resolve("meteor/data/paraphrase-en.gz"));
        Files.delete(folder.resolve("spice/lib/stanford-corenlp-3.6.0-models.jar"));
        InstalledScorers scorers = new InstalledScorers(folder);
        assertThat(scorers.notes())
                .containsExactly(
                        "no METEOR: there is no " + folder.resolve("meteor/data/paraphrase-en.gz")
                                + " (docs/howto/metrics.md)",
                        "no SPICE: there is no " + folder.resolve("spice/lib/stanford-corenlp-3.6.0-models.jar")
                                + " (docs/howto/metrics.md)");
        assertThat(scorers.score(parts()).get("all")).isEmpty();
        Files.delete(folder.resolve("tokenizer/stanford-corenlp-3.4.1.jar"));
        assertThatThrownBy(() -> new InstalledScorers(folder))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("stanford-corenlp-3.4.1.jar: there is no such file")
                .hasMessageContaining("pycocoevalcap");
    }

    @Test
    void aProgramThatFailsIsQuoted() throws IOException {
        meteor(
                "public class Meteor { public static void main(String[] a) { throw new RuntimeException(\"no data\"); } }");
        assertThatThrownBy(() -> new InstalledScorers(folder).score(parts()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("METEOR (")
                .hasMessageContaining("failed. It said: ")
                .hasMessageContaining("no data");
    }

    @Test
    void aProgramThatAnswersSomethingElseIsRefused() throws IOException {
        meteor(
                "public class Meteor { public static void main(String[] a) { while (true) System.out.println(\"what?\"); } }");
        assertThatThrownBy(() -> new InstalledScorers(folder).score(parts()))
                .hasMessageContaining("METEOR (")
                .hasMessageContaining("failed");
    }

    @Test
    void aProgramThatWritesNothingIsRefused() throws IOException {
        spice("package edu.anu.spice; public class SpiceScorer { public static void main(String[] a) {} }");
        assertThatThrownBy(() -> new InstalledScorers(folder).score(parts()))
                .hasMessageContaining("SPICE (")
                .hasMessageContaining("failed");
        spice("""
                package edu.anu.spice;
                public class SpiceScorer {
                    public static void main(String[] a) throws Exception {
                        java.nio.file.Files.writeString(java.nio.file.Path.of(a[2]), "[]");
                    }
                }""");
        assertThatThrownBy(() -> new InstalledScorers(folder).score(parts())).hasMessageContaining("left captions out");
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        long before = leftovers();
        new InstalledScorers(folder).score(parts());
        new InstalledScorers(folder).tokenizer().tokenize(List.of("a"));
        assertThat(leftovers()).isLessThanOrEqualTo(before);
    }

    private static long leftovers() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith("querent-scorer")
                                || name.startsWith("querent-spice")
                                || name.startsWith("querent-captions");
                    })
                    .count();
        }
    }
}
