package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.config.Problem;
import dev.querent.config.Problems;
import dev.querent.config.YamlException;
import dev.querent.config.YamlReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads an experiment file with the files that it extends. */
final class ExperimentFiles {

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final int MOST_BYTES = 4 * YamlReader.LONGEST;

    private final Problems problems;
    private final List<Path> chain = new ArrayList<>();

    ExperimentFiles(Problems problems) {
        this.problems = problems;
    }

    /** The settings of a file on top of those that it extends. */
    Mapping read(Path file) {
        return read(file, Origin.of(file.toString()));
    }

    /** The settings with the name that a file gives an experiment without one: its own, without extension. */
    static Mapping named(Mapping root, Path file) {
        ConfigNode name = root.entries().get(ExperimentKeys.NAME);
        if (name != null && !name.isNull()) {
            return root;
        }
        String fileName = String.valueOf(file.getFileName());
        int dot = fileName.lastIndexOf('.');
        Map<String, ConfigNode> entries = new LinkedHashMap<>(root.entries());
        entries.put(
                ExperimentKeys.NAME, new Scalar(dot > 0 ? fileName.substring(0, dot) : fileName, true, root.origin()));
        return new Mapping(entries, root.origin());
    }

    private Mapping read(Path file, Origin mentioned) {
        try {
            Path real = file.toRealPath();
            if (chain.contains(real)) {
                String circle = chain.stream()
                        .map(Path::getFileName)
                        .map(String::valueOf)
                        .collect(Collectors.joining(" extends "));
                throw problem(
                        mentioned,
                        ExperimentKeys.EXTENDS,
                        "goes in a circle: " + circle + " extends " + real.getFileName());
            }
            chain.add(real);
            Mapping own = YamlReader.document(text(file), file.toString());
            ConfigNode base = own.entries().get(ExperimentKeys.EXTENDS);
            Mapping rest = own.without(Set.of(ExperimentKeys.EXTENDS));
            if (base == null || base.isNull()) {
                return rest;
            }
            if (!(base instanceof Scalar scalar)) {
                problems.add(
                        base.origin(), ExperimentKeys.EXTENDS, "expected the path of a file, found " + base.shown());
                return rest;
            }
            return read(file.resolveSibling(scalar.text()).normalize(), base.origin())
                    .overlaid(rest);
        } catch (YamlException e) {
            throw new ExperimentException(List.of(e.problem()));
        } catch (NoSuchFileException e) {
            throw problem(mentioned, key(mentioned), "there is no file " + file);
        } catch (CharacterCodingException e) {
            throw problem(Origin.of(file.toString()), "", "is not UTF-8 text");
        } catch (IOException e) {
            throw problem(Origin.of(file.toString()), "", "can't be read: " + e.getMessage());
        }
    }

    private static String text(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw problem(
                    Origin.of(file.toString()), "", "has " + size + " bytes; settings have at most " + MOST_BYTES);
        }
        String text = Files.readString(file);
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    private static String key(Origin mentioned) {
        return mentioned.line() > 0 ? ExperimentKeys.EXTENDS : "";
    }

    private static ExperimentException problem(Origin origin, String key, String sentence) {
        return new ExperimentException(List.of(new Problem(origin, key, sentence)));
    }
}
