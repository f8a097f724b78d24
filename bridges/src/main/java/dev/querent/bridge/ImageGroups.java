package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.nn.KeyValue;
import dev.querent.nn.Tensors;
import dev.querent.nn.bert.BertAttention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows that look at images, ordered so that those of one image lie side by side: its keys and values are then read where they
 * are, however many rows look at it.
 */
final class ImageGroups {

    private final int[] order;
    private final List<Group> groups = new ArrayList<>();

    /**
     * Images that equally many rows look at.
     *
     * @param images their indices
     * @param rows how many rows look at each
     */
    private record Group(int[] images, int rows) {}

    /** @param images for each row the index of its image */
    ImageGroups(int... images) {
        Map<Integer, Long> rowsOf = Arrays.stream(images)
                .boxed()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Comparator<Integer> byCount = Comparator.comparing(row -> rowsOf.get(images[row]));
        order = IntStream.range(0, images.length)
                .boxed()
                .sorted(byCount.thenComparing(row -> images[row]))
                .mapToInt(row -> row)
                .toArray();
        Map<Long, List<Integer>> byRows = new TreeMap<>();
        rowsOf.keySet().stream()
                .sorted()
                .forEach(image -> byRows.computeIfAbsent(rowsOf.get(image), rows -> new ArrayList<>())
                        .add(image));
        byRows.forEach((rows, of) ->
                groups.add(new Group(of.stream().mapToInt(image -> image).toArray(), (int) (long) rows)));
    }

    /** For each row in the new order its old index. */
    int[] order() {
        return order;
    }

    /** For each old row its index in the new order. */
    int[] inverse() {
        int[] inverse = new int[order.length];
        for (int row = 0; row < order.length; row++) {
            inverse[order[row]] = row;
        }
        return inverse;
    }

    /**
     * Lets the queries of each row attend to its image.
     *
     * @param queries (R * Q, Db) in the new order
     * @param image keys and values of all images
     * @return (R * Q, Db)
     */
    NDArray attend(BertAttention attention, NDArray queries, KeyValue image) {
        NDManager owner = queries.getManager();
        long width = queries.getShape().get(1);
        long each = queries.getShape().get(0) / order.length; // Q
        NDArray[] mixed = new NDArray[groups.size()];
        long start = 0;
        for (int i = 0; i < mixed.length; i++) {
            Group group = groups.get(i);
            long end = start + each * group.rows() * group.images().length;
            NDArray part = Tensors.slice(queries, 0, start, end)
                    .reshape(new Shape(group.images().length, each * group.rows(), width));
            mixed[i] = attention
                    .attend(part, select(image, owner, group), Optional.empty())
                    .reshape(new Shape(-1, width));
            start = end;
        }
        return mixed.length == 1 ? mixed[0] : Tensors.concatenate(owner, 0, mixed);
    }

    private static KeyValue select(KeyValue image, NDManager owner, Group group) {
        int[] all = IntStream.range(0, (int) image.keys().getShape().get(0)).toArray();
        return Arrays.equals(group.images(), all) ? image : image.select(owner, group.images());
    }
}
