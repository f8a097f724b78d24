package dev.querent.task.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.data.MissingDataException;
import dev.querent.testing.Tar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackageArchiveTest {

    @TempDir
    Path folder;

    private Map<String, String> read(Path file) throws IOException {
        Map<String, String> found = new TreeMap<>();
        new PackageArchive(file)
                .read(
                        name -> !name.endsWith(".skip"),
                        (name, content) -> found.put(name, new String(content, StandardCharsets.UTF_8)));
        return found;
    }

    @Test
    void readsPlainFilesLongNamesAndNothingElse() throws IOException {
        String longName = "package/" + "deep/".repeat(40) + "file";
        byte[] pax = paxPath(longName + "2");
        Path file = new Tar()
                .entry("package/", '5', new byte[0], 0)
                .file("package/a", "first")
                .file("package/empty", "")
                .file("package/b.skip", "x".repeat(2000))
                .entry("././@LongLink", 'L', (longName + "\0").getBytes(StandardCharsets.UTF_8), longName.length() + 1)
                .file("cut name", "long")
                .entry("pax", 'x', pax, pax.length)
                .file("cut name", "longer")
                .file("package/c", "last")
                .write(folder.resolve("a.tgz"));
        assertThat(read(file))
                .isEqualTo(Map.of(
                        "package/a",
                        "first",
                        "package/empty",
                        "",
                        longName,
                        "long",
                        longName + "2",
                        "longer",
                        "package/c",
                        "last"));
    }

    private static byte[] paxPath(String path) {
        int length = path.length() + 7;
        length += String.valueOf(length).length();
        return (length + " path=" + path + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "package/../../outside", "/etc/outside", "..\\outside", "C:/outside"})
    void refusesPathsThatLeadOut(String name) throws IOException {
        Path file = new Tar().file("package/a", "fine").file(name, "bad").write(folder.resolve("a.tgz"));
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("leads out of the package");
        byte[] pax = paxPath(name);
        Path hidden = new Tar()
                .entry("pax", 'x', pax, pax.length)
                .file("harmless", "bad")
                .write(folder.resolve("b.tgz"));
        assertThatThrownBy(() -> read(hidden)).isInstanceOf(IOException.class).hasMessageContaining("leads out");
    }

    @ParameterizedTest
    @ValueSource(chars = {'1', '2', '3', '4', '6'})
    void refusesLinksAndDevices(char type) throws IOException {
        Path file = new Tar().entry("package/link", type, new byte[0], 0).write(folder.resolve("a.tgz"));
        assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class).hasMessageContaining("is no plain file");
    }

    @Test
    void refusesHugeSizes() throws IOException {
        Path one = new Tar().entry("package/huge", '0', new byte[8], 9L << 20).write(folder.resolve("a.tgz"));
        assertThatThrownBy(() -> read(one))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("9437184 bytes, more than");
        Path all =
                new Tar().entry("package/huge.skip", '0', new byte[8], 2L << 30).write(folder.resolve("b.tgz"));
        assertThatThrownBy(() -> read(all))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 50000 entries");
        Tar many = new Tar();
        for (int i = 0; i <= 50_000; i++) {
            many.entry("package/" + i + ".skip", '0', new byte[0], 0);
        }
        Path entries = many.write(folder.resolve("c.tgz"));
        assertThatThrownBy(() -> read(entries)).isInstanceOf(IOException.class).hasMessageContaining("more than 50000");
    }

    @Test
    void refusesWhatIsCutShortOrBroken() throws IOException {
        byte[] whole = new Tar().file("package/a", "x".repeat(5000)).gzipped();
        for (int length : new int[] {0, 5, whole.length / 2}) {
            Path file = Files.write(folder.resolve("a.tgz"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> read(file)).as("%d bytes", length).isInstanceOf(IOException.class);
        }
        Path sizeless = new Tar().entry("package/a", '0', new byte[0], -1).write(folder.resolve("b.tgz"));
        assertThatThrownBy(() -> read(sizeless))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("b.tgz: more than");
        Path noArchive = Files.writeString(folder.resolve("c.tgz"), "<html>");
        assertThatThrownBy(() -> read(noArchive))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("c.tgz");
    }

    @Test
    void refusesAnotherPackageThanThePinnedOne() throws Exception {
        Path file = new Tar().file("package/a", "content").write(folder.resolve("a.tgz"));
        byte[] bytes = Files.readAllBytes(file);
        String integrity = "sha512-"
                + Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-512").digest(bytes));
        assertThat(new PackageArchive(file).check(integrity)).isNotNull();
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> new PackageArchive(file).check(integrity))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.tgz: not the package that was pinned");
    }

    @Test
    void aMissingOrFailingClientIsOneSentence() {
        NpmPackage source = new NpmPackage("some-package", "1.0.0", "sha512-");
        NpmClient none = new NpmClient(List.of(folder.resolve("no-npm").toString()));
        assertThatThrownBy(() -> none.open(source, folder))
                .isInstanceOf(MissingDataException.class)
                .hasMessageContaining("install Node.js")
                .hasMessageContaining("plugin: shapes");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        NpmClient failing = new NpmClient(List.of(java.toString()));
        assertThatThrownBy(() -> failing.open(source, folder))
                .isInstanceOf(MissingDataException.class)
                .hasMessageContaining("npm pack some-package@1.0.0 failed with exit code 1");
    }
}
