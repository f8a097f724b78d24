package dev.querent.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.progress.Progress;
import dev.querent.testing.Tar;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarShardsTest {

    @TempDir
    private Path folder;

    private TarShards open(Path... files) {
        return TarShards.open(List.of(files), Optional.empty(), Progress.SILENT);
    }

    private TarShards open(Tar tar) throws IOException {
        return open(Files.write(folder.resolve("a.tar"), tar.bytes()));
    }

    private static String text(ShardSample sample, String extension) {
        assertThat(sample.refusal()).isEmpty();
        assertThat(sample.members()).containsKey(extension);
        return new String(sample.members().get(extension).content(), StandardCharsets.UTF_8);
    }

    @Test
    void readsSamplesByNumber() throws IOException {
        Path first = Files.write(
                folder.resolve("00000.tar"),
                new Tar()
                        .file("000000000.jpg", "picture")
                        .file("000000000.json", "{}")
                        .file("000000000.txt", "a dog")
                        .file("000000001.jpg", "x".repeat(512))
                        .file("000000001.txt", "")
                        .bytes());
        Path empty = Files.write(folder.resolve("00001.tar"), new Tar().bytes());
        Path last = Files.write(
                folder.resolve("00002.tar"),
                new Tar()
                        .entry("sub/", '5', new byte[0], 0)
                        .file("sub/b.seg.JPG", "y".repeat(10_000))
                        .file("README", "no sample")
                        .file("sub/.hidden", "no sample")
                        .file("c.txt", "c")
                        .bytes());
        TarShards shards = open(first, empty, last);
        assertThat(shards.size()).isEqualTo(4);
        assertThat(shards.firsts()).containsExactly(0, 2, 2, 4);
        assertThat(shards.damages()).isEmpty();
        assertThat(text(shards.get(3), "txt")).isEqualTo("c");
        assertThat(text(shards.get(0), "txt")).isEqualTo("a dog");
        assertThat(shards.get(0).id()).isEqualTo("00000.tar:000000000");
        assertThat(shards.get(1).members().keySet()).containsExactlyInAnyOrder("jpg", "txt");
        assertThat(text(shards.get(1), "jpg")).hasSize(512);
        assertThat(text(shards.get(1), "txt")).isEmpty();
        assertThat(shards.get(2).key()).isEqualTo("sub/b");
        assertThat(text(shards.get(2), "seg.jpg")).hasSize(10_000);
    }

    @Test
    void readsLongNamesAndBinarySizes() throws IOException {
        String name = "folder/".repeat(40) + "ü" + "0".repeat(200);
        byte[] binary = new byte[12];
        binary[0] = (byte) 0x80;
        binary[11] = 3;
        TarShards shards = open(new Tar()
                .pax("mtime", "1.5")
                .pax("path", name + ".txt")
                .file("short.txt", "pax")
                .entry("././@LongLink", 'L', (name + "1.txt\0").getBytes(StandardCharsets.UTF_8), name.length() + 7)
                .file("short.txt", "gnu")
                .entry("b.txt", '0', "bin".getBytes(StandardCharsets.UTF_8), binary)
                .entry("pax_global_header", 'g', "30 comment=".getBytes(StandardCharsets.UTF_8), 11)
                .pax("size", "4")
                .entry("c.txt", '0', "paxs".getBytes(StandardCharsets.UTF_8), 0));
        assertThat(shards.damages()).isEmpty();
        assertThat(shards.size()).isEqualTo(4);
        assertThat(shards.get(0).key()).isEqualTo(name);
        assertThat(text(shards.get(0), "txt")).isEqualTo("pax");
        assertThat(shards.get(1).key()).isEqualTo(name + "1");
        assertThat(text(shards.get(1), "txt")).isEqualTo("gnu");
        assertThat(text(shards.get(2), "txt")).isEqualTo("bin");
        assertThat(text(shards.get(3), "txt")).isEqualTo("paxs");
    }

    @Test
    void indexIsUsedUntilTheShardChanges() throws IOException {
        Path file = Files.write(
                folder.resolve("a.tar"), new Tar().file("a.txt", "a").bytes());
        open(file);
        Path index = folder.resolve("a.tar.index");
        FileTime old = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(index, old);
        assertThat(text(open(file).get(0), "txt")).isEqualTo("a");
        assertThat(Files.getLastModifiedTime(index)).isEqualTo(old);
        Files.write(file, new Tar().file("b.txt", "b").file("c.txt", "c").bytes());
        assertThat(open(file).size()).isEqualTo(2);
        assertThat(Files.getLastModifiedTime(index)).isNotEqualTo(old);
        byte[] whole = Files.readAllBytes(index);
        for (int at = 0; at < whole.length; at++) { // cut short anywhere, or damaged in its header
            Files.write(index, Arrays.copyOf(whole, at));
            assertThat(text(open(file).get(1), "txt")).isEqualTo("c");
            byte[] changed = whole.clone();
            changed[at % 56] ^= 1;
            Files.write(index, changed);
            assertThat(text(open(file).get(1), "txt")).isEqualTo("c");
        }
    }

    @Test
    void indexesMayBeKeptElsewhere() throws IOException {
        Path file = Files.write(
                folder.resolve("a.tar"), new Tar().file("a.txt", "a").bytes());
        Path indexes = folder.resolve("new/indexes");
        TarShards shards = TarShards.open(List.of(file), Optional.of(indexes), Progress.SILENT);
        assertThat(text(shards.get(0), "txt")).isEqualTo("a");
        Path other = Files.createDirectories(folder.resolve("other")).resolve("a.tar");
        Files.write(other, new Tar().file("b.txt", "b").bytes());
        TarShards.open(List.of(other), Optional.of(indexes), Progress.SILENT);
        assertThat(Files.list(indexes)).hasSize(2);
        assertThat(folder.resolve("a.tar.index")).doesNotExist();
        assertThatThrownBy(() -> TarShards.open(List.of(file), Optional.of(file), Progress.SILENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a.tar: no index of it can be made");
    }

    @Test
    void aShardThatIsCutShortKeepsWhatIsBeforeAndSaysWhatIsMissing() throws IOException {
        byte[] whole = new Tar()
                .file("a.txt", "a".repeat(600))
                .file("b.txt", "b".repeat(600))
                .unfinished();
        for (int length = 0; length <= whole.length; length += 37) {
            Path file = Files.write(folder.resolve("a" + length + ".tar"), Arrays.copyOf(whole, length));
            TarShards shards = open(file);
            assertThat(shards.damages()).hasSize(1);
            assertThat(shards.damages().get(0)).contains(file + ": cut short");
            ShardSample last = shards.get(shards.size() - 1);
            assertThat(last.refusal().orElseThrow()).contains("cut short");
            assertThat(shards.size() - 1).isEqualTo(length < 1112 ? 0 : length < 1536 + 1112 ? 1 : 2);
        }
    }

    @Test
    void refusesLinksDevicesAndNamesThatLeadElsewhere() throws IOException {
        TarShards shards = open(new Tar()
                .entry("a.jpg", '2', new byte[0], 0)
                .entry("b.jpg", '1', new byte[0], 700)
                .entry("c.jpg", '3', new byte[0], 0)
                .entry("d.jpg", '6', new byte[0], 0)
                .entry("e.jpg", 'S', new byte[0], 0)
                .file("../../f.jpg", "x")
                .file("/etc/g.jpg", "x")
                .file("h\\i.jpg", "x")
                .file("j.jpg", "x")
                .file("j.JPG", "x")
                .file("k.jpg", "good"));
        assertThat(shards.damages()).isEmpty();
        List<String> refusals = IntStream.range(0, 10)
                .mapToObj(i -> shards.get(i).refusal().orElse("taken"))
                .toList();
        assertThat(refusals.subList(0, 5)).allMatch(refusal -> refusal.contains("is no plain file but of type"));
        assertThat(refusals.subList(5, 8)).allMatch(refusal -> refusal.endsWith("leads out of the archive"));
        assertThat(refusals.get(8)).contains("two members");
        assertThat(refusals.get(9)).isEqualTo("taken");
        assertThat(text(shards.get(9), "jpg")).isEqualTo("good");
        assertThat(Files.list(folder)).hasSize(2);
    }

    /** None of these may cost more memory than a window of the file. */
    @Test
    void refusesHeadersThatClaimTooMuch() throws IOException {
        byte[] huge = new byte[12];
        Arrays.fill(huge, (byte) 0xFF);
        huge[0] = (byte) 0x80;
        byte[] negative = huge.clone();
        negative[0] = (byte) 0xFF;
        Tar good = new Tar().file("a.txt", "a");
        List<byte[]> hostile = List.of(
                new Tar().entry("b.jpg", '0', new byte[0], huge).bytes(),
                new Tar().entry("b.jpg", '0', new byte[0], negative).bytes(),
                new Tar().entry("b.jpg", '0', new byte[0], 07777777777L).bytes(),
                new Tar()
                        .entry("long", 'L', new byte[70_000], 70_000)
                        .file("b.jpg", "b")
                        .bytes(),
                new Tar()
                        .entry("pax", 'x', new byte[70_000], 70_000)
                        .file("b.jpg", "b")
                        .bytes(),
                new Tar()
                        .entry("pax", 'x', "999999 path=b\n".getBytes(StandardCharsets.UTF_8), 14)
                        .bytes(),
                new Tar()
                        .entry("pax", 'x', "path=b\n".getBytes(StandardCharsets.UTF_8), 7)
                        .bytes(),
                new Tar().pax("size", "-5").file("b.jpg", "b").bytes(),
                new Tar().pax("size", "999999999999999999").file("b.jpg", "b").bytes(),
                new Tar()
                        .raw("not a tar header".repeat(64).getBytes(StandardCharsets.UTF_8))
                        .bytes());
        for (int i = 0; i < hostile.size(); i++) {
            Path file = folder.resolve("hostile" + i + ".tar");
            Files.write(
                    file, new Tar().raw(good.unfinished()).raw(hostile.get(i)).bytes());
            TarShards shards = open(file);
            assertThat(shards.damages()).as("%d", i).hasSize(1);
            assertThat(text(shards.get(0), "txt")).isEqualTo("a");
            assertThat(shards.get(1).refusal()).as("%d", i).isPresent();
            assertThat(shards.size()).isEqualTo(2);
        }
    }

    /** Whatever stands in the second header, the first sample is read, and what follows is read or refused. */
    @Test
    void survivesAnyHeader() throws IOException {
        byte[] whole = new Tar()
                .file("a.txt", "a")
                .pax("path", "b.txt")
                .file("short.txt", "b")
                .bytes();
        for (int at = 1024; at < 1024 + 3 * 512; at++) {
            int field = at % 512;
            if ((field > 15 && field < 124) || (field > 264 && field < 345) || field > 348) {
                continue; // nothing is read from there
            }
            for (byte value : new byte[] {0, '7', 'L', 'x', (byte) 0x80, (byte) 0xFF}) {
                byte[] changed = whole.clone();
                changed[at] = value;
                if (at % 512 < 148 || at % 512 > 155) {
                    sum(changed, at / 512 * 512);
                }
                try (TarShards shards = open(Files.write(folder.resolve("a.tar"), changed))) {
                    for (int i = 0; i < shards.size(); i++) {
                        for (ShardSample.Member member : shards.get(i).members().values()) {
                            assertThat(member.size()).isLessThan(whole.length);
                            assertThat(member.content()).hasSize((int) member.size());
                        }
                    }
                    assertThat(text(shards.get(0), "txt")).isEqualTo("a");
                }
                Files.delete(folder.resolve("a.tar.index"));
            }
        }
    }

    /** Corrects a header's check sum. */
    private static void sum(byte[] tar, int header) {
        Arrays.fill(tar, header + 148, header + 156, (byte) ' ');
        int sum = 0;
        for (int i = header; i < header + 512; i++) {
            sum += tar[i] & 0xFF;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, header + 148, 8);
    }

    @Test
    void refusesSamplesOfEndlessMembersAndMembersOfEndlessSize() throws IOException {
        Tar many = new Tar();
        for (int i = 0; i < 70; i++) {
            many.file("a." + i, "");
        }
        assertThat(open(many).get(0).refusal()).contains("more than 64 members");
        Path sparse = folder.resolve("sparse.tar");
        Files.write(sparse, new Tar().entry("a.jpg", '0', new byte[0], 1L << 31).unfinished());
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(512 + (1L << 31) + 1024); // a hole: takes no room
        }
        ShardSample.Member member = open(sparse).get(0).members().get("jpg");
        assertThat(member).isNotNull();
        assertThatThrownBy(member::content)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"a.jpg\" has 2147483648 bytes, more than the");
    }

    @Test
    void threadsThatAreInterruptedDisturbNoOther() throws Exception {
        Tar tar = new Tar();
        for (int i = 0; i < 50; i++) {
            tar.file(i + ".txt", "text " + i);
        }
        TarShards shards = open(tar);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> readers = IntStream.range(0, 2)
                    .<Future<?>>mapToObj(reader -> pool.submit(() -> {
                        for (int i = 0; i < 2000; i++) {
                            assertThat(text(shards.get(i % 50), "txt")).isEqualTo("text " + i % 50);
                        }
                    }))
                    .toList();
            for (int i = 0; i < 100; i++) {
                pool.submit(() -> {
                            Thread.currentThread().interrupt();
                            assertThatThrownBy(() -> shards.get(0)).isInstanceOf(UncheckedIOException.class);
                            assertThat(Thread.interrupted()).isTrue();
                        })
                        .get();
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void namesOfManyShards() throws IOException {
        for (String name : List.of("08.tar", "09.tar", "10.tar", "x.txt")) {
            Files.createFile(folder.resolve(name));
        }
        assertThat(ShardNames.of(folder + "/{08..10}.tar"))
                .extracting(file -> file.getFileName().toString())
                .containsExactly("08.tar", "09.tar", "10.tar");
        assertThat(ShardNames.of(folder.toString())).hasSize(3);
        assertThat(ShardNames.of(folder + "/0*.tar")).hasSize(2);
        assertThat(ShardNames.of(folder + "/10.tar")).hasSize(1);
        for (String wrong : List.of("/{08..11}.tar", "/{09..08}.tar", "/{0..99999999}.tar", "/y*.tar", "/none.tar")) {
            assertThatThrownBy(() -> ShardNames.of(folder + wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
