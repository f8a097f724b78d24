package dev.querent.task.dataset;

import dev.querent.data.MissingDataException;
import dev.querent.file.FileTree;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.progress.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Gets the packages and joins their drawings with names into an {@link EmojiFolder}, which appears whole or not at all. */
final class EmojiPreparation {

    private final PackageSource packages;
    private final Progress progress;
    private long done;
    private long total;

    EmojiPreparation(PackageSource packages, Progress progress) {
        this.packages = packages;
        this.progress = progress;
    }

    /**
     * Sees to it that the folder holds the drawings of some styles, with those it has already. Two processes at once take
     * turns, and the second finds the work done.
     *
     * @param target the prepared folder; its parent need not exist
     * @throws MissingDataException where a package can't be got
     * @throws UncheckedIOException where a package is not what was pinned, or the disk refuses
     */
    void fetch(Path target, Set<EmojiStyle> styles) {
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            try (FileChannel channel = FileChannel.open(
                            target.resolveSibling(target.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Set<EmojiStyle> present = present(target);
                if (!lock.isValid() || present.containsAll(styles)) {
                    return;
                }
                EnumSet<EmojiStyle> all = EnumSet.copyOf(styles);
                all.addAll(present);
                prepare(target, all);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("the emoji can't be prepared in " + target + ": " + e.getMessage(), e));
        }
    }

    private static Set<EmojiStyle> present(Path target) {
        try {
            return EmojiFolder.open(target).styles();
        } catch (MissingDataException e) { // not there, or damaged: everything is written anew
            return Set.of();
        }
    }

    private void prepare(Path target, Set<EmojiStyle> styles) throws IOException {
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        FileTree.delete(partial); // what a killed process left behind
        try {
            Files.createDirectories(partial);
            Map<String, List<EmojiStyle>> byPackage = new LinkedHashMap<>();
            for (EmojiStyle style : styles) {
                byPackage
                        .computeIfAbsent(style.source().specification(), name -> new ArrayList<>())
                        .add(style);
            }
            total = 2L * (1 + byPackage.size());
            Path packageFolder = partial.resolve("package");
            List<EmojiConcept> concepts = EmojiNames.read(open(EmojiNames.SOURCE, packageFolder));
            advance();
            Map<EmojiStyle, Map<String, byte[]>> drawings = new EnumMap<>(EmojiStyle.class);
            for (List<EmojiStyle> together : byPackage.values()) {
                drawings.putAll(drawings(open(together.get(0).source(), packageFolder), together, concepts));
                advance();
            }
            FileTree.delete(packageFolder);
            write(partial, concepts, drawings);
            FileTree.delete(target);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            FileTree.delete(partial);
        }
    }

    private void advance() {
        progress.update(++done, total, Map.of());
    }

    private PackageArchive open(NpmPackage source, Path folder) throws IOException {
        FileTree.delete(folder);
        PackageArchive archive = packages.open(source, Files.createDirectories(folder));
        advance();
        return archive;
    }

    /** The usable drawings of some concepts, as PNG by concept key. */
    private static Map<EmojiStyle, Map<String, byte[]>> drawings(
            PackageArchive archive, List<EmojiStyle> styles, List<EmojiConcept> concepts) throws IOException {
        Map<EmojiStyle, Map<String, byte[]>> found = new EnumMap<>(EmojiStyle.class);
        Map<EmojiStyle, Set<String>> wanted = new EnumMap<>(EmojiStyle.class);
        for (EmojiStyle style : styles) {
            Set<String> keys = new HashSet<>();
            concepts.forEach(concept -> keys.addAll(style.keysOf(concept)));
            wanted.put(style, keys);
            found.put(style, new HashMap<>());
        }
        archive.read(
                name -> styles.stream()
                        .anyMatch(style -> style.holds(name)
                                && wanted.getOrDefault(style, Set.of()).contains(style.keyOf(name))),
                (name, content) -> {
                    for (EmojiStyle style : styles) {
                        Map<String, byte[]> own = found.get(style);
                        if (own != null && style.holds(name)) {
                            own.put(style.keyOf(name), content);
                        }
                    }
                });
        Map<EmojiStyle, Map<String, byte[]>> byConcept = new EnumMap<>(EmojiStyle.class);
        found.forEach((style, files) -> byConcept.put(style, usable(style, files, concepts)));
        return byConcept;
    }

    private static Map<String, byte[]> usable(
            EmojiStyle style, Map<String, byte[]> files, List<EmojiConcept> concepts) {
        Map<String, byte[]> usable = new HashMap<>();
        for (EmojiConcept concept : concepts) {
            for (String key : style.keysOf(concept)) {
                byte[] file = files.get(key);
                if (file != null && !usable.containsKey(concept.key())) {
                    png(style, file, concept.drawing(style)).ifPresent(png -> usable.put(concept.key(), png));
                }
            }
        }
        return usable;
    }

    /** Empty where the drawing is broken: the concept then goes without this style. */
    private static Optional<byte[]> png(EmojiStyle style, byte[] file, String name) {
        try {
            byte[] png = style.isVector() ? VectorDrawing.png(file, name) : file;
            ImageDecoder.decode(png, name);
            return Optional.of(png);
        } catch (BadImageException e) {
            return Optional.empty();
        }
    }

    private static void write(Path folder, List<EmojiConcept> concepts, Map<EmojiStyle, Map<String, byte[]>> drawings)
            throws IOException {
        List<String> lines = new ArrayList<>();
        Map<EmojiStyle, Integer> counts = new EnumMap<>(EmojiStyle.class);
        long offset = 0;
        try (OutputStream out = Files.newOutputStream(folder.resolve(EmojiFolder.DRAWINGS))) {
            for (EmojiConcept concept : concepts) {
                ObjectNode line = JsonMapper.shared().createObjectNode();
                line.put("key", concept.key()).put("label", concept.label());
                ArrayNode keywords = line.putArray("keywords");
                concept.keywords().forEach(keywords::add);
                line.put("category", concept.category()).put("subcategory", concept.subcategory());
                ArrayNode places = line.putArray("drawings");
                for (Map.Entry<EmojiStyle, Map<String, byte[]>> style : drawings.entrySet()) {
                    byte[] png = style.getValue().get(concept.key());
                    if (png != null) {
                        out.write(png);
                        places.addObject()
                                .put("style", style.getKey().name())
                                .put("offset", offset)
                                .put("length", png.length);
                        offset += png.length;
                        counts.merge(style.getKey(), 1, Integer::sum);
                    }
                }
                if (!places.isEmpty()) {
                    lines.add(line.toString());
                }
            }
        }
        Files.write(folder.resolve(EmojiFolder.METADATA), lines);
        Files.writeString(folder.resolve(EmojiFolder.MANIFEST), manifest(folder, counts), StandardCharsets.UTF_8);
    }

    private static String manifest(Path folder, Map<EmojiStyle, Integer> counts) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("format", EmojiFolder.FORMAT);
        root.put("names", EmojiNames.SOURCE.specification()).put("names-licence", "MIT");
        ArrayNode styles = root.putArray("styles");
        counts.forEach((style, count) -> styles.addObject()
                .put("style", style.name())
                .put("package", style.source().specification())
                .put("integrity", style.source().integrity())
                .put("licence", style.licence())
                .put("drawings", count));
        ObjectNode sums = root.putObject("sha256");
        for (String name : List.of(EmojiFolder.METADATA, EmojiFolder.DRAWINGS)) {
            sums.put(name, EmojiFolder.sha256(folder.resolve(name)));
        }
        return root.toPrettyString() + "\n";
    }
}
